"""Make the exports in this folder with the tools themselves, which tests then do not need.

    python make.py label_studio   # with label-studio-sdk 2.1.2: its converter
    python make.py huggingface    # with datasets 5.2.0
    python make.py doccano        # with doccano 1.8.4, marshmallow<4 and numpy<2: its database and exporter
    python make.py written        # Prodigy, old doccano and fastText, by their documented formats

Each of the first three wants an environment of its own. The folder `cases` holds files of situations that people asked
about, written anew.
Sentences are our own. Prodigy is not for everybody to install; its tasks follow https://prodi.gy/docs/api-interfaces
(classification, choice) and what `db-out` adds (https://prodi.gy/docs/api-database). doccano before 1.1 follows its own
app/api/utils.py (JSONPainter, CSVPainter), fastText the README of facebookresearch/fastText.
"""

import csv
import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
TEXTS = [
    ("The invoice lists the same month twice", ["billing"]),
    ("My card was charged, but the order says unpaid", ["billing"]),
    ('It says "refund on its way" since Tuesday', ["billing", "delivery"]),
    ("Where do I find the receipt of last year?", ["billing"]),
    ("The code that you sent me has expired", ["access"]),
    ("I am locked out after three wrong passwords", ["access"]),
    ("Please move my account to my new address, and the login too", ["access"]),
    ("The reset link opens an empty page", ["access"]),
    ("The driver left my parcel with nobody I know", ["delivery"]),
    ("Two boxes were ordered, one came", ["delivery"]),
    ("Größe 38 bestellt, Größe 36 bekommen", ["delivery"]),
    ("Tracking stands still\nsince Monday", ["delivery"]),
    ("Thank you, that was quick", []),
    ("Can I pay on arrival?", ["billing", "delivery"]),
]
CLASSES = ["access", "billing", "delivery"]


def write_json(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_lines(name, rows):
    (HERE / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


# --- Label Studio -----------------------------------------------------------------------------------------------------

CONFIG = """<View>
  <Text name="words" value="$text"/>
  <Choices name="topic" toName="words" choice="multiple">
    <Choice value="access"/><Choice value="billing"/><Choice value="delivery"/>
  </Choices>
</View>"""
TWO = CONFIG.replace("</View>", """<Choices name="mood" toName="words">
    <Choice value="calm"/><Choice value="cross"/>
  </Choices>
  <Taxonomy name="place" toName="words">
    <Choice value="Europe"><Choice value="Bern"/></Choice>
  </Taxonomy>
</View>""")  # fmt: skip


def chosen(name, kind, value):
    return {"id": name[:3], "type": kind, "from_name": name, "to_name": "words", "value": {kind: value}}


def annotation(number, by, result, **more):
    at = f"2026-03-0{1 + number % 9}T10:00:00Z"
    return {
        "id": number, "completed_by": by, "result": result, "was_cancelled": False, "ground_truth": False,
        "created_at": at, "updated_at": at, "lead_time": 3.5,
    } | more  # fmt: skip


def label_studio():
    tasks = []
    for number, (text, labels) in enumerate(TEXTS, 1):
        said = [annotation(number, {"id": 1, "email": "ann@example.org"}, [chosen("topic", "choices", labels)])]
        tasks.append(
            {"id": 100 + number, "data": {"text": text, "channel": "mail"}, "annotations": said, "predictions": []}
        )
    bob = {"id": 2, "email": "bob@example.org"}
    tasks[0]["annotations"].append(annotation(50, bob, [chosen("topic", "choices", ["delivery"])]))
    tasks[4]["annotations"].append(annotation(51, bob, [chosen("topic", "choices", ["access"])]))
    tasks[5]["annotations"].append(annotation(52, bob, [], was_cancelled=True))
    rejected = [{"id": 1, "annotation": 53, "accepted": False, "created_by": 3}]
    tasks[6]["annotations"].append(annotation(53, bob, [chosen("topic", "choices", ["billing"])], reviews=rejected))
    tasks[7] |= {
        "annotations": [],
        "predictions": [{"result": [chosen("topic", "choices", ["billing"])], "score": 0.9}],
    }
    tasks[8]["annotations"][0]["was_cancelled"] = True
    write_json("label_studio.json", tasks)
    convert("label_studio", CONFIG, tasks, ("JSON_MIN", "CSV", "TSV"))
    two = [
        {"id": number, "data": {"body": text, "page": 7}, "annotations": [annotation(number, 1, [
            chosen("topic", "choices", labels), chosen("mood", "choices", ["calm"]),
            chosen("place", "taxonomy", [["Europe", "Bern"], ["Europe"]])])]}
        for number, (text, labels) in enumerate(TEXTS[:4], 1)
    ]  # fmt: skip
    write_json("label_studio_two.json", two)
    convert("label_studio_two", TWO.replace("$text", "$body"), two, ("JSON_MIN", "CSV"))


def convert(name, config, tasks, formats):
    import tempfile

    from label_studio_sdk.converter import Converter

    for format in formats:
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder, "in"), Path(folder, "out")
            source.mkdir()
            (source / "tasks.json").write_text(json.dumps(tasks))
            end = {"JSON_MIN": "min.json", "CSV": "csv", "TSV": "tsv"}[format]
            Converter(config, folder, download_resources=False).convert(str(source), str(out), format)
            made = next(out.glob("result.*"))
            (HERE / f"{name}.{end}").write_bytes(made.read_bytes())


# --- Hugging Face -----------------------------------------------------------------------------------------------------


def huggingface():
    from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

    single = [(text, CLASSES.index(labels[0]) if labels else -1) for text, labels in TEXTS]
    features = Features({"text": Value("string"), "label": ClassLabel(names=CLASSES), "source": Value("string")})
    one = Dataset.from_dict({"text": [text for text, _ in single], "label": [code for _, code in single],
                             "source": ["mail"] * len(TEXTS)}, features=features)  # fmt: skip
    folder = HERE / "huggingface"
    one.save_to_disk(folder / "saved", num_shards=2)
    DatasetDict({"train": one.select(range(10)), "test": one.select(range(10, 14))}).save_to_disk(folder / "dict")
    several = Dataset.from_dict(
        {
            "body": [text for text, _ in TEXTS],
            "topics": [[CLASSES.index(name) for name in labels] for _, labels in TEXTS],
        },
        features=Features({"body": Value("string"), "topics": List(ClassLabel(names=CLASSES))}),
    )
    several.save_to_disk(folder / "several")
    (folder / "shards").mkdir(exist_ok=True)
    for shard in range(2):
        one.shard(2, shard, contiguous=True).to_parquet(folder / "shards" / f"train-{shard:05d}-of-00002.parquet")
    one.select([0, 5, 9]).to_parquet(folder / "shards" / "test-00000-of-00001.parquet")
    several.to_parquet(folder / "several.parquet")


# --- doccano ----------------------------------------------------------------------------------------------------------


def doccano():
    """Fill doccano's own database, and let it export: a project that people share, one each for oneself, and others."""
    import shutil
    import tempfile
    from importlib.util import find_spec

    backend = find_spec("backend").submodule_search_locations[0]
    work = tempfile.mkdtemp()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "DATABASE_URL": f"sqlite:///{work}/db.sqlite3",
    }
    sys.path.insert(0, backend)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("create_roles")
    shared = project("TextClassificationProject", "DocumentClassification", collaborative_annotation=True)
    label(shared, TEXTS, "ann")
    export(shared, "doccano", ("JSONL", "JSON", "CSV", "fastText"), work)
    own = project("TextClassificationProject", "DocumentClassification", collaborative_annotation=False)
    label(own, TEXTS[:6], "ann")
    export(own, "doccano_own", ("JSONL",), work)
    intents = project(
        "IntentDetectionAndSlotFillingProject", "IntentDetectionAndSlotFilling", collaborative_annotation=True
    )
    label(intents, TEXTS[:4], "ann", spans=True)
    export(intents, "doccano_intents", ("JSONL",), work)
    parts = project("SequenceLabelingProject", "SequenceLabeling", collaborative_annotation=True)
    label(parts, TEXTS[:4], "ann", classes=False, spans=True)
    export(parts, "doccano_parts", ("JSONL",), work)
    related = project("SequenceLabelingProject", "SequenceLabeling", collaborative_annotation=True, use_relation=True)
    label(related, TEXTS[:4], "ann", classes=False, spans=True)
    export(related, "doccano_relations", ("JSONL",), work)
    shutil.rmtree(work)


def project(kind, type, **more):
    from django.contrib.auth.models import User
    from projects import models

    ann, _ = User.objects.get_or_create(username="ann")
    one = getattr(models, kind).objects.create(name=kind, project_type=type, created_by=ann, **more)
    one.add_admin()
    return one


def label(project, texts, by, classes=True, spans=False):
    from django.contrib.auth.models import User
    from examples.models import Comment, Example
    from label_types.models import CategoryType, SpanType
    from labels.models import Category, Span

    user = User.objects.get(username=by)
    kinds = {name: CategoryType.objects.create(text=name, project=project) for name in CLASSES} if classes else {}
    part = SpanType.objects.create(text="thing", project=project) if spans else None
    for number, (text, labels) in enumerate(texts):
        one = Example.objects.create(project=project, text=text, meta={"channel": "mail", "extra": {"page": number}})
        for name in labels if classes else []:
            Category.objects.create(example=one, user=user, label=kinds[name])
        if spans:
            Span.objects.create(example=one, user=user, label=part, start_offset=0, end_offset=3)
        if number == 1:
            Comment.objects.create(example=one, user=user, text="ask again, please")


def export(project, name, formats, work):
    from data_export.celery_tasks import create_collaborative_dataset, create_individual_dataset
    from data_export.pipeline.factories import create_formatter, create_writer

    create = create_collaborative_dataset if project.collaborative_annotation else create_individual_dataset
    for format in formats:
        folder = Path(work, f"{name}-{format}")
        folder.mkdir()
        writer = create_writer(format)
        create(project, str(folder), False, create_formatter(project, format), writer)
        (HERE / f"{name}.{writer.extension}").write_bytes(next(folder.iterdir()).read_bytes())


# --- by documented formats --------------------------------------------------------------------------------------------


def written():
    write_lines("prodigy_binary.jsonl", list(binary()))
    write_lines("prodigy_choice.jsonl", list(choices()))
    old = list(doccano_old())
    write_json("doccano_old.json", old)
    own = [{name: row[name] for name in ("id", "text", "annotation_approver")} for row in old]
    flat = [
        text | {"meta.channel": "mail"} | one for text, row in zip(own, old, strict=True) for one in row["annotations"]
    ]
    with (HERE / "doccano_old.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(flat[0]))
        writer.writeheader()
        writer.writerows(flat)
    lines = [" ".join([*(f"__label__{name}" for name in labels), " ".join(text.split())]) for text, labels in TEXTS]
    (HERE / "fasttext.txt").write_text("\n".join(lines) + "\n")


def binary():
    """One label a task: Ann accepts the first, rejects one that is wrong, and ignores the last text."""
    for number, (text, labels) in enumerate(TEXTS):
        task = {"text": text, "meta": {"channel": "mail"}, "_input_hash": 1000 + number, "_view_id": "classification",
                "_session_id": "mail-ann", "_annotator_id": "mail-ann"}  # fmt: skip
        wrong = next(name for name in CLASSES if name not in labels)
        yield task | {"label": wrong, "_task_hash": 2 * number, "answer": "reject", "_timestamp": 1772445600 + number}
        for name in labels:
            answer = "ignore" if number == 13 else "accept"
            yield task | {"label": name, "spans": [], "_task_hash": 2 * number + 1, "answer": answer,
                          "_timestamp": 1772445700 + number}  # fmt: skip


def choices():
    """Several of the options a task: Ann answers all, Bob three, of which one otherwise and one not at all."""
    options = [{"id": name, "text": name.title()} for name in CLASSES]
    for number, (text, labels) in enumerate(TEXTS):
        task = {"text": text, "options": options, "_input_hash": 1000 + number, "_task_hash": number,
                "_view_id": "choice", "config": {"choice_style": "multiple"}}  # fmt: skip
        ann = {"_session_id": "mail-ann", "_annotator_id": "mail-ann", "_timestamp": 1772445600 + number}
        yield task | {"accept": labels, "answer": "accept"} | ann
        bob = {"_session_id": "mail-bob", "_annotator_id": "mail-bob", "_timestamp": 1772449200 + number}
        if number < 3:
            accept = [labels, ["access"], []][number]
            yield task | {"accept": accept, "answer": "accept" if number < 2 else "ignore"} | bob


def doccano_old():
    for number, (text, labels) in enumerate(TEXTS[:8], 1):
        at = {"created_at": "2020-06-01T10:00:00Z", "updated_at": "2020-06-01T10:05:00Z", "manual": True}
        said = [
            {"label": CLASSES.index(name) + 5, "user": 1} | at | {"label_name": name, "user_name": "ann"}
            for name in labels
        ]
        if number == 2:
            said.append({"label": 7, "user": 2} | at | {"label_name": "delivery", "user_name": "bob"})
        yield {
            "id": number,
            "text": text,
            "annotations": said,
            "meta": {"channel": "mail"},
            "annotation_approver": None,
        }


if __name__ == "__main__":
    for tool in sys.argv[1:]:
        {"label_studio": label_studio, "huggingface": huggingface, "doccano": doccano, "written": written}[tool]()
