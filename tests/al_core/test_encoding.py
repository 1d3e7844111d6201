"""Which encoding a file is in: never told wrongly, seldom refused, and named."""

import shutil
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from al_core.datasets.encoding import Encoding, detect
from al_core.datasets.layout import How, layout_of
from al_core.datasets.readers import pieces, read
from al_core.errors import DataError
from benchmarks.encodings import among_english, grid, outcome
from benchmarks.encodings_texts import LISTED, NAMES, TUNED

HERE = Path(__file__).parent / "encodings"
WESTERN = ("cp1252", "latin-1", "iso-8859-15")


def test_languages_in_encodings_are_read_right_or_refused() -> None:
    cases = [case for case in grid(TUNED, [30], 1) if case.encoding in LISTED.split()]
    results = {case: outcome(case) for case in cases}
    assert [case for case, result in results.items() if result.startswith("wrong")] == []
    assert Counter(results.values())["refused"] < 0.1 * len(cases)
    assert [case for case, result in results.items() if case.encoding in WESTERN and result != "right"] == []


def test_a_word_of_another_language_in_english_is_read_right_or_refused() -> None:
    results = {case: outcome(case) for case in among_english(NAMES, [30])}
    assert [case.text for case, result in results.items() if result.startswith("wrong")] == []
    assert [case.text for case, result in results.items() if case.encoding in WESTERN and result != "right"] == []


def test_noise_is_read_right_or_refused() -> None:
    results = {case: outcome(case) for case in grid(TUNED, [3], 1, noisy=True)}
    assert [result for result in results.values() if result.startswith("wrong")] == []
    assert Counter(results.values())["refused"] < 0.15 * len(results)


@pytest.mark.parametrize("name", ["cp1252.csv", "late1252.csv"])
def test_files_as_spreadsheets_save_them(tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(HERE / name, tmp_path))
    assert str(detect(path, None, name)) == "cp1252 (detected)"
    text = path.read_bytes().decode("cp1252")
    assert "".join(read(path)[0]["text"]) == "".join(line.rpartition(",")[0] for line in text.splitlines()[1:])


def test_the_first_odd_byte_may_come_late(tmp_path: Path) -> None:
    rows = ["text,label", *["where is my order,delivery"] * 60_000, "it costs 5 € – déjà vu,billing"]
    path = tmp_path / "late.csv"
    path.write_bytes("\n".join(rows).encode("cp1252"))
    assert str(detect(path, None, "late.csv")) == "cp1252 (detected)"
    assert read(path)[0]["text"].iloc[-1] == "it costs 5 € – déjà vu"
    assert list(pieces(layout_of(path)))[-1]["text"].iloc[-1] == "it costs 5 € – déjà vu"


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("encoding", ["cp1252", "cp932", "utf-8", "utf-8-sig", "utf-16", "iso-2022-jp"])
def test_parts_of_any_size_come_to_the_same(encoding: str, size: int) -> None:
    language = "Japanese" if encoding in ("cp932", "iso-2022-jp") else "French"
    text = next(
        c for c in grid({language: TUNED[language]}, [30], 1) if c.encoding in (encoding, "cp1252", "cp932")
    ).text
    content = text.encode(encoding)
    parts = (content[i : i + size] for i in range(0, len(content), size))
    found = detect(parts, None, "a.csv")
    assert found == detect(content, None, "a.csv")
    assert content.decode(found.codec) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff")))
@example("\x1b$B")
def test_any_text_in_unicode_comes_back(text: str) -> None:
    for encoding, how in (
        ("utf-8", "detected"),
        ("utf-8-sig", "declared"),
        ("utf-16", "declared"),
        ("utf-32", "declared"),
    ):
        content = text.encode(encoding)
        found = detect(content, None, "a.csv")
        if found.name.startswith("iso2022"):
            continue
        assert content.decode(found.codec) == text
        assert found.how == how


@given(st.binary())
def test_what_is_detected_decodes_all_of_it(content: bytes) -> None:
    try:
        found = detect(content, None, "a.csv")
    except DataError:
        return
    assert "\x00" not in content.decode(found.codec)


@given(st.binary(), st.sampled_from(["utf-8", "cp1252", "cp932", "utf-16-le", "ascii"]))
def test_what_is_named_fits_or_is_refused(content: bytes, named: str) -> None:
    try:
        assert detect(content, named, "a.csv") == Encoding(named, "given")
    except DataError:
        return
    assert "\x00" not in content.decode(named)


@pytest.mark.parametrize(
    ("text", "named", "becomes"),
    [
        ("déjà vu", "cp1252", "é would become Ã©"),
        ("déjà vu", "mac_roman", "é would become √©"),
        ("Привет", "cp1251", "Привет would become РџСЂРёРІРµС‚"),
        ("the 😀", "latin-1", r"😀 would become ð\\x9f\\x98\\x80"),
        ("नमस्ते", "iso-8859-15", "नमस्ते would become à"),
        ("naïve", "gb18030", "ï would become 茂"),
    ],
)
@pytest.mark.parametrize("twice", [True, False])
def test_an_encoding_that_makes_garbage_of_utf_8_is_refused(text: str, named: str, becomes: str, twice: bool) -> None:
    content = f"text,label\n{text},x\n".encode()
    with pytest.raises(DataError, match=rf"is valid UTF-8, .* as {named} would garble it \({becomes}.*; leave `data"):
        detect(content if twice else iter([content[:13], content[13:]]), named, "a.csv")


@pytest.mark.parametrize(("text", "named"), [("это раб", "cp866"), ("plain", "cp1252"), ("naïve", "utf_8")])
def test_what_is_utf_8_by_chance_is_read_as_it_is_named(text: str, named: str) -> None:
    assert detect(text.encode(named), named, "a.csv") == Encoding(named, "given")


def test_what_is_detected_may_also_be_named() -> None:
    for case in grid(TUNED, [3], 1):
        assert detect(case.content, case.encoding, "a.csv").how == "given"


def test_tables_name_their_source() -> None:
    for name in ("letters.tsv", "words.tsv"):
        first, *others = files("al_core.datasets.encodings").joinpath(name).read_text("utf-8").splitlines()
        assert first.startswith("# made by benchmarks/letters.py from wordfreq 3.1.1")
        assert len({line.partition("\t")[0] for line in others}) == len(others) > 20


def test_where_it_is_unsure_each_candidate_shows_a_line() -> None:
    with pytest.raises(DataError, match=r"its encoding is not sure; name its `data\.encoding`") as refused:
        detect("text,label\nask Kovač,x\n".encode("cp1250"), None, "a.csv")
    assert "\n  cp1250: ask Kovač,x" in str(refused.value)
    assert "\n  cp1252: ask Kovaè,x" in str(refused.value)
    assert len(str(refused.value).splitlines()) <= 5


@pytest.mark.parametrize(
    ("content", "named", "message"),
    [
        ("señor".encode("cp1252"), "utf-8", "is not utf-8: byte 0xf1 at 2; name another .* detected, as cp1252$"),
        ("señor".encode("utf-8-sig"), "cp1252", "begins with the byte-order mark of utf-8, and is not cp1252"),
        ("señor".encode("utf-16"), "utf-8", "begins with the byte-order mark of utf-16, and is not utf-8"),
        ("señor".encode("utf-16")[:-1], None, "is not utf-16 throughout: byte 0x72 at 10"),
        ("text\na\n".encode("utf-16-le"), None, r"line 1, byte 2 \(if it is UTF-16, its encoding is utf-16-le\)"),
        ("text\na\n".encode("utf-16-be"), None, r"line 1, byte 1 \(if it is UTF-16, its encoding is utf-16-be\)"),
        (b"text\nfine\nab\x00c", None, "holds binary data, .* a zero byte at line 3, byte 3; name"),
        (b"text\nab\x00c", "utf-8", "a zero byte at line 2, byte 3"),
        ("café, naïve, Müller, ".encode() * 9 + b"caf\xe9", None, r"is UTF-8 for the most part.*'caf\\\\xe9' is not"),
        (bytes(range(128, 256)), None, "its encoding is not sure"),
    ],
)
def test_what_does_not_fit_is_refused(content: bytes, named: str | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        detect(content, named, "a.csv")


def test_utf_16_without_its_mark_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text\nseñor\n".encode("utf-16-le"))
    assert read(path, How(encoding="utf-16-le"))[0]["text"].tolist() == ["señor"]
    assert str(layout_of(path, How(encoding="utf-16-le")).encoding) == "utf-16-le (given)"


def test_a_long_line_and_many_odd_lines_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(("[" + '{"text": "señor, ¿qué tal?"}, ' * 200_000 + "]").encode("cp1252"))
    assert str(detect(path, None, "a.jsonl")) == "cp1252 (detected)"
    path.write_bytes(('{"text": "Łukasz zażądał zwrotu"}\n' * 200_000).encode("cp1250"))
    assert str(detect(path, None, "a.jsonl")) == "cp1250 (detected)"
