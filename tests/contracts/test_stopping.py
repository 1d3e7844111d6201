"""Every registered stopping rule, and combinations of them, keep all promises; and each promise can be broken."""

import json
import re
import subprocess
import sys
from inspect import Parameter, signature
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from al_core.contracts.histories import a_history, cold, only, settled
from al_core.contracts.stopping import CHECKS, answers, answers_of, broken
from al_core.stopping import NEEDS, RULES, reason_to_stop, rule_of, stops_at
from al_core.stopping.base import make
from flows.cli import main

DOCS = Path(__file__).parents[2] / "docs" / "stopping.md"
PINNED = {
    "all", "any", "budget", "classification_change", "cycles", "delta_f", "expected_error", "kappa_average",
    "max_uncertainty", "overall_uncertainty", "plateau", "selected_accuracy", "sure_accuracy", "target",
}  # fmt: skip
COMBINED = [
    "any(budget)",
    "any(budget(labels=500),kappa_average)",
    "all(delta_f,plateau(cycles=2),selected_accuracy)",
    "all(any(cycles(count=3),kappa_average),any(target,max_uncertainty))",
]
SET = ["budget(labels=60)", "cycles(count=2)", "delta_f(positive=1)", "classification_change(share=0.2)"]
NAMES = [*sorted(name for name, rule in RULES.items() if not rule.combines), *COMBINED, *SET]
PROCESS = "says the same in another process"

every_rule = pytest.mark.parametrize("name", NAMES)


@pytest.mark.parametrize("promise", sorted(set(CHECKS) - {PROCESS}))
@every_rule
def test_it_keeps_its_promise(name, promise):
    CHECKS[promise](rule_of(name))


def test_another_process_with_other_threads_gives_the_same_answers():
    script = (
        "import json, sys; from al_core.contracts.stopping import answers_of;"
        "print(json.dumps({name: answers_of(name) for name in sys.argv[1:]}))"
    )
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "3")
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(path or "." for path in sys.path), **threads}
    said = subprocess.run([sys.executable, "-c", script, *NAMES], env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == {name: answers_of(name) for name in NAMES}


def test_the_rules_are_the_pinned_ones_and_say_what_they_are():
    assert set(RULES) == PINNED
    for name, rule in RULES.items():
        assert rule.name == name
        assert rule.source
        assert rule.about.startswith("Stop ")
    assert set().union(*(rule.needs for rule in RULES.values())) == set(NEEDS)


@pytest.mark.parametrize("name", sorted(PINNED - {"any", "all"}))
def test_the_docs_give_it_with_its_defaults(name):
    parameters = signature(RULES[name].function).parameters.values()
    settings = ", ".join(f"{p.name}={p.default!r}" for p in parameters if p.kind is Parameter.KEYWORD_ONLY)
    assert f"| `{name}({settings})` |" in DOCS.read_text()


@every_rule
def test_it_stops_at_last_where_the_models_are_the_same_sure_and_right(name):
    rule = rule_of(name)
    history = only(settled(cycles=21), rule.needs)
    assert stops_at(rule, history) is not None
    assert reason_to_stop(rule, history) is not None, "and does not go on again"


@every_rule
def test_it_does_with_a_single_class(name):
    rule = rule_of(name.replace("positive=1", "positive=0"))
    for history in (a_history(n_classes=1), settled(n_classes=1)):
        answers(rule, only(history, rule.needs))


@pytest.mark.parametrize("name", ["kappa_average", "delta_f", "delta_f(positive=1)", "delta_f(positive=0)"])
def test_the_rules_of_stability_go_on_where_all_models_give_all_texts_one_class(name):
    assert stops_at(rule_of(name), cold(cycles=30)) is None


@pytest.mark.parametrize(("name", "models"), [("kappa_average", 4), ("delta_f", 4), ("classification_change", 2)])
def test_the_rules_of_stability_stop_as_soon_as_there_are_enough_models_that_are_the_same(name, models):
    cycle, _ = stops_at(rule_of(name), settled())
    assert cycle == models - 1


def unfaithful(function):
    return dict(broken(make("unfaithful", function, source="here")))


def _counter():
    calls = []
    return lambda paid: calls.append(0) or (f"call {len(calls)}" if len(calls) > 3 else None)


def _writes(stop_proba):
    stop_proba[-1][0] = stop_proba[-1][1]


SHY = "says why in one line with the numbers seen"


@pytest.mark.parametrize(
    ("function", "promise", "saying"),
    [
        (lambda paid: "enough", SHY, "no number"),
        (lambda paid: "1\n2", SHY, "more than one line"),
        (lambda paid: "", SHY, "has to answer with None or a sentence, not ''"),
        (lambda paid: paid[-1] > 100, SHY, "has to answer with None or a sentence, not False"),
        (_counter(), "repeats itself and remembers nothing", "another answer"),
        (lambda stop_proba: f"{stop_proba[-4][0]}", "does with one cycle and one text", "index out of range"),
        (lambda asked_codes: f"{asked_codes[-1][0]}", "stops where it says afterwards", "index out of range"),
        (
            lambda stop_proba: "1" if stop_proba[-1][0, 0] > 0.5 else None,
            "does not depend on the order of texts",
            "els",
        ),
        (_writes, "leaves its inputs as they are", "altered stop_proba|read-only"),
        (lambda paid: f"{np.random.random()}", "leaves global random state alone", "drew from global"),  # noqa: NPY002
    ],
)
def test_a_rule_that_breaks_a_promise_is_told_so(function, promise, saying):
    told = unfaithful(function)
    assert promise in told
    assert re.search(saying, told[promise]), told[promise]


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_rules.py").write_text(
        "from al_core import stopping_rule, strategy\n"
        "@stopping_rule\ndef certain(stop_proba, *, share: float = 0.9):\n"
        '    """Stop when the model is sure of most texts."""\n'
        "    sure = (stop_proba[-1].max(axis=1) > 0.99).mean()\n"
        "    return f'sure of {sure:.2f} of the texts' if sure >= share else None\n"
        "@stopping_rule\ndef hasty(paid):\n    return True\n"
        "@strategy\ndef sided(proba):\n    return proba[:, 0]\n"
    )


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("own_rules:certain", 0, f"which needs stop_proba, keeps all {len(CHECKS)} promises"),
        ("any(budget,own_rules:certain(share=0.5))", 0, "keeps all"),
        ("own_rules:hasty", 1, "✗ " + SHY),
        ("own_rules:sided", 0, "✓ gives as many texts as asked for once each"),
        ("any(own_rules:sided)", 1, "'own_rules:sided' is not marked as a stopping rule"),
        ("any(budjet)", 1, "did you mean 'budget'?"),
    ],
)
def test_the_command_tells_a_rule_from_a_strategy(own, name, code, says):
    said = CliRunner().invoke(main, ["check", name])
    assert said.exit_code == code, said.output
    assert says in said.output
