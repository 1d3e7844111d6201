"""What comes before the cycles: open the store, read the data, and do once what all strategies of a seed share."""

from dataclasses import dataclass

from al_core.config import ExperimentConfig
from al_core.datasets.left_out import about_left_out
from al_core.datasets.presets import resolve
from al_core.datasets.source import source_digest
from al_core.encoders.pinned import Encoder
from al_core.feasible import check_feasible
from al_core.features.choice import encoder_of, in_effect, suited
from al_core.initialisation import digest_of, needs_before_labels, needs_of
from al_core.look import VECTORS
from al_core.results import data_name, setup_folder
from al_core.strategies import code_of, strategy_of
from tasks.ingest import ingest, ingest_notes
from tasks.machine import check_allowed
from tasks.models import Learning
from tasks.near_duplicates import kept_together, near_duplicates
from tasks.prepare import embed_all, featurise, split, surprise, tokenise
from tasks.seed_set import Before, choose_seed_set
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_groups


@dataclass(frozen=True)
class Prepared:
    """What all cycles of one seed share; `setup` is the folder for their results.

    Parameters: surprisal : of all texts, where a strategy asks for it
                vectors : the same, by an encoder that is to be fine-tuned, where it asks before any text is labelled
    """

    setup: str
    corpus: Ref
    split: Ref
    features: tuple[Ref, ...]
    seed_set: Ref
    encoder: Encoder | None
    surprisal: tuple[Ref, ...] = ()
    vectors: tuple[Ref, ...] = ()

    def refs(self) -> list[tuple[str, Ref]]:
        """Return the results with the names of their stages."""
        several = {"featurise": self.features, "surprise": self.surprisal, "embed": self.vectors}
        features = [(stage, ref) for stage, refs in several.items() for ref in refs]
        return [("ingest", self.corpus), ("split", self.split), *features, ("seed-set", self.seed_set)]

    def learning(self, config: ExperimentConfig, labelled: tuple[Ref, ...], seed: int) -> Learning:
        """Return what a cycle with this labelled set learns from."""
        return Learning(self.corpus, self.features, self.split, labelled, config.classifier, self.encoder, seed)


def admit(config: ExperimentConfig) -> ExperimentConfig:
    """Return the settings with what `auto` comes to here, after refusing places that this machine does not allow."""
    check_allowed(config)
    return in_effect(config)


def check(config: ExperimentConfig) -> tuple[Store, Ref]:
    """Open the store, read the data into it, and refuse what an experiment cannot start with."""
    store = Store.open(config.store)
    corpus = ingest(store, data_name(config), data=resolve(config.data), content=source_digest(config.data))
    groups = load_groups(store, near_duplicates(store, config, corpus))
    together = groups if config.data.split == "grouped" else None
    left_out = about_left_out(ingest_notes(store, corpus))
    check_feasible(config, load_corpus(store, corpus), encoder_of(config), together, left_out)
    return store, corpus


def prepare(store: Store, config: ExperimentConfig, corpus: Ref, seed: int) -> Prepared:
    """Do once what all strategies of a seed share."""
    config = suited(config, load_corpus(store, corpus))
    folder = f"{data_name(config)}/seed={seed}"
    encoder = encoder_of(config)
    together = kept_together(store, config, corpus)
    parts = split(store, folder, corpus, config.data.test_size, seed, config.stopping.audit_set, *together)
    features = _features(store, config, corpus, encoder, parts, folder)
    surprisal = _surprisal(store, config, corpus, encoder)
    vectors = _vectors(store, config, features, encoder)
    before = _before_labels(config, features, surprisal, vectors)
    code = code_of(strategy_of(config.seed_set.initialisation)) if needs_of(config.seed_set) else ()
    origin = (digest_of(config.seed_set), *code)
    seed_set = choose_seed_set(store, folder, corpus, parts, config.seed_set, seed, before, origin)
    setup = setup_folder(config, load_corpus(store, corpus).fingerprint, encoder)
    return Prepared(setup, corpus, parts, features, seed_set, encoder, surprisal, vectors)


def _features(
    store: Store, config: ExperimentConfig, corpus: Ref, encoder: Encoder | None, parts: Ref, folder: str
) -> tuple[Ref, ...]:
    """Do what makes the features; what comes of the encoder is the same for all seeds."""
    if encoder is None:
        return (featurise(store, folder, corpus, parts, config.features),)
    tokens = tokenise(store, data_name(config), corpus, encoder)
    if config.classifier.name == "transformer":
        return (tokens,)
    embeddings = embed_all(store, data_name(config), tokens, encoder)
    if config.features.kind == "embeddings":
        return embeddings
    return (*embeddings, featurise(store, folder, corpus, parts, config.features))


def _surprisal(store: Store, config: ExperimentConfig, corpus: Ref, encoder: Encoder | None) -> tuple[Ref, ...]:
    """Compute how unexpected each text is, where a strategy asks for that."""
    needs = needs_of(config.seed_set).union(*(strategy_of(name).needs for name in config.strategies))
    if encoder is None or "surprisal" not in needs:
        return ()
    tokens = tokenise(store, data_name(config), corpus, encoder)
    return (surprise(store, data_name(config), tokens, encoder),)


def _vectors(
    store: Store, config: ExperimentConfig, features: tuple[Ref, ...], encoder: Encoder | None
) -> tuple[Ref, ...]:
    """Compute vectors by an encoder that is to be fine-tuned, where they are asked for before any text is labelled."""
    needs = needs_before_labels(config.seed_set, map(strategy_of, config.strategies))
    if config.classifier.name != "transformer" or not needs & VECTORS:
        return ()
    assert encoder, "that is fine-tuned"
    return embed_all(store, data_name(config), features[0], encoder)


def _before_labels(
    config: ExperimentConfig, features: tuple[Ref, ...], surprisal: tuple[Ref, ...], vectors: tuple[Ref, ...]
) -> Before:
    """Return what the initialisation needs to know."""
    needs = needs_of(config.seed_set)
    unexpected = surprisal if "surprisal" in needs else ()
    if not needs & VECTORS:
        return Before(surprisal=unexpected)
    return Before(() if vectors else features, vectors, unexpected)
