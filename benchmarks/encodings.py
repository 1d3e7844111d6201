"""How often the encoding of a file is told right, refused and wrong: many languages, encodings and sizes.

PYTHONPATH=. python benchmarks/encodings.py [--held-out] [--noisy] [--seeds 1] [--rows 3 30 300]
"""

import argparse
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from al_core.datasets.encoding import detect
from al_core.errors import DataError
from benchmarks.encodings_texts import ENGLISH, HOLDING, LISTED, NAMES, SCRIPTS, TUNED

LABELS = ("billing", "delivery", "access", "refund")
TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True)
class Case:
    """A table in an encoding: odd letters in every row, or in one row that is early or late."""

    language: str
    encoding: str
    rows: int
    where: str
    text: str

    @property
    def content(self) -> bytes:
        return self.text.encode(self.encoding)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", action="store_true", help="the sentences that detection was not tuned on")
    parser.add_argument("--noisy", action="store_true", help="capitals, no capitals, or words in another order")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--rows", type=int, nargs="+", default=[3, 30, 300])
    arguments = parser.parse_args()
    texts, names = TUNED, NAMES
    if arguments.held_out:
        from benchmarks.encodings_held_out import HELD_OUT, HELD_OUT_NAMES

        texts, names = HELD_OUT, HELD_OUT_NAMES
    begin, wrong = perf_counter(), []
    counts: dict[tuple[str, str, int], Counter] = defaultdict(Counter)
    for case in [*grid(texts, arguments.rows, arguments.seeds, arguments.noisy), *among_english(names, arguments.rows)]:
        result = outcome(case)
        counts[case.encoding, case.where, case.rows][result.split()[0]] += 1
        if result.startswith("wrong"):
            wrong.append(f"{case.language}, {case.encoding}, {case.rows} rows, odd letters {case.where}: {result}")
    show(counts)
    print(f"\n{len(wrong)} wrong", *sorted(wrong), sep="\n  ")
    print(f"{perf_counter() - begin:.0f} seconds")


def outcome(case: Case) -> str:
    """Return `right`, `refused`, or `wrong` and what was read."""
    try:
        found = detect(case.content, None, "table.csv")
    except DataError:
        return "refused"
    read = case.content.decode(found.codec)
    if read == case.text:
        return "right"
    odd = next(i for i, (one, other) in enumerate(zip(read, case.text, strict=False)) if one != other)
    return f"wrong {found.name}: {case.text[max(0, odd - 15) : odd + 15]!r} as {read[max(0, odd - 15) : odd + 15]!r}"


def grid(texts: dict[str, str], rows: list[int], seeds: int, noisy: bool = False) -> Iterator[Case]:
    for language, block in texts.items():
        for encoding in HOLDING[script_of(language)].split():
            sentences = [s for s in (written(one, encoding) for one in block.strip().split("\n")) if s]
            for number in rows:
                for where in ("every", "early", "late"):
                    for seed in range(seeds if sentences else 0):
                        rng = random.Random(f"{language} {encoding} {number} {where} {seed} {noisy}")
                        odd = (
                            [s for s in (noise(one, rng) for one in sentences) if fits(s, encoding)]
                            if noisy
                            else sentences
                        )
                        if odd:
                            yield Case(language, encoding, number, where, table(odd, number, where, rng))


def among_english(names: dict[str, list[str]], rows: list[int]) -> Iterator[Case]:
    for encoding, sentences in names.items():
        for sentence in sentences:
            for number in rows:
                for where in ("early", "late"):
                    rng = random.Random(f"{sentence} {number} {where}")
                    yield Case("English", encoding, number, f"{where}, a name", table([sentence], number, where, rng))


def table(sentences: list[str], rows: int, where: str, rng: random.Random) -> str:
    english = ENGLISH.strip().split("\n")
    odd = range(rows) if where == "every" else [min(1, rows - 1) if where == "early" else rows - 1]
    texts = [rng.choice(sentences if row in odd else english) for row in range(rows)]
    longer = [f"{text} {rng.choice(sentences)}" if where == "every" and rng.random() < 0.5 else text for text in texts]
    return "text,label\n" + "".join(f'"{text} {rng.randrange(1000)}",{rng.choice(LABELS)}\n' for text in longer)


def noise(sentence: str, rng: random.Random) -> str:
    words = sentence.split()
    rng.shuffle(words)
    return rng.choice([sentence.upper(), sentence.lower(), " ".join(words), " ".join(words[:3]), "".join(words)])


def written(sentence: str, encoding: str) -> str:
    """Return a sentence as an encoding can hold it; nothing if it cannot, or if that is plain ASCII."""
    text = sentence.replace("₫", "đ")
    if encoding == "cp1258":
        text = "".join(map(_with_tone_apart, text))
    return text if fits(text, encoding) else ""


def fits(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text and not text.isascii()
    except UnicodeError:
        return False


def _with_tone_apart(c: str) -> str:
    if fits(c, "cp1258") or c.isascii():
        return c
    first, *marks = unicodedata.normalize("NFD", c)
    return unicodedata.normalize("NFC", first + "".join(m for m in marks if m not in TONES)) + "".join(
        m for m in marks if m in TONES
    )


def script_of(language: str) -> str:
    if language.startswith("Chinese"):
        return "chinese"
    return next(script for script, languages in SCRIPTS.items() if language in languages.split())


def show(counts: dict[tuple[str, str, int], Counter]) -> None:
    print(f"{'encoding':14} {'odd letters':14} {'rows':>4} {'right':>6} {'refused':>8} {'wrong':>6}")
    for (encoding, where, rows), found in sorted(counts.items()):
        print(f"{encoding:14} {where:14} {rows:4} {found['right']:6} {found['refused']:8} {found['wrong']:6}")
    for title in ("cp1252 and latin-1", "other listed encodings", "a name in English", "rarer encodings"):
        for rows in sorted({key[2] for key in counts}):
            total: Counter = Counter()
            for (encoding, where, number), found in counts.items():
                if number == rows and kind(encoding, where) == title:
                    total.update(found)
            if total:
                print(f"{title}, {rows} rows: " + ", ".join(f"{k} {total[k]}" for k in ("right", "refused", "wrong")))


def kind(encoding: str, where: str) -> str:
    if encoding in ("cp1252", "latin-1"):
        return "cp1252 and latin-1"
    if where.endswith("a name"):
        return "a name in English"
    return "other listed encodings" if encoding in LISTED.split() else "rarer encodings"


if __name__ == "__main__":
    main()
