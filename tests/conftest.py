"""What tests share: a real Prefect server for those that run flows, and a tiny encoder for those that train one."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

# Before torch is imported: its threads spin while they wait, and beside servers on two cores take ten times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from al_core import allow, plugins
from benchmarks import servers
from tasks import machine

allow("tests", "sklearn", "grove", "mine", "math")  # what tests name
os.environ.setdefault(machine.PROTOCOLS, "s3 gs az memory nonsense")

# The machine may be busy, and what passed here passes in CI: no deadlines, the same examples each time. `make soak`
# looks for new ones.
PROFILE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("alflow", max_examples=50, derandomize=True, **PROFILE)
settings.register_profile("soak", max_examples=1000, print_blob=True, **PROFILE)
settings.load_profile("alflow")

SHARED = "ALFLOW_TESTS_SHARE"
"""The environment variable by which the test processes know the folder of what they share."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder; that of the main process is for all."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = mkdtemp(prefix="alflow-tests-")
        os.environ[servers.EMPTY] = str(Path(os.environ[SHARED], "empty.db"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server that was shared, even if the test process that started it died, and remove the folder."""
    if not hasattr(config, "workerinput") and SHARED in os.environ:
        folder = Path(os.environ.pop(SHARED))
        servers.kill_marked(folder.name)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what a test allows end with it."""
    monkeypatch.setattr(plugins, "_allowed", set(plugins._allowed))
    monkeypatch.setenv(machine.ALLOW, os.environ.get(machine.ALLOW, ""))


@pytest.fixture(scope="session")
def shared_server() -> servers.Server:
    """Start a Prefect server on a free loopback port, if no other test process has; it ends with the last of them."""
    return shared("prefect")


def shared(name: str, prepare: Callable[[servers.Server], object] = lambda _: None) -> servers.Server:
    """Return a server that all test processes share; the first to want it starts and prepares it."""
    folder = Path(os.environ[SHARED])
    port = folder / f"{name}.port"
    with FileLock(folder / f"{name}.lock"):
        if port.exists():
            return servers.Server(folder / name, int(port.read_text()))
        one = servers.Server(folder / name, servers.free_port(), {servers.MARK: folder.name})
        one.start()
        prepare(one)
        port.write_text(str(one.port))
        return one


@pytest.fixture(scope="session")
def server(shared_server: servers.Server) -> str:
    """Return the URL of the API of the Prefect server that all tests share; they see each other's runs."""
    return shared_server.url


@pytest.fixture
def prefect_api(server: str) -> Iterator[str]:
    """Let flows in this process talk to the test server."""
    with servers.talking_to(server):
        yield server


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a BERT of 100,000 random weights, whose tokens are letters; training it takes milliseconds."""
    return _tiny_bert("BertModel", tmp_path_factory.mktemp("tiny-encoder"))


@pytest.fixture(scope="session")
def tiny_language_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with the same BERT and a head that guesses masked tokens."""
    return _tiny_bert("BertForMaskedLM", tmp_path_factory.mktemp("tiny-language-model"))


def _tiny_bert(kind: str, folder: Path) -> Path:
    import torch
    import transformers

    letters = [chr(code) for code in range(ord("!"), ord("~") + 1)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = transformers.BertConfig(vocab_size=len(words), max_position_embeddings=64, **sizes)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        getattr(transformers, kind)(config).save_pretrained(folder)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files with most slow tests start first, so that no process is left alone with them in the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])
