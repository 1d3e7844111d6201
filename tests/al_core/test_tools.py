"""Files of other tools come back as what people said in them; `tests/exports/make.py` says how each was made."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core import limits
from al_core.datasets import readers
from al_core.datasets.layout import How
from al_core.datasets.tools import doccano, fasttext, huggingface, label_studio, one_hot, prodigy
from al_core.datasets.tools.answers import MAJORITY, Answer, Answers, one_each, settled, told
from al_core.datasets.tools.arrow import read_stream
from al_core.datasets.tools.cells import as_list, seen
from al_core.errors import DataError
from tests.exports.make import CLASSES, TEXTS

EXPORTS = Path(__file__).parents[1] / "exports"
CASES = EXPORTS / "cases"
SENTENCES = [text for text, _ in TEXTS]
GIVEN = [tuple(sorted(labels)) for _, labels in TEXTS]
OR_NONE = [labels or None for labels in GIVEN]
JSON_TOOLS = [doccano, prodigy, label_studio]


def objects(name, folder=EXPORTS):
    text = (folder / name).read_text()
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def table(name, folder=EXPORTS):
    return readers.read(folder / name, How(format=name.rpartition(".")[2]))[0]


def lines(name, folder=EXPORTS):
    return [(number, line) for number, line in enumerate((folder / name).read_text().split("\n"), 1) if line.strip()]


def told_by(call):
    """Return what a call is refused with, if it is; anything but our own refusal is a fault."""
    try:
        call()
    except DataError as error:
        return str(error)
    return ""


def labels(answers, rule=MAJORITY):
    return settled(answers, rule)[0]


# --- doccano ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["doccano.jsonl", "doccano.json"])
def test_doccano_objects(name):
    rows = objects(name)
    assert doccano.looks_like(rows)
    answers = doccano.read(rows)
    assert answers.texts["text"].tolist() == SENTENCES
    assert answers.texts["id"].tolist() == list(range(1, 15))
    assert answers.texts.loc[3, ["channel", "extra.page"]].tolist() == ["mail", 3]
    assert labels(answers) == OR_NONE


def test_doccano_table():
    frame = table("doccano.csv")
    assert doccano.looks_like_table(frame)
    answers = doccano.read_table(frame)
    assert answers.texts["text"].tolist() == SENTENCES
    assert labels(answers) == OR_NONE


def test_doccano_intents_are_labels_and_their_slots_are_not():
    answers = doccano.read(objects("doccano_intents.jsonl"))
    assert labels(answers) == GIVEN[:4]
    assert "entities" not in answers.texts


@pytest.mark.parametrize("name", ["doccano_parts.jsonl", "doccano_relations.jsonl"])
def test_doccano_labels_of_parts_are_refused_by_row(name):
    assert doccano.looks_like(objects(name)) == (name == "doccano_parts.jsonl")
    with pytest.raises(DataError, match=r"row 1.*parts of"):
        doccano.read(objects(name))


def test_old_doccano_has_an_answer_an_annotator_in_json_and_csv():
    rows, frame = objects("doccano_old.json"), table("doccano_old.csv")
    assert doccano.looks_like(rows)
    assert doccano.looks_like_table(frame)
    for answers in (doccano.read(rows), doccano.read_table(frame)):
        assert answers.annotators == ["ann", "bob"]
        assert labels(answers, "ann") == GIVEN[:8]
        assert labels(answers, "bob") == [None, ("delivery",), *[None] * 6]
        assert labels(answers)[1] is None
        assert set(answers.answers["at"]) == {"2020-06-01T10:05:00Z"}


def test_old_doccano_without_names_takes_those_it_is_told_or_the_numbers():
    rows = [
        {"text": "Hi", "annotations": [{"label": 2, "user": 1}, {"label": 3, "user": 1}], "annotation_approver": None}
    ]
    assert labels(doccano.read(rows)) == [("2", "3")]
    assert labels(doccano.read(rows, {"2": "ham", "3": "spam"})) == [("ham", "spam")]
    with pytest.raises(DataError, match=r"'3'.*ham"):
        doccano.read(rows, {"2": "ham"})


# --- Prodigy ----------------------------------------------------------------------------------------------------------


def test_prodigy_binary_rejected_and_ignored_are_no_labels():
    rows = objects("prodigy_binary.jsonl")
    assert prodigy.looks_like(rows)
    answers = prodigy.read(rows)
    assert answers.texts["text"].tolist() == SENTENCES
    assert answers.texts["meta.channel"].unique().tolist() == ["mail"]
    found, counts = settled(answers)
    assert found == [*OR_NONE[:13], None]
    assert (counts["rejected"], counts["ignored"], answers.annotators) == (14, 2, ["mail-ann"])
    rejected = answers.answers[answers.answers["verdict"] == "rejected"]
    assert rejected["labels"].tolist() == [(next(name for name in CLASSES if name not in said),) for said in GIVEN]


def test_prodigy_choices_of_two():
    rows = objects("prodigy_choice.jsonl")
    assert prodigy.looks_like(rows)
    answers = prodigy.read(rows)
    assert answers.texts["text"].tolist() == SENTENCES
    assert labels(answers, "mail-ann") == GIVEN
    assert labels(answers, "mail-bob") == [("billing",), ("access",), *[None] * 12]
    found, counts = settled(answers)
    assert found == [GIVEN[0], None, *GIVEN[2:]]
    assert (counts["ignored"], counts["several"], counts["differ"], counts["ties"]) == (1, 2, 1, 1)
    assert answers.answers.loc[answers.answers["annotator"] == "mail-bob", "at"].iloc[0] == "1772449200"


def test_prodigy_the_last_answer_about_a_label_counts():
    ask = {"text": "Hi", "_input_hash": 1, "_task_hash": 2}
    said = [("a", "accept"), ("b", "accept"), ("a", "reject"), ("c", "reject"), ("c", "accept")]
    assert labels(prodigy.read([ask | {"label": name, "answer": answer} for name, answer in said])) == [("b", "c")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "Hi", "spans": [{"start": 0, "end": 2, "label": "X"}], "answer": "accept"}, "row 1.*parts"),
        ({"text": "Hi", "answer": "accept"}, "row 1.*neither `label` nor `accept`"),
        ({"text": "Hi", "label": "a", "answer": "yes"}, "row 1: the `answer` is 'yes'"),
        ({"text": "Hi", "accept": ["c"], "options": [{"id": "a"}], "answer": "accept"}, "row 1 accepts 'c'.*: a"),
        ({"image": "a.png", "label": "a", "answer": "accept"}, "row 1 has no 'text'"),
        ({"text": ["Hi"], "label": "a", "answer": "accept"}, "row 1: the text.*a list of 1"),
        ({"text": "Hi", "label": ["a"], "answer": "accept"}, "row 1: `label` holds a list of 1"),
    ],
)
def test_prodigy_refuses_by_row(row, said):
    with pytest.raises(DataError, match=said):
        prodigy.read([row])


# --- Label Studio -----------------------------------------------------------------------------------------------------


def test_label_studio_tasks():
    rows = objects("label_studio.json")
    assert label_studio.looks_like(rows)
    answers = label_studio.read(rows)
    assert answers.texts["text"].tolist() == SENTENCES
    assert answers.texts["id"].tolist() == list(range(101, 115))
    assert answers.texts["channel"].unique().tolist() == ["mail"]
    assert answers.annotators == ["ann@example.org", "bob@example.org"]
    found, counts = settled(answers)
    assert found == [None, *GIVEN[1:7], None, None, *GIVEN[9:]]  # a tie; predictions alone; skipped
    expected = {"rejected": 1, "skipped": 2, "several": 2, "differ": 1, "ties": 1, "answers": 17, "ignored": 0}
    assert {name: counts[name] for name in expected} == expected


def test_label_studio_rows_are_the_same_but_for_what_they_do_not_say():
    frames = [table("label_studio.csv"), pd.read_csv(EXPORTS / "label_studio.tsv", sep="\t", dtype=str)]
    assert all(map(label_studio.looks_like_table, frames))
    rows = objects("label_studio.min.json")
    assert label_studio.looks_like(rows)
    several = [label_studio.read_table(frame, label="topic") for frame in frames]
    for answers in (*several, label_studio.read(rows, label="topic")):
        texts = answers.texts["text"].tolist()
        assert [text for text in SENTENCES if text in texts] == texts  # without the one that was skipped
        said = dict(zip(texts, labels(answers, "ann@example.org"), strict=True))
        assert [said.get(text) for text in SENTENCES] == [*GIVEN[:7], None, None, *GIVEN[9:]]


def test_label_studio_newest_annotation_of_an_annotator_counts_in_whatever_order():
    rows = [
        {
            "id": 1,
            "text": "Hi",
            "topic": topic,
            "annotator": 1,
            "annotation_id": number,
            "updated_at": f"2026-01-0{day}",
        }
        for number, topic, day in [(7, "new", 2), (6, "old", 1)]
    ]
    found, counts = settled(label_studio.read(rows))
    assert (found, counts["replaced"]) == ([("new",)], 1)


@pytest.mark.parametrize("name", ["label_studio_two.json", "label_studio_two.min.json", "label_studio_two.csv"])
def test_label_studio_of_several_controls_one_has_to_be_named(name):
    def read(text="body", label=None):
        if name.endswith(".csv"):
            return label_studio.read_table(table(name), text, label)
        return label_studio.read(objects(name), text, label)

    with pytest.raises(DataError, match=r"topic.*mood.*place|mood.*place.*topic|topic.*place.*mood"):
        read()
    assert labels(read(label="topic")) == GIVEN[:4]
    assert labels(read(label="mood")) == [("calm",)] * 4
    assert labels(read(label="place")) == [("Europe", "Europe / Bern")] * 4
    assert read(label="mood").texts["text"].tolist() == SENTENCES[:4]
    with pytest.raises(DataError, match="'topik'; did you mean 'topic'"):
        read(label="topik")


def test_label_studio_the_only_field_of_text_is_the_text():
    assert label_studio.read(objects("label_studio_two.json"), label="mood").texts["text"].tolist() == SENTENCES[:4]
    with pytest.raises(DataError, match=r"which field.*one, other"):
        label_studio.read([{"data": {"one": "Hi", "other": "Ho"}, "annotations": []}])


def item(kind="choices", value=None, **more):
    value = {"choices": ["a"]} if value is None else value
    return {"type": kind, "from_name": "topic", "to_name": "text", "value": value} | more


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([item("rating", {"rating": 3})], r"topic \(rating\)"),
        ([item("labels", {"labels": ["X"], "start": 0, "end": 2})], r"topic \(labels\)"),
        ([item(value={"choices": ["a"], "start": 0, "end": 2})], "row 1, annotation 1.*part of the text"),
        ([item(value={"choices": "a"})], "row 1, annotation 1.*'a' where a list"),
        ([item(value={"choices": [["a"]]})], "row 1, annotation 1.*a list of 1 where the name"),
        ([item("taxonomy", {"taxonomy": 3})], "row 1, annotation 1.*3 where a list of paths"),
        ([item(), item(to_name="other")], "row 1, annotation 1.*several parts"),
        (["a"], "row 1, annotation 1.*no list of objects"),
    ],
)
def test_label_studio_refuses_what_does_not_classify_whole_texts(results, said):
    with pytest.raises(DataError, match=said):
        label_studio.read([{"id": 1, "data": {"text": "Hi"}, "annotations": [{"result": results}]}])


def test_label_studio_old_completions_are_annotations():
    rows = [{"id": 1, "data": {"text": "Hi"}, "completions": [{"result": [item()]}, {"result": [], "skipped": True}]}]
    assert label_studio.looks_like(rows)
    assert labels(label_studio.read(rows)) == [("a",)]


# --- fastText ---------------------------------------------------------------------------------------------------------


def test_fasttext_lines():
    assert fasttext.looks_like(lines("fasttext.txt"))
    answers = fasttext.read(lines("fasttext.txt"))
    assert answers.texts["text"].tolist() == [" ".join(text.split()) for text in SENTENCES]
    assert labels(answers) == OR_NONE


def test_fasttext_of_doccano_has_quotes_and_comments_that_are_neither_text_nor_label():
    answers = fasttext.read(lines("doccano.txt"))
    assert answers.texts["text"].tolist() == SENTENCES
    assert answers.texts.loc[1, "comment"] == "ask again, please"
    assert labels(answers) == OR_NONE


def test_fasttext_labels_may_stand_at_the_end():
    several = [(1, "so it was __label__a __label__b"), (2, "as ever\t__label__a ")]
    assert fasttext.looks_like(several)
    assert labels(fasttext.read(several)) == [("a", "b"), ("a",)]
    assert fasttext.read(several).texts["text"].tolist() == ["so it was", "as ever"]


@pytest.mark.parametrize(
    ("several", "said"),
    [
        ([(3, "#spam call now")], "line 3 begins with '#spam' and ends with 'now'"),
        ([(3, "__label__ call now")], "line 3 has a '__label__' without a name"),
        ([(3, '"__label__a call now')], "line 3.*JSONL"),
        ([(3, '"__label__a call" now')], "line 3.*JSONL"),
    ],
)
def test_fasttext_refuses_by_line(several, said):
    with pytest.raises(DataError, match=said):
        fasttext.read(several)


NAMES = st.text("abcxyzé_-.:#", min_size=1, max_size=8).filter(lambda name: "__comment__" not in name)
WORDS = st.lists(st.text("abcdé.,;'", min_size=1), min_size=1, max_size=6).map(" ".join)


@given(st.lists(st.tuples(WORDS, st.lists(NAMES, unique=True, min_size=1, max_size=3), st.booleans()), min_size=1))
def test_fasttext_comes_back(rows):
    written = [
        (number, " ".join([text, *marks] if last else [*marks, text]))
        for number, (text, names, last) in enumerate(rows, 1)
        for marks in [[f"__label__{name}" for name in names]]
    ]
    answers = fasttext.read(written)
    assert answers.texts["text"].tolist() == [text for text, *_ in rows]
    assert labels(answers) == [tuple(sorted(names)) for _, names, _ in rows]


# --- Hugging Face -----------------------------------------------------------------------------------------------------

SINGLE = [(labels[0],) if labels else None for _, labels in TEXTS]


@pytest.mark.parametrize("name", ["saved", "shards"])
def test_huggingface_classes_have_names_and_minus_one_is_unlabelled(name):
    folder = EXPORTS / "huggingface" / name
    assert huggingface.looks_like(folder)
    answers = huggingface.read(folder)
    assert answers.texts["text"].tolist() == SENTENCES
    assert answers.texts["source"].unique().tolist() == ["mail"]
    assert labels(answers) == SINGLE


@pytest.mark.parametrize("name", ["several", "several.parquet"])
def test_huggingface_lists_of_classes(name):
    answers = huggingface.read(EXPORTS / "huggingface" / name)
    assert answers.texts["text"].tolist() == SENTENCES
    assert labels(answers) == GIVEN


def test_huggingface_splits_are_read_by_name():
    folder = EXPORTS / "huggingface" / "dict"
    assert list(huggingface.splits(folder)) == ["train", "test"]
    assert labels(huggingface.read(folder)) == SINGLE[:10]
    assert labels(huggingface.read(folder, split="test")) == SINGLE[10:]
    with pytest.raises(DataError, match=r"no split 'tst'; did you mean 'test'.*train, test"):
        huggingface.read(folder, split="tst")
    assert labels(huggingface.read(EXPORTS / "huggingface" / "shards", "test")) == [SINGLE[0], SINGLE[5], SINGLE[9]]


@pytest.fixture
def copied(tmp_path):
    """Copy an exported folder, to spoil it."""
    return lambda name: Path(shutil.copytree(EXPORTS / "huggingface" / name, tmp_path / name))


@pytest.mark.parametrize(
    ("name", "shard", "said"),
    [
        ("shards", "train-00001-of-00002.parquet", "'train' is not whole: of 1 files, shard 00001 is missing"),
        ("saved", "data-00001-of-00002.arrow", r"data-00001-of-00002.arrow' is missing"),
    ],
)
def test_huggingface_a_missing_shard_is_refused(copied, name, shard, said):
    folder = copied(name)
    (folder / shard).unlink()
    with pytest.raises(DataError, match=said):
        huggingface.read(folder)


@pytest.mark.parametrize("name", ["../several", "", "..", "/etc/passwd"])
def test_huggingface_names_that_lead_elsewhere_are_refused(copied, name):
    folder = copied("saved")
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": name}]}))
    with pytest.raises(DataError, match="no name of a file in it"):
        huggingface.read(folder)
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": [name]}))
    with pytest.raises(DataError, match="no name of a file in it"):
        huggingface.read(folder)


@pytest.mark.parametrize("state", ["[]", "7", '{"_data_files": 7}', '{"_data_files": [7]}', "{", "[" * 100_000, "{}"])
def test_huggingface_nonsense_beside_the_data_is_no_traceback(copied, state):
    folder = copied("saved")
    (folder / "state.json").write_text(state)
    with pytest.raises(DataError):
        huggingface.read(folder)


def test_huggingface_a_number_without_a_name_is_refused_by_row(tmp_path):
    about = {"info": {"features": {"label": {"_type": "ClassLabel", "names": ["a", "b"]}}}}
    schema = pa.schema([("text", pa.string()), ("label", pa.int64())], metadata={"huggingface": json.dumps(about)})
    pq.write_table(pa.table({"text": ["Hi", "Ho"], "label": [1, 2]}, schema=schema), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="row 2: 'label' holds 2, and there are 2 classes"):
        huggingface.read(tmp_path / "a.parquet")


def test_huggingface_columns_that_are_no_text_or_classes_are_refused(tmp_path):
    pq.write_table(pa.table({"text": [["Hi"]], "label": [{"a": 1}], "x": ["Hi"]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"'label' holds struct.*no classes"):
        huggingface.read(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"'text' holds list.*no text"):
        huggingface.read(tmp_path / "a.parquet", label="x")


def stream(path, table, **options):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema, **options) as writer:
        writer.write_table(table)
    return path


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
def test_compressed_batches_are_refused_before_they_are_read(tmp_path, codec):
    bomb = stream(
        tmp_path / "a.arrow", pa.table({"text": ["a" * 10**7]}), options=pa.ipc.IpcWriteOptions(compression=codec)
    )
    assert bomb.stat().st_size < 10**5
    with pytest.raises(DataError, match="compressed"):
        read_stream(bomb)


def test_dictionaries_are_refused_and_rows_of_nothing_count(tmp_path):
    repeated = pa.table({"text": pa.array(["a" * 10**5] * 100).dictionary_encode()})
    with pytest.raises(DataError, match="dictionary-encoded"):
        read_stream(stream(tmp_path / "a.arrow", repeated))
    none = pa.table({"text": pa.Array.from_buffers(pa.null(), 10**12, [None])})
    nothing = stream(tmp_path / "b.arrow", none, options=pa.ipc.IpcWriteOptions(allow_64bit=True))
    with pytest.raises(DataError, match="limit"):
        read_stream(nothing)


@given(st.binary(max_size=60), st.integers(0, 1255), st.integers(0, 255))
def test_damaged_streams_are_no_tracebacks(tmp_path_factory, tail, at, byte):
    folder = tmp_path_factory.mktemp("damaged") / "saved"
    shutil.copytree(EXPORTS / "huggingface" / "saved", folder)
    file = folder / "data-00000-of-00002.arrow"
    content = bytearray(file.read_bytes())
    content[at] = byte
    file.write_bytes(bytes(content) + tail)
    said = told_by(lambda: huggingface.read(folder))
    assert not said or str(folder) in said or "row" in said or "column" in said


def test_a_dataset_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "_times", 1e-8)
    with pytest.raises(DataError, match="ALFLOW_LIMIT_TIMES"):
        huggingface.read(EXPORTS / "huggingface" / "saved")


# --- one-hot columns --------------------------------------------------------------------------------------------------

SPELT = [("1", "0"), ("true", "False"), ("Yes", "no"), ("x", None), ("X", ""), (1, 0), (1.0, 0.0), (True, False)]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()).filter(any), min_size=1), st.sampled_from(SPELT))
def test_one_hot_comes_back(rows, spelt):
    cells = [[spelt[0] if has else spelt[1] for has in row] for row in rows]
    frame = pd.DataFrame(cells, columns=CLASSES).assign(body="Hi", page="7")
    answers = one_hot.read(frame, CLASSES, text="body")
    assert labels(answers) == [tuple(name for name, has in zip(CLASSES, row, strict=True) if has) for row in rows]
    assert list(answers.texts) == ["text", "page"]
    assert one_hot.looks_like(frame, CLASSES)


def test_one_hot_rows_without_a_yes_have_none_of_the_classes_and_empty_ones_no_labels():
    frame = pd.DataFrame({"text": ["a", "b", "c"], "cold": ["1", "0", None], "wet": ["0", "0", None]})
    assert labels(one_hot.read(frame, ["cold", "wet"])) == [("cold",), (), None]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("-1", "row 2, column 'wet' holds '-1'"),
        ("2", "holds '2'"),
        (None, "row 2, column 'wet' is empty"),
        ([1], "list of 1"),
    ],
)
def test_one_hot_refuses_by_row_and_column(cell, said):
    frame = pd.DataFrame({"text": ["a", "b"], "cold": ["1", "0"], "wet": ["0", cell]})
    assert not one_hot.looks_like(frame, ["cold", "wet"]) or cell is None
    with pytest.raises(DataError, match=said):
        one_hot.read(frame, ["cold", "wet"])
    with pytest.raises(DataError, match="no column 'wt'; did you mean 'wet'"):
        one_hot.read(frame, ["cold", "wt"])


# --- what all of them promise -----------------------------------------------------------------------------------------

SAID = st.builds(
    Answer, st.integers(0, 3), st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple),
    st.sampled_from(["Ann", "Bob", None]), st.none(), st.sampled_from(["accepted", "rejected", "ignored", "skipped"]),
)  # fmt: skip


@given(st.lists(SAID, max_size=12))
def test_only_accepted_answers_become_labels_and_a_tie_becomes_none(said):
    answers = Answers.of([{"text": str(row)} for row in range(4)], said)
    found, counts = settled(answers)
    accepted = [answer for answer in said if answer.verdict == "accepted"]
    for row, label in enumerate(found):
        last = {answer.annotator or number: tuple(sorted(answer.labels)) for number, answer in enumerate(accepted)
                if answer.row == row}  # fmt: skip
        given_ = list(last.values())
        often = {each: given_.count(each) for each in given_}
        top = [each for each, count in often.items() if count == max(often.values())]
        assert label == (top[0] if len(top) == 1 else None)
    assert counts["answers"] == len(said)
    assert counts["rejected"] + counts["ignored"] + counts["skipped"] == len(said) - len(accepted)
    assert sum(label is not None for label in found) + counts["ties"] == len({answer.row for answer in accepted})
    assert found == settled(answers)[0]


def test_an_annotator_who_did_not_answer_is_refused_with_the_nearest():
    answers = Answers.of([{"text": "Hi"}], [Answer(0, ("a",), "Ann"), Answer(0, ("b",), "Bob")])
    with pytest.raises(DataError, match=r"'An'; did you mean 'Ann'.*Ann, Bob"):
        settled(answers, "An")
    with pytest.raises(DataError, match="no answer names its annotator"):
        settled(Answers.of([{"text": "Hi"}], [Answer(0, ("a",))]), "Ann")
    assert told(settled(answers, "Ann")[1]) == "1 text has several answers, on 1 of them they differ"


@pytest.mark.parametrize("tool", JSON_TOOLS)
def test_no_tool_takes_anothers_file_or_plain_rows_for_its_own(tool):
    own = {doccano: "doccano", prodigy: "prodigy", label_studio: "label_studio"}[tool]
    for name in [
        "doccano.jsonl",
        "prodigy_binary.jsonl",
        "prodigy_choice.jsonl",
        "label_studio.json",
        "label_studio.min.json",
    ]:
        assert tool.looks_like(objects(name)) == name.startswith(own), name
    plain = [[], [{"text": "Hi", "label": ["a"]}], [{"text": "Hi", "label": "a", "answer": "accept"}], [{}]]
    assert not any(map(tool.looks_like, plain))
    assert not fasttext.looks_like([(1, "spam call now"), (2, "what is a __label__ in fastText")])
    assert not huggingface.looks_like(EXPORTS)


KEYS = [
    "text", "label", "labels", "cats", "annotations", "annotation_approver", "Comments", "user", "answer", "accept",
    "options", "id", "_session_id", "_input_hash", "spans", "data", "completions", "result", "value", "choices",
    "taxonomy", "from_name", "to_name", "type", "completed_by", "reviews", "annotator", "annotation_id", "updated_at",
    "entities",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["accept", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize("tool", JSON_TOOLS)
@given(rows=st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6), max_size=3))
def test_wrong_types_are_no_tracebacks(tool, rows):
    tool.looks_like(rows)
    assert len(told_by(lambda: settled(tool.read(rows)))) < 700


@pytest.mark.parametrize("tool", JSON_TOOLS)
@pytest.mark.parametrize("field", ["text", "label", "accept", "annotations", "data", "id"])
def test_deep_nesting_is_no_traceback(tool, field):
    deep = json.loads("[" * 900 + "]" * 900)
    row = {"text": "Hi", "data": {"text": "Hi"}, "label": "a", "annotations": [], "answer": "accept"} | {field: deep}
    assert len(told_by(lambda: tool.read([row]))) < 300


def test_what_is_seen_is_said_in_few_words():
    assert seen("a" * 1000) == f"'{'a' * 60}'..."
    assert seen("\x1b[31m") == r"'\x1b[31m'"
    assert seen(np.int64(7)) == "7"


# --- lists in cells ---------------------------------------------------------------------------------------------------


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1)))
def test_a_list_in_a_cell_comes_back_as_python_or_json_wrote_it(names):
    assert as_list(str(names)) == names
    assert as_list(json.dumps(names)) == names


@pytest.mark.parametrize("names", [["a"], ["a", "b c"], ["it's", 'so "it" is']])
def test_a_list_in_a_cell_comes_back_as_numpy_wrote_it(names):
    assert as_list(str(np.array(names, dtype=object))) == names


NO_LISTS = ["a", "", "[a, b]", "[sic] no", "['a'", "[['a']]", "['a' 'b', 'c']", "[" * 10**5, "[1+1]", r"['\U00ffffff']"]


@pytest.mark.parametrize("cell", NO_LISTS, ids=range(len(NO_LISTS)))
def test_what_is_no_list_stays_a_name(cell):
    assert as_list(cell) is None


def test_numbers_in_a_list_are_names():
    assert as_list("[1, -2.5]") == ["1", "-2.5"]


# --- cases: files that people had -------------------------------------------------------------------------------------


def test_case_01_lists_of_one_label_are_one_label():
    answers = doccano.read(objects("doccano.jsonl", CASES))
    found = labels(answers)
    assert one_each(found)
    assert {name for label in found for name in label} == {"access", "billing", "delivery"}


def test_case_03_rejected_and_ignored_are_no_labels():
    rows = objects("prodigy_binary.jsonl", CASES)
    found = labels(prodigy.read(rows))
    assert found == [(row["label"],) if row["answer"] == "accept" else None for row in rows]
    rows = objects("prodigy_choice.jsonl", CASES)
    found = labels(prodigy.read(rows))
    assert found == [tuple(sorted(row["accept"])) if row["answer"] == "accept" else None for row in rows]


def test_case_04_names_come_out_of_objects():
    read = [
        label_studio.read_table(table("label_studio.csv", CASES)),
        label_studio.read(objects("label_studio.min.json", CASES)),
    ]
    full = label_studio.read(objects("label_studio.json", CASES))
    assert {name for label in labels(full) for name in label} <= {"access", "billing", "delivery", "praise"}
    for answers in read:
        assert labels(answers)[:3] == [("billing", "praise"), ("access",), ("delivery",)]
        assert answers.texts["text"].tolist() == full.texts["text"].tolist()


def test_case_05_a_list_as_a_string_is_a_list():
    cells = table("list_as_string.csv", CASES)["labels"].tolist()
    assert cells[:2] == ["['billing', 'praise']", "['access']"]
    found = [as_list(cell) for cell in cells]
    assert None not in found
    assert {name for each in found for name in each} == {"access", "billing", "delivery", "praise"}


def test_case_06_several_labels_do_not_leak_into_the_text():
    answers = fasttext.read(lines("fasttext.txt", CASES))
    assert labels(answers)[:2] == [("billing", "praise"), ("access",)]
    assert not answers.texts["text"].str.contains("__label__").any()


def test_case_30_classes_of_a_parquet_file_have_their_names():
    answers = huggingface.read(CASES / "huggingface.parquet")
    assert {name for label in labels(answers) for name in label} == {"billing", "access", "delivery"}
