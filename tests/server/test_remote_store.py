"""A whole experiment in an S3-compatible store on loopback: the tables of a local one, whatever the network does."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from al_core.config import ExperimentConfig
from al_core.errors import StoreError
from al_core.results import read_experiment
from benchmarks.servers import talking_to
from flows.cli import main
from tasks.files import Place, all_files, place
from tasks.store import Ref, Store

moto = pytest.importorskip("moto.server", reason="moto[server] is the S3-compatible server of these tests")
pytestmark = [pytest.mark.server, pytest.mark.slow]

SIZES = {"seeds": 1, "cycles": 2, "query_size": 20, "workers": 2}
STRATEGIES = ["margin", "random"]
TABLES = ("metrics.parquet", "classes.parquet", "confusion.parquet", "queries.parquet")
TABLE = pa.table({"row": [1, 2, 3]})


def config(store: Any) -> ExperimentConfig:
    return ExperimentConfig.model_validate(
        SIZES | {"strategies": STRATEGIES, "features": {"kind": "tfidf"}, "store": str(store)}
    )


def tables(folder: Place) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def s3() -> Iterator[int]:
    """Start the server; the value is its port."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Give the credentials as users do, and forget the connections of earlier tests."""
    from s3fs import S3FileSystem

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    S3FileSystem.clear_instance_cache()
    yield monkeypatch
    S3FileSystem.clear_instance_cache()


buckets = count()


@pytest.fixture
def bucket(s3: int, environment: pytest.MonkeyPatch) -> str:
    """Make a bucket; the value is the URL of a folder in it."""
    from s3fs import S3FileSystem

    environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3}")
    name = f"bucket-{next(buckets)}"
    S3FileSystem().mkdir(name)
    S3FileSystem.clear_instance_cache()
    return f"s3://{name}/a störe with spaces"


class Proxy:
    """Stands in front of the server and does with each request what `trouble` says: None is to let it pass."""

    def __init__(self, port: int, trouble: Callable[[int], Any]) -> None:
        numbers, lock = count(1), threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                with lock:
                    number = next(numbers)
                what = trouble(number)
                if what == "drop":
                    self.close_connection = True
                    return self.connection.shutdown(socket.SHUT_RDWR)
                self.pass_on(what)

            def pass_on(self, status: int | None) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if status:
                    return self.answer(status, [], b"")
                upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
                upstream.request(self.command, self.path, body, dict(self.headers))
                said = upstream.getresponse()
                headers = [(k, v) for k, v in said.getheaders() if k.lower() not in ("connection", "transfer-encoding")]
                self.answer(said.status, headers, said.read())
                upstream.close()

            def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() != "content-length" or self.command == "HEAD":
                        self.send_header(name, value)
                if not (self.command == "HEAD" and any(name.lower() == "content-length" for name, _ in headers)):
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def through(s3: int, bucket: str, environment: pytest.MonkeyPatch) -> Iterator[Callable[..., Proxy]]:
    """Send all requests through a proxy that makes trouble."""
    proxies = []

    def start(trouble: Callable[[int], Any]) -> Proxy:
        proxies.append(Proxy(s3, trouble))
        environment.setenv("AWS_ENDPOINT_URL", proxies[-1].url)
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.stop()


def alflow(*arguments: Any) -> str:
    said = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert said.exit_code == 0, said.output
    return said.output


def run(store: Any) -> str:
    """Run the experiment of `config` from the command line."""
    strategies = [f"--strategy={name}" for name in STRATEGIES]
    sizes = [f"--{name.replace('_', '-')}={size}" for name, size in SIZES.items()]
    return alflow("run", "--features", "tfidf", "--store", store, *strategies, *sizes)


@pytest.fixture(scope="module")
def expected(server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Run the experiment in a folder whose name has spaces and more than ASCII."""
    store = tmp_path_factory.mktemp("ein Ordner für Ergebnisse – 結果")
    with talking_to(server):
        run(store)
    (folder,) = (store / "experiments").iterdir()
    assert folder.name in alflow("status", "--store", store)
    assert alflow("clean", "--store", store).strip() == "0  bytes freed"
    return tables(folder)


def records(store: str) -> dict[str, bytes]:
    return {name: (place(store) / name).read_bytes() for name in all_files(place(store)) if name.endswith(".json")}


def test_a_remote_experiment_equals_the_local_one(bucket: str, prefect_api: str, expected: dict[str, bytes]) -> None:
    from flows.experiment import experiment

    folder = experiment(config(bucket))
    assert str(folder).startswith(f"{bucket}/experiments/sample-")
    assert tables(folder) == expected
    assert read_experiment(folder).manifest["state"] == "finished"

    before = records(bucket)
    assert len(before) > 15
    assert f"{folder}/report.html" in run(bucket)
    assert records(bucket) == before, "something was computed twice: records hold the seconds"

    name = str(folder).rsplit("/", 1)[1]
    assert name in alflow("status", "--store", bucket)
    assert alflow("status", name, "--store", bucket).count("3/3") == 2
    for arguments in (["--store", bucket], [folder], [name, "--store", bucket]):
        assert f"{folder}/report.html" in alflow("report", *arguments)
    assert alflow("clean", "--store", bucket).strip() == "0  bytes freed"


@pytest.mark.parametrize("trouble", [503, pytest.param("drop", marks=pytest.mark.soak)])
def test_a_store_that_fails_now_and_then(
    bucket: str, through: Callable[..., Proxy], prefect_api: str, expected: dict[str, bytes], trouble: Any
) -> None:
    from flows.experiment import experiment

    through(lambda number: trouble if number % 15 == 0 else None)
    assert tables(experiment(config(bucket))) == expected


@pytest.mark.parametrize("trouble", [500, 503, "drop"])
def test_what_stays_beyond_all_retries_may_still_pass(
    bucket: str, through: Callable[..., Proxy], environment: pytest.MonkeyPatch, trouble: Any
) -> None:
    environment.setenv("AWS_MAX_ATTEMPTS", "2")
    through(lambda number: trouble if number > 1 else None)
    store = Store.open(bucket)
    with pytest.raises(StoreError, match=r"cannot read s3://.*run again") as said:
        store.once("x.parquet", lambda: TABLE, lambda _: None)
    assert said.value.transient


@pytest.mark.soak
def test_a_store_that_goes_away_for_good(
    bucket: str,
    through: Callable[..., Proxy],
    environment: pytest.MonkeyPatch,
    prefect_api: str,
    s3: int,
    expected: dict[str, bytes],
) -> None:
    from s3fs import S3FileSystem

    from flows.experiment import experiment

    gone = threading.Event()
    environment.setenv("AWS_MAX_ATTEMPTS", "1")
    proxy = through(lambda number: "drop" if number > 90 and not gone.set() else None)
    with pytest.raises((StoreError, RuntimeError), match=r"cannot (read|write) s3://"):
        experiment(config(bucket))
    assert gone.is_set(), "it finished before the store was gone"
    proxy.stop()
    environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3}")
    S3FileSystem.clear_instance_cache()
    folder = place(bucket)
    kept = {name: content for name, content in records(bucket).items() if name.startswith(".alflow/")}
    assert len(kept) > 5
    assert tables(experiment(config(bucket))) == expected
    assert all((folder / name).read_bytes() == content for name, content in kept.items()), "computed twice"


def refused(store: str, *says: str) -> str:
    said = CliRunner().invoke(main, ["run", "--features", "tfidf", "--store", store, "--cycles", "1"])
    assert said.exit_code == 1
    message = str(said.exception) + said.output
    assert [part for part in ("alflow: ", *says) if part not in message] == [], message
    assert "Traceback" not in message
    return message


def test_a_bucket_that_is_not_there(bucket: str) -> None:
    refused("s3://no-such-bucket/x", "no-such-bucket", "bucket does not exist", "name another")


def test_no_credentials(bucket: str, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        environment.delenv(name)
    environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    environment.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    refused(bucket, "credentials")


def test_wrong_credentials(bucket: str, through: Callable[..., Proxy]) -> None:
    through(lambda _: 403)
    refused(bucket, "Forbidden")


def test_an_endpoint_that_refuses(environment: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        refused("s3://bucket/x", "Could not connect")


def test_an_endpoint_that_never_answers(environment: pytest.MonkeyPatch) -> None:
    environment.setattr("tasks.files.PATIENCE_AT_START", 3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        refused("s3://bucket/x", "no answer")


def test_two_machines_at_once_end_with_one_result(bucket: str, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two machines share no lock: each takes a lock of its own, and they meet in the store."""
    environment.setattr("tasks.store.lock_folder", lambda _: tmp_path / str(threading.get_ident()))
    both, store = threading.Barrier(2), Store.open(bucket)

    def machine(number: int) -> tuple[Ref, list[int]]:
        def compute() -> pa.Table:
            both.wait(timeout=600)
            return pa.table({"machine": [number]})

        ref = store.once("x.parquet", compute, lambda _: None)[0]
        return ref, store.load(ref)["machine"].to_pylist()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(machine, (1, 2))
    assert first == second
    assert store.verify("x.parquet") == first[0]
