"""Files: which errors may pass, what URLs can be a store, who is first where nobody can be locked out."""

import errno
import os
import pickle
import sys
from pathlib import Path
from typing import IO

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from al_core.errors import StoreError, is_transient
from tasks.files import Remote, all_files, create, glob, lock_folder, place, read, write


def answer(status: int, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")  # type: ignore[typeddict-item]


def because(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


MAY_PASS = [
    ConnectionResetError(),
    TimeoutError(),
    *(OSError(number, os.strerror(number)) for number in (errno.EIO, errno.ESTALE, errno.EAGAIN, errno.ETIMEDOUT)),
    OSError(errno.EREMOTEIO, "We encountered an internal error"),
    OSError(errno.EBUSY, "Please reduce your request rate"),
    EndpointConnectionError(endpoint_url="http://store"),
    ConnectionClosedError(endpoint_url="http://store"),
    ReadTimeoutError(endpoint_url="http://store"),
    answer(500, "InternalError"),
    answer(503, "SlowDown"),
    answer(429, "TooManyRequests"),
    because(OSError("An error occurred (502)"), answer(502, "502")),
    StoreError("busy", transient=True),
]
WILL_NOT = [
    *(OSError(number, os.strerror(number)) for number in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT)),
    FileNotFoundError(errno.ENOENT, "no such bucket"),
    because(PermissionError("Access Denied"), answer(403, "AccessDenied")),
    because(FileNotFoundError("no such bucket"), answer(404, "NoSuchBucket")),
    NoCredentialsError(),
    ValueError("bad endpoint"),
    StoreError("full"),
]


@pytest.mark.parametrize("error", MAY_PASS, ids=repr)
def test_what_may_pass(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", WILL_NOT, ids=repr)
def test_what_will_not(error: Exception) -> None:
    assert not is_transient(error)


def test_a_store_error_says_the_same_in_another_process() -> None:
    error = pickle.loads(pickle.dumps(StoreError("busy", transient=True)))
    assert (str(error), error.transient) == ("busy", True)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_a_read_that_fails_says_whether_it_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(*_: object) -> IO[bytes]:
        raise OSError(number, os.strerror(number), "the file")

    (tmp_path / "x.bin").touch()
    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(StoreError, match=r"cannot read .*x\.bin") as said:
        read(tmp_path / "x.bin")
    assert said.value.transient == (number == errno.EIO)


@pytest.mark.parametrize(
    ("url", "says"), [("nonsense://bucket/x", "nonsense.*s3://bucket/folder"), ("s3://", "no bucket")]
)
def test_a_url_that_cannot_be_a_store(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as said:
        place(url)
    assert not said.value.transient


def test_s3_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec.registry  # noqa: F401

    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(StoreError, match=r"install alflow\[s3\]"):
        place("s3://bucket/folder")


def test_a_file_url_is_a_local_folder(tmp_path: Path) -> None:
    assert place(tmp_path.as_uri()) == tmp_path


@pytest.fixture
def remote(request: pytest.FixtureRequest) -> Remote:
    return Remote(f"memory://{request.node.name}/a store with späces")


def test_the_parts_of_a_url(remote: Remote) -> None:
    file = remote / "a/b.bin"
    assert (file.name, file.parent, str(file)) == ("b.bin", remote / "a", f"{remote}/a/b.bin")


def test_remote_files_are_written_read_and_listed(remote: Remote) -> None:
    assert read(remote / "a/b.bin") is None
    for name in ("a/b.bin", "a/c.bin", "a/d/b.bin", "b.bin"):
        write(remote / name, name.encode())
    assert read(remote / "a/b.bin") == b"a/b.bin"
    assert sorted(all_files(remote)) == ["a/b.bin", "a/c.bin", "a/d/b.bin", "b.bin"]
    assert glob(remote, "a/*.bin") == [remote / "a/b.bin", remote / "a/c.bin"]
    assert glob(remote, "*/*/b.bin") == [remote / "a/d/b.bin"]
    assert glob(remote, "a/b.bin") == [remote / "a/b.bin"]
    assert all_files(remote / "nothing here") == []


def test_the_first_to_create_a_remote_file_wins(remote: Remote) -> None:
    assert create(remote / "x", b"first") == b"first"
    assert create(remote / "x", b"second") == b"first"
    write(remote / "x", b"third")
    assert read(remote / "x") == b"third"


def test_where_that_cannot_be_asked_for_the_last_wins(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    whole = MemoryFileSystem.pipe_file

    def old(self: MemoryFileSystem, path: str, value: bytes, mode: str = "overwrite") -> None:
        if mode == "create":
            raise NotImplementedError
        whole(self, path, value)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", old)
    assert create(remote / "x", b"first") == b"first"
    assert create(remote / "x", b"second") == b"second"


def test_locks_of_a_remote_store_are_local_and_its_own(remote: Remote) -> None:
    here, other = lock_folder(remote), lock_folder(Remote("memory://other"))
    assert here != other
    assert isinstance(here, Path)
