"""Models: kept after training, handed on in memory, read again, pruned, and trained again where they are gone.

A linear model is its table. Of a transformer the table says how the training went, and the weights lie apart, under
the digest that the table names: `weights/DIGEST.safetensors`. They are large, so most are removed when they have been
used, and whoever needs one that is gone trains it again. A classifier of the user's own is in its table if skops, which
runs no code, can read it there; otherwise it is trained again in each process. A table without rows is the model of no
label.
"""

import logging
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

import pyarrow as pa
from cachetools import LRUCache

from al_core import learner
from al_core.classifiers import EstimatorModel, LinearModel, Model, TransformerModel, Untrained
from al_core.config import ClassifierConfig
from al_core.encoders.device import one_at_a_time
from al_core.encoders.pinned import Encoder
from al_core.errors import StoreError
from al_core.estimators import CLASSIFIER_NAMES
from tasks.files import Place, read, remove, write
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split

_in_memory: LRUCache[str, TransformerModel] = LRUCache(maxsize=2)
"""As many as there are pairs of strategy and seed side by side, by default."""
_own: LRUCache["Learning", EstimatorModel] = LRUCache(maxsize=4)
_lock = Lock()

log = logging.getLogger("alflow")


@dataclass(frozen=True)
class Learning:
    """What a model is learned from, and how; `encoder` is None for classifiers that need none."""

    corpus: Ref
    features: tuple[Ref, ...]
    split: Ref
    labelled: tuple[Ref, ...]
    classifier: ClassifierConfig
    encoder: Encoder | None
    seed: int

    @property
    def labels(self) -> int:
        """How many texts are labelled."""
        return sum(ref.rows for ref in self.labelled)


def learn(store: Store, learning: Learning) -> pa.Table:
    """Train the model; return its table, and keep its weights if they are apart."""
    model = _trained(store, learning)
    if isinstance(model, TransformerModel):
        write(weights_file(store, model.digest), model.weights())
        _remember(model.digest, model)
    if isinstance(model, EstimatorModel):
        _remember_own(learning, model)
    return model.to_table()


def load_model(store: Store, ref: Ref, learning: Learning) -> Model:
    """Return a model that was trained: from memory, from the store, or trained again."""
    if ref.rows == 0:
        return Untrained()
    if learning.classifier.name not in CLASSIFIER_NAMES:
        return _load_own(store, ref, learning)
    table = store.load(ref)
    if learning.classifier.name != "transformer":
        return LinearModel.from_table(table)
    digest = weights_digest(table)
    with one_at_a_time:  # else two that need it would both train it again
        with _lock:
            if digest in _in_memory:
                return _in_memory[digest]
        return _remember(digest, _read(store, table, learning) or _again(store, ref, learning))


def weights_file(store: Store, digest: str) -> Place:
    """Return where weights are kept."""
    return store.folder / "weights" / f"{digest[:16]}.safetensors"


def weights_of(store: Store, model: Ref) -> str | None:
    """Return the path of a model's weights in the store; None if it has none apart."""
    table = store.load(model)
    apart = b"weights" in (table.schema.metadata or {})
    return f"weights/{weights_file(store, weights_digest(table)).name}" if apart else None


def forget(store: Store, model: Ref) -> None:
    """Remove the weights of a model; if they cannot be removed, they stay, and a warning says so."""
    try:
        weights = weights_of(store, model)
        if weights and (file := store.folder / weights).exists():
            remove(file)
    except StoreError as error:  # somebody else may have been faster; it stops nothing either way
        log.warning("the weights of %s were not removed: %s", model.path, error)


def _trained(store: Store, learning: Learning) -> Model:
    return learner.train(
        load_corpus(store, learning.corpus),
        load_features(store, learning.features),
        load_rows(store, learning.labelled),
        learning.classifier,
        load_split(store, learning.split),
        learning.seed,
        learning.encoder,
    )


def _read(store: Store, table: pa.Table, learning: Learning) -> TransformerModel | None:
    """Return the model of the weights in the store; None if they are not there, or altered."""
    weights = read(weights_file(store, weights_digest(table)))
    if weights is None or sha256(weights).hexdigest() != weights_digest(table):
        return None
    assert learning.encoder
    return TransformerModel.from_weights(weights, table, learning.classifier, learning.encoder)


def _again(store: Store, ref: Ref, learning: Learning) -> TransformerModel:
    log.info("the weights of %s are not in the store any more; training them again", ref.path)
    model = _trained(store, learning)
    assert isinstance(model, TransformerModel)
    if model.digest == weights_digest(store.load(ref)):
        write(weights_file(store, model.digest), model.weights())
    else:
        log.warning("trained again, %s has slightly other weights: another device or version of torch", ref.path)
    return model


def weights_digest(table: pa.Table) -> str:
    """Return the digest of the weights that belong to a model's table."""
    return str(table.schema.metadata[b"weights"].decode())


def _remember(digest: str, model: TransformerModel) -> TransformerModel:
    with _lock:
        _in_memory[digest] = model
    return model


def _load_own(store: Store, ref: Ref, learning: Learning) -> EstimatorModel:
    with _lock:
        if learning in _own:
            return _own[learning]
    model = EstimatorModel.from_table(store.load(ref), learning.classifier.name) or _trained(store, learning)
    assert isinstance(model, EstimatorModel)
    return _remember_own(learning, model)


def _remember_own(learning: Learning, model: EstimatorModel) -> EstimatorModel:
    with _lock:
        _own[learning] = model
    return model
