"""scikit-learn objects in a file of skops, which holds no code, and whose bytes depend on the objects alone."""

import re
from collections.abc import Iterable
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from al_core.errors import DataError
from al_core.export import trusted
from al_core.foreign import reading
from al_core.limits import MODEL, check_archive, read_within

_ID = re.compile(r'"__id__": (\d+)|"file": "(\d+)\.(\w+)"')


def write(path: Path, content: Any) -> None:
    """Write scikit-learn objects."""
    import skops.io

    path.write_bytes(_settled(skops.io.dumps(content)))


def read(path: Path) -> Any:
    """Read scikit-learn objects that `alflow export` wrote, as `loaded` does, in a pipeline or not.

    Raises:     DataError if there are others, or the file is missing or damaged
    """
    try:
        return loaded(read_within(path, MODEL), repr(str(path)), in_pipeline=True)
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be read: {error}; export the model again") from error


def dumped(content: Any) -> bytes | None:
    """Return scikit-learn objects as bytes; None if there is anything else in them, which `loaded` would refuse."""
    import skops.io

    try:
        written = _settled(skops.io.dumps(content))
    except Exception:  # whatever it is that skops stumbles over
        return None
    return written if len(unusual_types(written)) == len(skops.io.get_untrusted_types(data=written)) else None


def loaded(written: bytes, name: str = "a model", also: Iterable[str] = (), in_pipeline: bool = False) -> Any:
    """Return the objects of such bytes, if `trusted.check` lets them through.

    Raises:     DataError if there are others, or the bytes are damaged
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    with reading(name, "export the model again"):
        archive = ZipFile(BytesIO(written))
        check_archive(name, archive, MODEL)
        trusted.check(archive.read("schema.json"), name, also, in_pipeline)
        try:
            content = skops.io.loads(written, trusted=unusual_types(written))
        except UntrustedTypesFoundException as error:
            raise DataError(f"{name} holds what alflow does not write, and is not loaded: {error}") from error
        _check_attributes(content, name)
    return content


def _check_attributes(content: Any, name: str) -> None:
    """Refuse objects with a memory, which unpickles, or with methods of their own."""
    left, seen = [content], set()
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list | tuple | set) or (isinstance(one, np.ndarray) and one.dtype == object):
            left += list(one.flat if isinstance(one, np.ndarray) else one)
        elif type(one).__module__.startswith("sklearn.") and hasattr(one, "__dict__"):
            wrong = [key for key in vars(one) if callable(getattr(type(one), key, None))]
            if wrong or vars(one).get("memory") is not None:
                what = wrong[0] if wrong else "memory"
                raise DataError(f"{name} is not loaded: it has a {type(one).__name__} with a `{what}` of its own")
            left += vars(one).values()


def unusual_types(written: bytes) -> list[str]:
    """Return the classes of scikit-learn that skops does not load without being told to, such as a forest's trees."""
    import skops.io

    return [name for name in skops.io.get_untrusted_types(data=written) if _is_of_sklearn(name)]


def _is_of_sklearn(name: str) -> bool:
    """Return whether a name is of a class of scikit-learn; functions of it may do what no estimator does.

    >>> _is_of_sklearn("sklearn.tree._tree.Tree"), _is_of_sklearn("sklearn.datasets.clear_data_home")
    (True, False)
    >>> _is_of_sklearn("sklearn.pipeline.defaultdict"), _is_of_sklearn("sklearn.of_another_version.Tree")
    (False, False)
    """
    module, _, last = name.rpartition(".")
    if not module.startswith("sklearn."):
        return False
    try:
        found = getattr(import_module(module), last, None)
    except ImportError:
        return False
    return isinstance(found, type) and found.__module__.startswith("sklearn.")


def _settled(dumped: bytes) -> bytes:
    """Replace memory addresses by numbers, and times by none."""
    numbers: dict[str, int] = {}

    def number(address: str) -> int:
        return numbers.setdefault(address, len(numbers) + 1)

    def settle(found: re.Match[str]) -> str:
        address, file, suffix = found.groups()
        return f'"__id__": {number(address)}' if address else f'"file": "{number(file)}.{suffix}"'

    settled = BytesIO()
    with ZipFile(BytesIO(dumped)) as before, ZipFile(settled, "w") as after:
        schema = _ID.sub(settle, before.read("schema.json").decode())
        files = {name: before.read(name) for name in before.namelist() if name != "schema.json"}
        named = {f"{number(name.split('.')[0])}.{name.split('.')[1]}": content for name, content in files.items()}
        for name, content in sorted(named.items()):
            after.writestr(ZipInfo(name), content, ZIP_DEFLATED)
        after.writestr(ZipInfo("schema.json"), schema, ZIP_DEFLATED)
    return settled.getvalue()
