"""The configuration: one set of models behind the YAML file, the command line and the Prefect parameters."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from al_core.errors import ConfigError, known_name, nearest
from al_core.estimators import CLASSIFIER_NAMES, code_of, maker_of
from al_core.expression import LONGEST
from al_core.plugins import installed
from al_core.stopping import rule_of
from al_core.strategies import STRATEGIES, strategy_of
from al_core.urls import brief, texts_in, with_password, with_query

CleaningStep = Literal["html_entities", "urls", "mentions", "retweets", "punctuation", "lowercase", "whitespace"]
SIMULATION_ONLY = ("stratified", "balanced")
"""Initialisations that look at labels that nobody would have yet."""
BY_FILE = {
    "given": "a file of ids (.txt, or .csv or .parquet with a column `id`)",
    "model": "the folder of an exported model",
}
"""Initialisations that go by what was done elsewhere."""
BEFORE_A_MODEL = frozenset({"texts", "embeddings", "labelled_embeddings", "labelled_codes", "surprisal"})
"""What a strategy may need before any text is labelled: for the seed set, or for the first query without one."""
INITIALISATION_NAMES = (
    "random",
    *SIMULATION_ONLY,
    *BY_FILE,
    *sorted(name for name, one in STRATEGIES.items() if one.needs and one.needs <= BEFORE_A_MODEL),
)


StrategyName = Annotated[str, AfterValidator(lambda text: strategy_of(text).name)]
ClassifierName = Annotated[str, AfterValidator(lambda text: maker_of(text).name)]
RuleName = Annotated[str, AfterValidator(lambda text: rule_of(text).name)]


def _initialisation(text: str) -> str:
    if text in INITIALISATION_NAMES:
        return text
    if len(text) <= LONGEST and text.isidentifier() and text not in STRATEGIES and text not in installed("strategies"):
        return known_name("initialisation", text, INITIALISATION_NAMES)
    asked = strategy_of(text)
    if not asked.needs <= BEFORE_A_MODEL:
        needs = ", ".join(sorted(asked.needs - BEFORE_A_MODEL))
        raise ConfigError(
            f"{asked.name} needs {needs}, and there is no model before the seed set; there are: "
            f"{', '.join(INITIALISATION_NAMES)}"
        )
    return asked.name


InitialisationName = Annotated[str, AfterValidator(_initialisation)]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


OptionalText = Annotated[str | None, BeforeValidator(_empty_is_none)]
Format = Literal[
    "csv", "tsv", "xlsx", "jsonl", "parquet", "arrow", "lines", "folder",
    "doccano", "prodigy", "label_studio", "fasttext", "huggingface",
]  # fmt: skip
OptionalQuotes = Annotated[Literal["enclose", "plain"] | None, BeforeValidator(_empty_is_none)]
OptionalFormat = Annotated[Format | None, BeforeValidator(_empty_is_none)]


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted(name for name in set(names) if names.count(name) > 1)
    if twice:
        raise ValueError(f"{twice[0]!r} is named twice; name each once")
    return names


MOST = 1_000_000_000
"""What a number of texts, steps or seconds can be: more is a slip, and too much for those who compute with it."""


def _countable(number: int) -> int:
    if number > MOST:
        raise ValueError(f"it can be {MOST:,} at most, not {brief(number)}")
    return number


Count = Annotated[int, AfterValidator(_countable)]
_PLACES = {"store", "source", "path", "test_path", "runner_address"}
"""Settings whose URLs hold no query: what is after a `?` may be a token."""


def _check_urls(key: str, values: Any) -> None:
    for text in texts_in(values):
        if with_password(text) or (key == "runner_address" and "@" in text):
            raise ValueError(
                f"the URL of {key!r} holds a user or password, which would be recorded with the results; give "
                "them by the environment, such as AWS_PROFILE"
            )
        if key in _PLACES and with_query(text):
            raise ValueError(
                f"the URL of {key!r} has a query (what is after the `?`), which may hold a token and would be recorded "
                "with the results; leave it out, and give what it says by the environment"
            )


def _is_section(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


class Model(BaseModel):
    """A frozen model that refuses keys it does not know, naming the nearest that it does, and URLs with a password."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, coerce_numbers_to_str=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, values: Any) -> Any:
        if values is None:  # a section that a file names and leaves empty
            return {}
        if isinstance(values, dict):
            for key in values:
                if key not in cls.model_fields:
                    raise ValueError(
                        f"unknown key {brief(key)}{nearest(str(key), cls.model_fields)} "
                        f"There are: {', '.join(cls.model_fields)}"
                    )
                if not (isinstance(values[key], dict) and _is_section(cls.model_fields[key])):  # which checks its own
                    _check_urls(key, values[key])
        return values

    def identity(self) -> dict[str, Any]:
        """Return the settings that a result can depend on."""
        return self.model_dump(mode="json")


class DataConfig(Model):
    """Where the texts are, which columns matter, and how they are cleaned."""

    source: str = Field(
        "sample", title="Source", description="A preset (`alflow data` lists them), a file or a folder."
    )
    text_column: OptionalText = Field(
        None, title="Text column", description="`text`, or as the preset; several are joined by a space: `title+body`."
    )
    label_column: OptionalText = Field(None, title="Label column", description="`label`, or as the preset.")
    label_columns: tuple[str, ...] = Field(
        (),
        title="Label columns",
        description="One for each class, such as `bug,wish`; in it 1 or 0, yes or no, says whether a text has it.",
    )
    label_separator: OptionalText = Field(
        None,
        title="Label separator",
        description="What stands between several labels of a text, such as `|`; alone in a cell, it means none.",
    )
    path: OptionalText = Field(None, title="Path", description="Where a preset's file lies, if not at its usual place.")
    test_path: OptionalText = Field(
        None,
        title="Test file",
        description="A file of its own for the test set; without it, a share of the texts is held out.",
    )
    test_size: float = Field(
        0.2, gt=0, lt=1, title="Test share", description="Share of the texts held out for the test set, stratified."
    )
    split: Literal["stratified", "grouped"] = Field(
        "stratified",
        title="Split",
        description="`stratified` by class, or `grouped`: near-duplicates stay on one side.",
    )
    id_column: OptionalText = Field(None, title="Id column", description="Unique ids; a hash of the text if empty.")
    format: OptionalFormat = Field(
        None, title="Format", description="By the file's suffix if empty; `lines` means `label text` lines."
    )
    delimiter: OptionalText = Field(
        None, title="Delimiter", description="Between the fields of a CSV, such as `;` or `tab`; by its rows if empty."
    )
    quotes: OptionalQuotes = Field(
        None,
        title="Quotes",
        description="In a CSV: they `enclose` fields or are `plain` characters; by its rows if empty.",
    )
    sheet: OptionalText = Field(None, title="Sheet", description="Of a workbook (.xlsx); the first if empty.")
    annotator: OptionalText = Field(
        None,
        title="Annotator",
        description="Whose answers count, where a file has those of several; the majority's if empty.",
    )
    where: tuple[str, ...] = Field(
        (), title="Where", description="Read only the rows of which this is true, such as `answer == accept`."
    )
    encoding: OptionalText = Field(None, title="Encoding", description="Detected if empty; such as `latin-1`.")
    header: bool | None = Field(
        None, title="Header", description="Whether a CSV's or TSV's first row names the columns; yes, or as the preset."
    )
    label_names: dict[str, str] | None = Field(
        None, title="Label names", description="Readable names for the file's labels, such as `0: ham`."
    )
    categories: tuple[str, ...] = Field(
        (), title="Categories", description="Keep only these classes, by their readable names; all if empty."
    )
    min_per_class: Count = Field(2, ge=1, title="Texts a class", description="Classes that fewer texts have are rare.")
    on_rare: Literal["refuse", "drop", "merge"] = Field(
        "refuse",
        title="Rare classes",
        description="Classes of few texts are refused, dropped with their texts, or merged into one, `other`.",
    )
    cleaning: tuple[CleaningStep, ...] | None = Field(
        None,
        title="Cleaning",
        description="Steps applied in this order; html_entities, whitespace, or as the preset. An empty list is none.",
    )
    on_empty: Literal["drop", "refuse"] = Field(
        "drop", title="Empty texts", description="What to do with texts that are missing, or empty once cleaned."
    )
    on_conflict: Literal["majority", "drop", "refuse"] = Field(
        "majority",
        title="Conflicting labels",
        description="A text with several of them gets the most frequent one (dropped on a tie), or is dropped.",
    )

    def identity(self) -> dict[str, Any]:
        """Return what the corpus depends on: not where the files lie, for what they hold counts, by its digest."""
        return self.model_dump(mode="json", exclude={"source", "path", "test_path", "split"})


class EncoderConfig(Model):
    """The pretrained transformer that gives embeddings, or that is fine-tuned."""

    name: str = Field(
        "sentence-transformers/all-MiniLM-L6-v2",
        title="Model",
        description="A model's name on the hub, or a folder with its configuration, tokeniser and safetensors.",
    )
    max_length: int = Field(
        128, ge=4, le=8192, title="Maximum length", description="Tokens of a text that are read; the rest is cut off."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", title="Precision", description="Of matrix products; `auto` takes bfloat16 where that is faster."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto", title="Device", description="What to compute on; `auto` takes a GPU if there is one."
    )
    compile: bool = Field(
        False, title="Compile", description="Compile the network (torch.compile): slow to start, then faster on a GPU."
    )

    def identity(self) -> dict[str, Any]:
        """Return how texts are read and computed; the weights count by their digest, wherever they lie."""
        return self.model_dump(mode="json", exclude={"name", "device"})


class FeaturesConfig(Model):
    """What classifiers other than `transformer` see of a text."""

    kind: Literal["auto", "tfidf", "embeddings", "joined"] = Field(
        "auto",
        title="Kind",
        description="TF-IDF of words, embeddings by the encoder, or both; `auto` takes both if the encoder is here.",
    )
    analyzer: Literal["auto", "word", "char"] = Field(
        "auto",
        title="Analyzer",
        description="What TF-IDF counts: words, or runs of one to three characters; `auto` takes these where most "
        "letters of many texts are of scripts without spaces, such as Chinese or Thai.",
    )
    ngrams: int = Field(1, ge=1, le=5, title="N-grams", description="Longest run of words that is a feature.")
    min_texts: Count = Field(
        2, ge=1, title="Minimum texts", description="Leave out words that are in fewer texts than this."
    )
    stop_words: Literal["none", "english"] = Field(
        "none",
        title="Stop words",
        description="Which words are no features; scikit-learn's English ones have `not` and `no` among them.",
    )

    @model_validator(mode="after")
    def _words_to_stop(self) -> "FeaturesConfig":
        if self.analyzer == "char" and self.stop_words != "none":
            raise ValueError(
                f"stop_words: {self.stop_words!r} leaves out words, and `analyzer: char` counts none; take `word`, or "
                "no stop words"
            )
        return self


class FineTuningConfig(Model):
    """How the classifier `transformer` is trained: the whole encoder, with a new layer on top."""

    head: Literal["sequence", "normalised"] = Field(
        "sequence",
        title="Head",
        description="The encoder's own for classification, or one linear layer on its first token's normalised state.",
    )
    epochs: Count = Field(10, ge=1, title="Epochs", description="How often it sees each labelled text.")
    min_steps: Count = Field(
        100, ge=1, title="Minimum steps", description="With few labels, more epochs, until so many batches are learned."
    )
    batch_size: Count = Field(32, ge=1, title="Batch size", description="Labelled texts in a step.")
    learning_rate: float = Field(
        1e-4,
        gt=0,
        allow_inf_nan=False,
        title="Learning rate",
        description="Of AdamW, at its highest; an encoder of the size of BERT wants about 3e-5.",
    )
    warmup: float = Field(
        0.1, ge=0, le=1, title="Warm-up", description="Share of the steps in which the learning rate rises from zero."
    )
    schedule: Literal["linear", "constant"] = Field(
        "linear", title="Schedule", description="After the warm-up, down to zero, or staying where it is."
    )
    weight_decay: float = Field(0.01, ge=0, allow_inf_nan=False, title="Weight decay", description="Of AdamW.")
    epoch_test_texts: Count = Field(
        500, ge=0, title="Test texts an epoch", description="How many of the test set each epoch is measured on."
    )


class ClassifierConfig(Model):
    """Which classifier, and its settings."""

    name: ClassifierName = Field(
        "logistic_regression",
        title="Name",
        description="logistic_regression, naive_bayes, linear_svm; transformer, which fine-tunes the encoder; or one "
        "of your own, mypackage.module:name.",
    )
    regularisation: float = Field(
        1.0,
        gt=0,
        allow_inf_nan=False,
        title="C",
        description="Inverse strength of the regularisation (naive Bayes: 1 / alpha; not for `transformer`).",
    )
    class_weight: Literal["none", "balanced"] = Field(
        "balanced", title="Class weights", description="`balanced` weighs each class by the inverse of its frequency."
    )
    calibration: Literal["none", "temperature"] = Field(
        "none",
        title="Calibration",
        description="`temperature` scales confidences by labelled texts held out in turn; training takes longer.",
    )
    fine_tuning: FineTuningConfig = Field(default_factory=FineTuningConfig, title="Fine-tuning")

    def identity(self) -> dict[str, Any]:
        """Return the settings that the classifier heeds, and, if it is the user's own, its code."""
        own = {} if self.name in CLASSIFIER_NAMES else {"code": code_of(self.name)}
        unheeded = {"regularisation"} if self.name == "transformer" else {"fine_tuning"}
        unheeded |= {"regularisation", "class_weight"} if own else set()
        return self.model_dump(mode="json", exclude=unheeded) | own


class SeedSetConfig(Model):
    """The labels an experiment starts from."""

    size: Count = Field(
        30,
        ge=0,
        title="Seed set size",
        description="How many texts are labelled before cycle 0; with 0, a strategy that needs no model begins.",
    )
    initialisation: InitialisationName = Field(
        "random",
        title="Initialisation",
        description="How they are chosen: random; by a strategy that needs no model, such as kmeans; by given ids; by "
        "a trained model; stratified and balanced look at labels, so for simulations only. Of no matter with size 0.",
    )
    path: OptionalText = Field(
        None,
        title="Seed set from",
        description="For `given` a file of ids, for `model` the folder of an exported model.",
    )


class CommitteeConfig(Model):
    """The models whose disagreement some strategies go by."""

    by: Literal["bootstrap", "seed", "classifiers"] = Field(
        "bootstrap",
        title="Members by",
        description="Labels drawn with replacement, other seeds (of a transformer), or other classifiers.",
    )
    members: int = Field(5, ge=2, le=100, title="Members", description="By bootstrap or seed, how many.")
    classifiers: Annotated[tuple[ClassifierName, ...], AfterValidator(_each_once)] = Field(
        ("logistic_regression", "linear_svm"), min_length=2, title="Classifiers", description="By classifiers, which."
    )
    dropout_passes: int = Field(
        10, ge=2, le=1000, title="Dropout passes", description="How often `bald` runs a transformer, with dropout."
    )

    def identity(self) -> dict[str, Any]:
        """Return the settings, and the code of classifiers that are the user's own."""
        code = code_of(*self.classifiers)
        return self.model_dump(mode="json") | ({"code": code} if code else {})


class StoppingConfig(Model):
    """Stopping rules: in an experiment they stop nothing, and the report says where each would have."""

    rules: Annotated[tuple[RuleName, ...], AfterValidator(_each_once)] = Field(
        (), title="Stopping rules", description="Such as kappa_average, or all(budget(labels=200), delta_f)."
    )
    stop_set: Count = Field(
        1000, ge=10, title="Stop set", description="Training texts, drawn once, whose predictions rules go by."
    )
    audit_set: Count = Field(
        0,
        ge=0,
        title="Audit set",
        description="Training texts set apart whose labels are paid for, to measure the model by; never trained on.",
    )


class ExperimentConfig(Model):
    """An experiment: strategies × seeds × cycles on labelled data."""

    strategies: Annotated[tuple[StrategyName, ...], AfterValidator(_each_once)] = Field(
        ("random", "margin"),
        min_length=1,
        title="Strategies",
        description="To compare; see `alflow strategies`. With a label separator, random and cvirs.",
    )
    seeds: int = Field(3, ge=1, le=1000, title="Seeds", description="Repeat with this many seeds: 0, 1, 2, ...")
    cycles: int = Field(
        10, ge=0, le=1000, title="Cycles", description="How often labels are asked for; 0 only trains on the seed set."
    )
    query_size: Count = Field(25, ge=1, title="Query size", description="How many labels each cycle asks for.")
    data: DataConfig = Field(default_factory=DataConfig, title="Data")
    seed_set: SeedSetConfig = Field(default_factory=SeedSetConfig, title="Seed set")
    classifier: ClassifierConfig = Field(default_factory=ClassifierConfig, title="Classifier")
    features: FeaturesConfig = Field(default_factory=FeaturesConfig, title="Features")
    encoder: EncoderConfig = Field(default_factory=EncoderConfig, title="Encoder")
    committee: CommitteeConfig = Field(default_factory=CommitteeConfig, title="Committee")
    stopping: StoppingConfig = Field(default_factory=StoppingConfig, title="Stopping")
    store: str = Field(
        "results", title="Store", description="The folder that keeps every result, or a URL such as s3://bucket/prefix."
    )
    predictions: Literal["none", "last", "all"] = Field(
        "none",
        title="Predictions",
        description="Of which cycles predictions.parquet has the class probabilities of each test text.",
    )
    show_texts: bool = Field(
        False,
        title="Show texts",
        description="Whether texts stand in queries.parquet and predictions.parquet, and in the report those that the "
        "last models get wrong most surely.",
    )
    ceiling: Literal["auto", "no", "yes"] = Field(
        "auto",
        title="Ceiling",
        description="Whether a model of all labels is trained as well, to see how near few come; `auto`: if cheap.",
    )
    keep_models: Literal["none", "last", "best", "all"] = Field(
        "last",
        title="Models kept",
        description="Which fine-tuned models stay, of each strategy and seed; others are trained again if needed.",
    )
    cycle_runs: Literal["auto", "failed", "all"] = Field(
        "auto",
        title="Cycle runs",
        description="Which cycles get a flow run of their own: those that failed, to be retried one by one, or all, "
        "which costs a tenth of a second a cycle; `auto` means all where the encoder is fine-tuned.",
    )
    workers: int = Field(
        2, ge=1, le=256, title="Workers", description="How many strategy-and-seed pairs run side by side."
    )
    runner: Literal["local", "dask", "ray"] = Field(
        "local",
        title="Runner",
        description="Where stages run: in this process, or on workers of Dask or Ray; results are the same.",
    )
    runner_address: OptionalText = Field(
        None, title="Runner address", description="Of a running Dask or Ray cluster; `workers` processes here if empty."
    )
    shard_size: Count = Field(
        100_000, ge=1, title="Shard size", description="The pool is scored in shards of so many texts, side by side."
    )
    timeout: Count = Field(
        21_600,
        ge=1,
        title="Timeout",
        description="Seconds a stage may take, waiting included; what blocks outside Python is stopped on its return.",
    )

    @model_validator(mode="before")
    @classmethod
    def _strategies_that_fit(cls, values: Any) -> Any:
        """Let the default strategies be for several labels a text, where it can have several."""
        data = values.get("data") if isinstance(values, dict) else None
        several = data.get("label_separator") if isinstance(data, dict) else getattr(data, "label_separator", None)
        return {"strategies": ("random", "cvirs")} | values if several else values


HOW_IT_RUNS = frozenset(
    {
        "workers", "cycle_runs", "runner", "runner_address", "shard_size", "timeout", "keep_models", "ceiling",
        "predictions", "show_texts", "store",
    }
)  # fmt: skip
"""Settings that no result depends on."""

DEFAULTS = ExperimentConfig()
