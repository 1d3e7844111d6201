"""Each cleaning step does one thing, and the steps run in the order given."""

from functools import cache
from typing import get_args
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.config import CleaningStep
from al_core.datasets.cleaning import STEPS, clean, imports, in_python

EXAMPLES = [
    ("html_entities", "fish &amp; chips &#39;n&#x27; &lt;b&gt; &eacute;", "fish & chips 'n' <b> é"),
    ("html_entities", "escaped twice: &amp;amp;", "escaped twice: &amp;"),
    ("html_entities", "AT&T, Q&A", "AT&T, Q&A"),
    ("urls", "see http://t.co/a?b=1 and HTTPS://x.org/y, www.site.net!", "see   and    "),
    ("urls", "the http protocol, awww.", "the http protocol, awww."),
    ("mentions", "hi @ann, @Bob_2 and @l-m", "hi  ,   and  "),
    ("mentions", "5 @ 3 pounds", "5 @ 3 pounds"),
    ("retweets", "RT @a: b RT: c (RT d)", "  @a: b  : c (  d)"),
    ("retweets", "START ART RTS rt x RT", "START ART RTS rt x RT"),
    ("punctuation", "don't -- stop_me! naïve? 50%", "don t   stop me  naïve  50 "),
    ("mentions", "@हिन्दी है @كُتُب و @café-x", "  है   و  "),
    ("retweets", "é́RT x, किRT y", "é́RT x, किRT y"),
    ("punctuation", "हिन्दी में, है!", "हिन्दी में  है "),
    ("punctuation", "มีความสุข, น้ำ", "มีความสุข  น้ำ"),
    ("punctuation", "كَتَبَ؟ نمی\u200cدانم.", "كَتَبَ  نمی\u200cدانم "),
    ("punctuation", "cafe\u0301, nai\u0308ve!", "cafe\u0301  nai\u0308ve "),
    ("punctuation", "I ❤️ it 👩\u200d💻!\u0301 _\u0301", "I   it    "),
    ("punctuation", "1\ufe0f\u20e3 2\u20e3x", "1  2 x"),
    ("lowercase", "ÀB C", "àb c"),
    ("whitespace", "  a\t\tb\r\nc\u00a0\u2003d ", "a b c d"),
]


@pytest.mark.parametrize(("step", "text", "cleaned"), EXAMPLES)
def test_a_step_cleans_what_it_is_named_for_and_nothing_else(step, text, cleaned):
    assert clean(text, [step]) == cleaned


def test_every_step_that_can_be_configured_is_there_and_has_an_example():
    assert set(get_args(CleaningStep)) == set(STEPS) == {step for step, _, _ in EXAMPLES}


def test_steps_run_in_the_order_given():
    assert clean("&lt;B&gt;", ["html_entities", "punctuation"]) == " B "
    assert clean("&lt;B&gt;", ["punctuation", "html_entities"]) == " lt B gt "
    assert clean("RT @a x", ["lowercase", "retweets"]) == "rt @a x"
    assert clean("RT @a x", ["retweets", "lowercase"]) == "  @a x"


def test_without_steps_the_text_stays_as_it_is():
    assert clean("  &amp; @a http://x ", []) == "  &amp; @a http://x "


def test_a_name_that_is_not_a_step_is_refused():
    with pytest.raises(KeyError, match="stemming"):
        clean("a", ["stemming"])


pieces = st.sampled_from(["RT", "@", "a", "B", "İ", "Σ", "&amp;", "&lt;", "http://", "www.", "_", "-", ":", " ", "\n"])
texts = st.text() | st.lists(pieces).map("".join)


@pytest.mark.parametrize("step", sorted(set(STEPS) - {"html_entities"}))  # one level of escaping is taken off at a time
@given(text=texts)
def test_a_step_done_twice_is_the_same_as_once(step, text):
    once = clean(text, [step])
    assert clean(once, [step]) == once


of_letters = st.characters(categories=["L", "M"]) | st.sampled_from("\u200c\u200d")


@pytest.mark.parametrize("step", sorted(set(STEPS) - {"lowercase"}))
@given(text=st.text(of_letters).filter(lambda text: not text.startswith("RT")))
def test_no_step_changes_letters_and_their_marks(step, text):
    assert clean(text, [step]) == text


@given(text=st.text(of_letters))
def test_lowercase_keeps_every_mark(text):
    marks = [one for one in text if category(one)[0] == "M"]
    assert [one for one in clean(text, ["lowercase"]) if category(one)[0] == "M" and one != "\u0307"] == [
        one for one in marks if one != "\u0307"
    ]


@pytest.mark.parametrize("steps", [*([step] for step in sorted(STEPS)), list(STEPS), []])
@given(text=texts | st.text(of_letters | st.sampled_from("@_-. R\u0301")))
def test_what_a_card_shows_does_the_same_without_alflow(steps, text):
    assert without_alflow(tuple(steps))(text) == clean(text, steps)


@cache
def without_alflow(steps):
    scope = {}
    exec("\n".join([*(f"import {name}" for name in imports(steps)), in_python(steps)]), scope)
    return scope["clean"]


@given(texts)
def test_after_all_steps_there_are_only_words_with_single_spaces(text):
    cleaned = clean(text, STEPS)
    assert cleaned == " ".join(cleaned.split())
    assert all(word.isalnum() or not word.isascii() for word in cleaned.split())
