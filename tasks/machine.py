"""What runs may do on this machine: settings of its environment, which no configuration can change.

ALFLOW_ALLOW        modules and packages whose code configurations may name, such as `mypackage sklearn.ensemble`
ALFLOW_PROTOCOLS    kinds of object stores beside folders; `s3 gs az` if it is not set
ALFLOW_ROOTS        where data, stores, encoders and seed sets have to be, as `/srv/texts:s3://team`; else anywhere
ALFLOW_RUNNERS      addresses of the Dask and Ray clusters that runs may use, which can run code here; none by default
ALFLOW_SHARE        `group` or `all`, to let others read what is written; by default its owner alone can
ALFLOW_LIMIT_TIMES  how many times as much as usual may be taken into memory of a file that somebody sent
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf, nan
from pathlib import Path
from posixpath import normpath

from al_core import limits, plugins
from al_core.config import ExperimentConfig
from al_core.errors import ConfigError, StoreError
from al_core.urls import brief, with_password, with_query

ALLOW, PROTOCOLS, ROOTS, RUNNERS = "ALFLOW_ALLOW", "ALFLOW_PROTOCOLS", "ALFLOW_ROOTS", "ALFLOW_RUNNERS"
SHARE, LIMIT_TIMES = "ALFLOW_SHARE", "ALFLOW_LIMIT_TIMES"
_SYNONYMS = {"s3a": "s3", "gcs": "gs", "abfs": "az", "abfss": "az", "local": "file"}
_MODES = {"": 0o600, "group": 0o640, "all": 0o644}
_UMASK = os.umask(0o077)
os.umask(_UMASK)


def apply() -> None:
    """Let al_core know what this machine allows.

    Raises:     ConfigError for a setting that is not understood
    """
    plugins.allow(*_listed(ALLOW))
    limits.allow_times(_times(os.environ.get(LIMIT_TIMES, "1")))


def _times(said: str) -> float:
    try:
        times = float(said)
    except ValueError:
        times = nan
    if not 0 < times < inf:
        raise ConfigError(f"{LIMIT_TIMES}: it has to be a number above 0, such as 4, not {said!r}")
    return times


def allow(*modules: str) -> None:
    """Let configurations name the code of these modules, in this process and in those that it starts."""
    plugins.allow(*modules)
    _add(ALLOW, *modules)


def allow_runner(address: str) -> None:
    """Let configurations name this cluster, in this process and in those that it starts."""
    _add(RUNNERS, address)


def _add(variable: str, *values: str) -> None:
    os.environ[variable] = " ".join(sorted({*_listed(variable), *values}))


def check_protocol(url: str) -> None:
    """Refuse a store of a kind that is not allowed here, and one whose URL would give away a password.

    Raises:     StoreError
    """
    kind = url.partition("://")[0].lower()
    allowed = ["file", *(_listed(PROTOCOLS) or ["s3", "gs", "az"])]
    if _SYNONYMS.get(kind, kind) not in allowed:
        raise StoreError(
            f"a store of the kind {kind!r} is not allowed here; a folder is, and {', '.join(allowed[1:])}. To allow "
            f"others, set {PROTOCOLS} where alflow runs"
        )
    if with_password(url):
        raise StoreError(
            f"the URL of the store, {kind}://…@…, holds a user or password, which would be recorded with each result; "
            "give them by the environment, such as AWS_PROFILE"
        )
    if with_query(url):
        raise StoreError(
            f"the URL of the store, {kind}://…?…, has a query, which may hold a token and would be recorded with each "
            "result; leave it out, and give what it says by the environment"
        )


def check_allowed(config: ExperimentConfig) -> None:
    """Refuse a cluster, and data, a store, an encoder or a seed set in a place, that this machine does not allow.

    Raises:     ConfigError
    """
    address = config.runner_address
    if address and address not in _listed(RUNNERS):
        raise ConfigError(
            f"runner_address: {address!r} may not be used here, since a cluster can run code where alflow runs; to "
            f"allow it, set {RUNNERS}={address} there"
        )
    if _roots():
        for name, place in _places(config):
            check_place(name, place)


def check_place(name: str, place: str) -> None:
    """Refuse a place outside the folders that this machine allows.

    Parameters: name : of the setting or option that says it
    Raises:     ConfigError
    """
    roots = _roots()
    with _telling(name, place):
        if roots and not any(_below(_full(place)).startswith(_below(_full(root))) for root in roots):
            raise ConfigError(f"{name}: {place!r} is in none of the folders that {ROOTS} allows: {', '.join(roots)}")


def _below(place: str) -> str:
    """Return what the names of all that is in a place begin with.

    >>> _below("/srv"), _below("/")
    ('/srv/', '/')
    """
    return f"{place.rstrip('/')}/"


@contextmanager
def _telling(name: str, place: str) -> Iterator[None]:
    """Say of what no file can be called that it cannot be looked for: a user that is none, a name that is too long."""
    try:
        yield
    except ConfigError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{name}: {brief(place)} cannot be looked for: {reason}; name another") from error


def _roots() -> list[str]:
    """Return the folders and URLs of a list with colons between them, which URLs have as well; none means anywhere.

    Raises:     ConfigError for a list of nothing, which somebody meant to say something by
    >>> os.environ[ROOTS] = "/srv/texts:s3://team/alflow"
    >>> _roots(), os.environ.pop(ROOTS)[:4]
    (['/srv/texts', 's3://team/alflow'], '/srv')
    """
    said = os.environ.get(ROOTS)
    if said is None:
        return []
    parts = said.replace("://", "\0").split(os.pathsep)
    roots = [part.replace("\0", "://") for part in parts if part.strip()]
    if not roots:
        raise ConfigError(f"{ROOTS}: {said!r} names no folder; name one, or unset it to allow any")
    return roots


def _places(config: ExperimentConfig) -> Iterator[tuple[str, str]]:
    data = config.data
    named = {
        "store": config.store, "data.source": data.source, "data.path": data.path, "data.test_path": data.test_path,
        "encoder.name": config.encoder.name, "seed_set.path": config.seed_set.path,
    }  # fmt: skip
    for name, place in named.items():
        if place and (name == "store" or "://" in place or _is_there(name, place)):
            yield name, place
            yield from ((name, str(file)) for file in _files_in(place) if name.startswith("data."))


def _is_there(name: str, place: str) -> bool:
    with _telling(name, place):
        return Path(place).expanduser().exists()


def _files_in(place: str) -> Iterator[Path]:
    """Yield the files of a local folder of texts, which may be links to others."""
    folder = Path(place).expanduser()
    return folder.iterdir() if "://" not in place and folder.is_dir() else iter(())


def _full(place: str) -> str:
    """Return a folder without links, or a URL without `..`.

    >>> _full("S3://team/alflow/../other"), _full("file:///srv/texts/../other")
    ('s3://team/other', '/srv/other')
    """
    kind, is_url, rest = place.partition("://")
    if is_url and kind.lower() not in ("file", "local"):
        return f"{kind.lower()}://{normpath(rest)}"
    return str(Path(rest if is_url else place).expanduser().resolve())


def file_mode() -> int:
    """Return the permissions of a file that holds texts or what was made of them: its owner's, unless shared."""
    shared = os.environ.get(SHARE, "")
    if shared not in _MODES:
        raise ConfigError(f"{SHARE}: it has to be `group` or `all`, or not to be set, not {shared!r}")
    return _MODES[shared] & ~_UMASK


def folder_mode() -> int:
    """Return the permissions of a folder that holds such files."""
    mode = file_mode()
    return mode | (mode & 0o444) >> 2


def _listed(variable: str) -> list[str]:
    return os.environ.get(variable, "").replace(",", " ").split()
