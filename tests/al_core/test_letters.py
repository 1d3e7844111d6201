"""Letters: marks are parts of them, and what cannot be seen is nothing."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.letters import INVISIBLE, JOINERS, MARKS, SAMPLE, re, says_something, without_spaces

EVERY = [chr(place) for place in range(sys.maxunicode + 1)]


def test_marks_are_all_that_unicode_has_and_the_joiners() -> None:
    of_class = re.compile(f"[{MARKS}]")
    found = {character for character in EVERY if of_class.match(character)}
    assert found == {one for one in EVERY if unicodedata.category(one)[0] == "M"} | set(JOINERS)


def test_no_letter_digit_or_punctuation_of_any_script_is_invisible_but_the_fillers() -> None:
    of_class = re.compile(f"[{INVISIBLE}]")
    kinds = {unicodedata.category(one) for one in EVERY if of_class.match(one)}
    fillers = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800"}
    visible = {one for one in EVERY if of_class.match(one) and unicodedata.category(one)[0] in "LNPSZ"}
    assert visible == fillers
    assert kinds <= {"Cc", "Cf", "Cn", "Mn", "Lo", "So"}


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "\u2060\u200e\u200f", "\ufeff", "\u00ad\u00a0\u3000", "\ufe0f", "\u200d", "\u202e\u2066", "\0"],
)
def test_spaces_and_marks_without_width_say_nothing(text: str) -> None:
    assert not says_something(text)
    assert not says_something(text * 2)
    assert says_something(f"{text}.{text}")


@given(st.text())
def test_what_has_a_letter_says_something(text: str) -> None:
    assert says_something(text + "a")
    if says_something(text):
        assert says_something(f"\u200b{text}\u200e")


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("今天下雨", 1), ("ひらがな", 1), ("カタカナ", 1), ("ฝนตกวันนี้", 1), ("ຝົນຕົກ", 1), ("ភ្លៀង", 1), ("မိုးရွာ", 1), 
        ("ཆར་པ", 1),
        ("rain", 0), ("हिन्दी में", 0), ("한국어 문장", 0), ("قلب", 0), ("дождь", 0), ("12 !?", 0), ("café", 0), ("", 0),
    ],
)  # fmt: skip
def test_scripts_without_spaces_are_known(text: str, share: float) -> None:
    assert without_spaces([text]) == share


def test_of_many_texts_a_sample_that_is_spread_evenly_tells() -> None:
    texts = ["今天下雨", *["rain today"] * 3] * SAMPLE
    assert without_spaces(texts) == without_spaces(texts)
    assert 0.2 <= without_spaces([*["rain"] * 30_000, *["今天下雨"] * 10_000]) <= 0.3
