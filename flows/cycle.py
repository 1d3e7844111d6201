"""One cycle of one strategy and seed: its stages, and a flow that does them for itself."""

from functools import partial

from prefect import flow, get_run_logger
from pydantic import Field

from al_core.config import DEFAULTS, ExperimentConfig, Model, StrategyName
from al_core.datasets.split import possible_cycles
from al_core.errors import ConfigError
from al_core.features.choice import in_effect
from al_core.results import SHARED, cycle_folder
from al_core.stopping.marks import needs_of
from al_core.strategies import code_of, strategy_of, when_labelled
from al_core.validation import validated
from flows.child import end_children
from flows.form import form
from flows.prepare import Prepared, admit, check, prepare
from flows.serving.lives import write_mark
from tasks.evaluate import evaluate
from tasks.look import look
from tasks.models import Learning
from tasks.publish import Cycle
from tasks.query_select import query_select
from tasks.runner import stages_run_as
from tasks.stage import from_store
from tasks.store import Ref, Store
from tasks.tables import load_split
from tasks.take_reading import take_reading
from tasks.train import train


def stages(
    store: Store,
    config: ExperimentConfig,
    prepared: Prepared,
    strategy: str,
    seed: int,
    cycle: int,
    labelled: tuple[Ref, ...],
    ask: bool,
) -> Cycle:
    """Train on the labelled set, evaluate, and, if labels are to be asked for, let the strategy choose for which."""
    own = cycle_folder(prepared.setup, strategy, seed, cycle)
    folder = cycle_folder(prepared.setup, SHARED, seed, cycle) if cycle == 0 else own
    learning = prepared.learning(config, labelled, seed)
    model = train(store, folder, learning)
    metrics = evaluate(store, folder, model, learning)
    if not ask:
        return Cycle(strategy, seed, cycle, model, metrics, _reading(store, own, model, learning, config, None))
    turn = when_labelled(strategy_of(strategy), learning.labels)
    seen = look(store, folder, turn, model, learning, config, prepared.surprisal, prepared.vectors)
    code = code_of(strategy_of(strategy))
    query = query_select(store, own, learning, seen, strategy, code, config.query_size, cycle)
    reading = _reading(store, own, model, learning, config, query)
    return Cycle(strategy, seed, cycle, model, metrics, reading, seen, query)


def _reading(
    store: Store, folder: str, model: Ref, learning: Learning, config: ExperimentConfig, query: Ref | None
) -> Ref | None:
    """Take a reading for the stopping rules, if there are any."""
    rules = config.stopping.rules
    if not rules:
        return None
    return take_reading(store, folder, model, learning, needs_of(rules), config.stopping.stop_set, query)


class Which(Model):
    """Which cycle of an experiment."""

    strategy: StrategyName
    seed: int = Field(ge=0, le=999)
    cycle: int = Field(ge=0, le=1000)


@form(
    strategy={"title": "Strategy", "position": 0, "description": "One of the experiment's: a name or an expression."},
    seed={"title": "Seed", "position": 1, "description": "At least 0.", "allOf": [{"minimum": 0}]},
    cycle={
        "title": "Cycle",
        "position": 2,
        "description": "0 trains on the seed set, 1 on that and one query, and so on; those before it have to be done.",
        "allOf": [{"minimum": 0, "maximum": 1000}],
    },
    config={"title": "Experiment", "position": 3},
)
@flow(
    name="cycle",
    flow_run_name="{strategy} · seed {seed} · cycle {cycle}",
    validate_parameters=False,
    on_crashed=[end_children],
    on_cancellation=[end_children],
)
def run_cycle(
    config: ExperimentConfig = DEFAULTS, strategy: StrategyName = "margin", seed: int = 0, cycle: int = 0
) -> Cycle:
    """Do one cycle of an experiment, after those before it; what the store has of it is not computed again.

    Parameters: config : the experiment's
                cycle : 0 trains on the seed set, cycle k on the seed set and k queries
    Raises:     ConfigError if an earlier cycle is missing from the store, or there can be no such cycle
    """
    write_mark()
    config = admit(validated(ExperimentConfig, config))
    which = validated(Which, {"strategy": strategy, "seed": seed, "cycle": cycle})
    with stages_run_as(config):
        done = _cycle(config, which.strategy, which.seed, which.cycle)
    get_run_logger().info("done; Retry on the experiment's run, if that waits for it, goes on with the later cycles")
    return done


def _cycle(config: ExperimentConfig, strategy: str, seed: int, cycle: int) -> Cycle:
    store, prepared = from_store(partial(_prepared, config, seed)) or _prepared(config, seed)
    last = possible_cycles(load_split(store, prepared.split), config)
    if not 0 <= cycle <= last:
        raise ConfigError(f"there is no cycle {cycle}; with this configuration and data they go from 0 to {last}")
    labelled = labelled_before(store, config, prepared, strategy, seed, cycle)
    return stages(store, config, prepared, strategy, seed, cycle, labelled, ask=cycle < last)


def found(config: ExperimentConfig, strategy: str, seed: int, cycle: int) -> Cycle | None:
    """Return the results of a cycle if the store has all of them; nothing is computed.

    Raises:     ConfigError if an earlier cycle is missing from the store, or there can be no such cycle
    """
    return from_store(partial(_cycle, in_effect(config), strategy, seed, cycle))


def _prepared(config: ExperimentConfig, seed: int) -> tuple[Store, Prepared]:
    store, corpus = check(config)
    return store, prepare(store, config, corpus, seed)


def labelled_before(
    store: Store, config: ExperimentConfig, prepared: Prepared, strategy: str, seed: int, cycle: int
) -> tuple[Ref, ...]:
    """Return what a cycle trains on, from the store: the seed set, and the queries of the cycles before it.

    Raises:     ConfigError if one is missing
    """
    one = partial(stages, store, config, prepared, strategy, seed)
    labelled: tuple[Ref, ...] = (prepared.seed_set,)
    for earlier in range(cycle):
        done = from_store(partial(one, earlier, labelled, ask=True))
        if done is None or done.query is None:
            raise ConfigError(
                f"{strategy}, seed {seed}, cycle {cycle} needs the query of cycle {earlier}, which is not in "
                f"{config.store!r}; run the experiment, which does all that is missing"
            )
        labelled = (*labelled, done.query)
    return labelled
