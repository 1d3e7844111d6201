"""Make `al_core/datasets/letters.tsv`: how often letters are beside each other, language by language.

PYTHONPATH=. python benchmarks/letters.py

It wants `pip install wordfreq==3.1.1`, which alflow does not. All figures are counted from its lists of words and their
frequencies, but for a few languages that it lacks, whose words are in `letters_words.py`.

wordfreq is by Robyn Speer (2022, doi:10.5281/zenodo.7199437); its lists may be passed on under CC BY-SA 4.0. They were
counted from Wikipedia, OpenSubtitles 2018 (opensubtitles.org), SUBTLEX (Marc Brysbaert and others; freely available at
crr.ugent.be/programs-data/subtitle-frequencies), ParaCrawl, the Leeds Internet Corpus, Google Books Ngrams
(books.google.com/ngrams), news, Twitter and Reddit. No word of them is in the table.
"""

import gzip
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from math import log2
from pathlib import Path

import msgpack
import wordfreq
from wordfreq.util import data_path

from al_core.datasets.encodings.candidates import CANDIDATES
from al_core.datasets.encodings.characters import IDEOGRAPHS, is_usual
from al_core.datasets.encodings.letters import letter, tone_apart
from benchmarks.letters_words import COMMON, ELIDED, RUDE, SHARP, WORDS

TABLES = Path(__file__).parent.parent / "al_core/datasets/encodings"
MADE = "# made by benchmarks/letters.py from wordfreq 3.1.1 (Robyn Speer; CC BY-SA 4.0) and words of its own"
LISTS = {"no": "nb", "hr": "sh", "sr": "sh", "tw": "zh"}
"""Where wordfreq has a language under another code."""
POWER, TOTAL, FEW, CHARACTERS, COMMONEST, ENGLISH = 0.75, 2.0**14, 2.0**10, 1000, 40, 800
"""What dampens frequencies; what a language's weights come to, and one's with words of our own; characters and
common words kept."""
CYRILLIC = dict(zip("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш", strict=True))
BOTH = {"lj": "љ", "nj": "њ", "dž": "џ"}


def main() -> None:
    codes = {code for _, codes in CANDIDATES.values() for code in codes}
    write("letters.tsv", (line(code) for code in sorted(codes)))
    write("words.tsv", (f"{code}\t{' '.join(commonest(code))}" for code in sorted(codes) if is_latin(code)))


def write(name: str, lines: Iterable[str]) -> None:
    (TABLES / name).write_text("\n".join([MADE, *lines]) + "\n", "utf-8")


def line(code: str) -> str:
    counts = characters(code) if code in IDEOGRAPHS else pairs(code)
    return "\t".join([code, *levels(counts, FEW if code in WORDS else TOTAL)])


def levels(counts: Counter[str], total: float) -> list[str]:
    """Return what has weight 1.4, 2.8, 5.6 ..., where all weights come to a total: what has less is left out."""
    scale = total / counts.total()
    at = {one: int(log2(count * scale)) for one, count in counts.items() if count * scale >= 1}
    marked = sorted((one.replace(" ", "_"), level) for one, level in at.items())
    return ["".join(one for one, at_level in marked if at_level == level) for level in range(max(at.values()) + 1)]


def pairs(code: str) -> Counter[str]:
    """Return how often letters are beside each other in a language, if one of both is beyond ASCII."""
    counts, known = Counter[str](), alphabet(code)
    for word, weight in spelled(code):
        letters = [letter(c) for c in f" {word} "]
        for pair in map("".join, pairwise(letters)):
            if not pair.isascii() and known.issuperset(pair) and not is_mixed(pair):
                counts[pair] += weight
    return counts


def alphabet(code: str) -> frozenset[str]:
    """Return the characters of the encodings that a language is written in, without those of DOS and Mac."""
    ours = ("cp12", "cp874", "iso")
    names = [name for name, (_, codes) in CANDIDATES.items() if code in codes and name.startswith(ours)]
    return frozenset(c for name in names for c in bytes(range(256)).decode(name, "ignore"))


def is_mixed(pair: str) -> bool:
    """Return whether letters of two scripts are beside each other: words of wordfreq have some."""
    return len({unicodedata.name(c).split()[0] for c in pair if c.isalpha()}) > 1


def spelled(code: str) -> Iterator[tuple[str, float]]:
    """Yield words as people write them, for wordfreq has them in one spelling, and what each weighs."""
    for word, frequency in words(code):
        for spelling, share in spellings(word, code):
            yield spelling, (frequency**POWER) * share
    yield from elided(code)


def words(code: str) -> Iterable[tuple[str, float]]:
    if code in WORDS:
        return ((word, 1.0) for word in WORDS[code].split())
    return wordfreq.get_frequency_dict(LISTS.get(code, code)).items()


def spellings(word: str, code: str) -> list[tuple[str, float]]:
    """Return how people write a word, and how often: with either apostrophe, and what wordfreq makes the same."""
    if "'" in word:
        return [(word.replace("'", "’"), 0.5), (word, 0.5)]
    ours = OURS[code](word) if code in OURS else word
    return [(ours, 1.0), *(ALSO[code](ours) if code in ALSO else [])]


def sharp(word: str) -> str:
    for part in SHARP.split():
        word = word.replace(part.replace("ß", "ss"), part)
    return word


def final_sigma(word: str) -> str:
    return word[:-1] + "ς" if word.endswith("σ") else word


def cyrillic(word: str) -> str:
    for two, one in BOTH.items():
        word = word.replace(two, one)
    return "".join(CYRILLIC.get(c, c) for c in word)


def tones_apart(word: str) -> str:
    return "".join(map(tone_apart, word))


def cedillas(word: str) -> list[tuple[str, float]]:
    """Return a word of Romanian as encodings of one byte have it: with cedillas for commas."""
    return [(word.replace("ș", "ş").replace("ț", "ţ"), 1.0)]


def dotted(word: str) -> list[tuple[str, float]]:
    """Return a word of Turkish in capitals, and with one: İ is no small letter's."""
    return [(word.replace("i", "İ"), 0.03), *([("İ" + word[1:], 0.3)] if word.startswith("i") else [])]


def tanwin(word: str) -> list[tuple[str, float]]:
    return [(word + "\u064b", 0.1)] if word.endswith("ا") else []


OURS = {"de": sharp, "el": final_sigma, "sr": cyrillic, "vi": tones_apart}
ALSO = {"ro": cedillas, "tr": dotted, "ar": tanwin}


def elided(code: str) -> Iterator[tuple[str, float]]:
    """Yield a word after what loses its vowel before it, as often as that does."""
    if code not in ELIDED:
        return
    frequencies = dict(words(code))
    follow = [(word, f) for word, f in frequencies.items() if unicodedata.normalize("NFD", word)[0] in "aeiouhœ"]
    every = sum(f**POWER for _, f in follow)
    for before in ELIDED[code].split():
        for word, frequency in follow[:2000]:
            yield f"{before}’{word}", 0.5 * frequencies[before] ** POWER * frequency**POWER / every


def is_latin(code: str) -> bool:
    return code not in IDEOGRAPHS and "z" in alphabet(code) and not any("\u0370" < c < "\u0f00" for c in alphabet(code))


def commonest(code: str) -> list[str]:
    """Return the words in ASCII that a language has most often."""
    if code in COMMON:
        return COMMON[code].split()
    most = ENGLISH if code == "en" else COMMONEST
    found = sorted(words(code), key=lambda one: -one[1])
    plain = [word for word, _ in found if re.fullmatch("[a-z]{2,}", word) and word not in RUDE.split()][:most]
    return [word for word in plain if code != "en" or not is_beginning(word)]


def is_beginning(word: str) -> bool:
    """Return whether a word of English and à is one of Italian or French: in DOS that letter is what … is in cp1252."""
    return any(wordfreq.word_frequency(f"{word}à", code) > 1e-7 for code in ("it", "fr"))


def characters(code: str) -> Counter[str]:
    """Return how often the most frequent characters are, in the writing of a language that has thousands."""
    counts = Counter[str]()
    for word, frequency in words(code):
        for c in word:
            for one in traditional(c) if code == "tw" else [c]:
                if one > "\u3040":
                    counts[one] += frequency
    return Counter(dict(counts.most_common(CHARACTERS)))


def traditional(c: str) -> list[str]:
    """Return the traditional characters that a simplified one stands for, among those that Taiwan uses."""
    return [one for one in [*_traditional().get(c, []), c] if is_usual(one, "tw")]


@cache
def _traditional() -> dict[str, list[str]]:
    content = gzip.decompress(data_path("_chinese_mapping.msgpack.gz").read_bytes())
    found: dict[str, list[str]] = {}
    for one, simple in msgpack.unpackb(content, strict_map_key=False).items():
        found.setdefault(simple, []).append(chr(one) if isinstance(one, int) else one)
    return found


if __name__ == "__main__":
    main()
