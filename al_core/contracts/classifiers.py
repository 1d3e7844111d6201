"""What every classifier promises: checks that take one and raise AssertionError where it breaks its word."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from al_core.contracts.cases import N_CLASSES, Case, case_of
from al_core.contracts.common import global_random_state, in_another_process
from al_core.corpus import names

Check = Callable[[Case], None]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Register a check under its name in words."""
    CHECKS[function.__name__.replace("_", " ")] = function
    return function


def broken(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the promises that a classifier does not keep, each with what it did instead.

    >>> list(broken(case_of("sklearn.naive_bayes:ComplementNB")))
    []
    """
    for promise, holds in CHECKS.items():
        try:
            holds(case)
        except Exception as error:
            yield promise, str(error) or type(error).__name__


@check
def gives_probabilities(case: Case) -> None:
    """One row a text, one column a class; rows sum to 1."""
    found = case.proba(case.model)
    wanted = (len(case.parts.test), N_CLASSES)
    assert found.shape == wanted, f"it gave an array of shape {found.shape}, not {wanted}"
    assert found.dtype == np.float64, f"it gave {found.dtype}, not float64"
    assert (found >= 0).all(), "it gave what is not a number, or negative"
    assert np.allclose(found.sum(axis=1), 1, atol=1e-12), "the probabilities of a text do not sum to 1"


@check
def does_with_no_texts(case: Case) -> None:
    """A pool may be empty."""
    assert case.proba(case.model, np.empty(0, dtype=np.int64)).shape == (0, N_CLASSES)


@check
def does_with_one_label_a_class(case: Case) -> None:
    """A seed set may be as small as that."""
    rows = np.array([case.of_classes(code)[0] for code in range(N_CLASSES)])
    found = case.proba(case.trained(rows))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-12), "the probabilities of a text do not sum to 1"


@check
def gives_zero_to_a_class_that_it_has_not_seen(case: Case) -> None:
    """And everything to those that it has."""
    found = case.proba(case.trained(case.of_classes(0, 2)))
    assert not found[:, [1, 3]].any(), "it gave probability to a class that it has not seen"
    assert np.allclose(found[:, [0, 2]].sum(axis=1), 1, atol=1e-12), "what it gave the classes seen does not sum to 1"


@check
def is_certain_of_one_class_only(case: Case) -> None:
    """There is nothing to tell apart."""
    for n in (1, 3):
        model = case.stored(case.trained(case.of_classes(2)[:n]))
        expected = np.tile(np.eye(N_CLASSES)[2], (len(case.parts.test), 1))
        assert np.array_equal(case.proba(model), expected), f"of {n} labels of one class, it gave another some chance"


@check
def learns_texts_with_several_labels(case: Case) -> None:
    """Each class for itself, one of them that all texts have."""
    labels = tuple(tuple(sorted({case.corpus.classes[0], *names(label)})) for label in case.corpus.labels)
    several = replace(case, corpus=replace(case.corpus, labels=labels))
    model = several.trained()
    found = case.proba(model)
    assert ((found >= 0) & (found <= 1)).all(), "it gave what is no probability"
    assert (found[:, 0] > 0.5).all(), "it doubted a class that all texts have"
    assert case.proba(case.stored(model)).tobytes() == found.tobytes(), "once it was stored, it gave other bits"


@check
def repeats_itself(case: Case) -> None:
    """The same seed gives the same bits, in several threads at once too."""
    expected = case.proba(case.model).tobytes()
    with ThreadPoolExecutor(2) as threads:
        at_once = list(threads.map(lambda _: case.proba(case.trained()).tobytes(), range(2)))
    assert at_once == [expected] * 2, "the same seed gave other probabilities; what is random has to come of `seed`"


@check
def does_not_depend_on_the_order_of_labels(case: Case) -> None:
    """The labelled set is a set."""
    shuffled = np.random.default_rng(0).permutation(case.parts.train)
    found = case.proba(case.trained(shuffled)).tobytes()
    assert found == case.proba(case.model).tobytes(), "with the labels in another order, it gave other probabilities"


@check
def does_not_depend_on_the_texts_beside_one(case: Case) -> None:
    """But for the last bits: the pool is scored in pieces."""
    whole = case.proba(case.model)
    alone = np.concatenate([case.proba(case.model, row) for row in case.parts.test[:, None]])
    assert np.allclose(alone, whole, atol=1e-6), "alone, a text had other probabilities than beside others"


@check
def leaves_its_inputs_as_they_are(case: Case) -> None:
    """Others read the same features."""
    every = np.arange(len(case.corpus))
    before = _bytes(case, every)
    case.proba(case.trained(), every)
    assert _bytes(case, every) == before, "it altered the features"


def _bytes(case: Case, rows: np.ndarray) -> list[bytes]:
    given = case.features[rows]
    parts = vars(given) | vars(getattr(given, "sparse", given))
    return [value.tobytes() for _, value in sorted(parts.items()) if isinstance(value, np.ndarray)]


@check
def leaves_global_random_state_alone(case: Case) -> None:
    """It neither draws from it nor depends on it."""
    answers = []
    for seed in (1, 2):
        with global_random_state(seed, "what is random has to come of `seed`"):
            answers.append(case.proba(case.trained()).tobytes())
    assert answers[0] == answers[1], "its answer depends on global random state; it is given `seed`"


@check
def says_the_same_once_it_was_stored(case: Case) -> None:
    """Bit for bit, and once it was stored again."""
    expected, back = case.proba(case.model).tobytes(), case.stored(case.model)
    assert case.proba(back).tobytes() == expected, "read again, it gave other probabilities"
    assert case.proba(case.stored(back)).tobytes() == expected, "read twice, it gave other probabilities"


@check
def predicts_the_same_when_it_is_softened(case: Case) -> None:
    """With less confidence, or, sharpened, with more."""
    softer, sharper = case.model.softened(3.0), case.model.softened(0.3)
    found, soft, sharp = (case.proba(model) for model in (case.model, softer, sharper))
    assert np.array_equal(soft.argmax(axis=1), found.argmax(axis=1)), "softened, it predicted another class"
    doubted = (found > 0).all(axis=1) & (found.max(axis=1) - found.min(axis=1) > 1e-9)
    most, less, more = (proba.max(axis=1) for proba in (found, soft, sharp))
    assert (less <= most + 1e-12).all(), "softened, it was surer"
    assert (less < most)[doubted].all(), "softened, it was as sure"
    assert (more > most)[doubted].all(), "sharpened, it was not surer"
    assert case.proba(case.stored(softer)).tobytes() == soft.tobytes(), "softened and read again, it was another"


@check
def predicts_the_same_when_it_is_calibrated(case: Case) -> None:
    """By one temperature."""
    found, calibrated = case.proba(case.model), case.proba(case.trained(calibration="temperature"))
    assert np.array_equal(calibrated.argmax(axis=1), found.argmax(axis=1)), "calibrated, it predicted another class"
    assert np.allclose(calibrated.sum(axis=1), 1, atol=1e-12), "the probabilities of a text do not sum to 1"


@check
def says_the_same_in_another_process(case: Case) -> None:
    """Whatever the hash seed and the number of threads there; a transformer's differ by the number of cores."""
    if case.name == "transformer":
        return
    there = in_another_process(answers, case.name)
    assert there == answers(case.name), "in another process it gave other probabilities"


def answers(name: str) -> bytes:
    """Return the probabilities that a classifier gives."""
    case = case_of(name)
    return case.proba(case.model).tobytes()
