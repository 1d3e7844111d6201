"""Devices: what to compute on and how precisely, and what to do when their memory is full."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

from al_core.config import EncoderConfig
from al_core.errors import ConfigError

if TYPE_CHECKING:
    import torch

one_at_a_time = threading.RLock()
"""Held while a network computes: two at once in a process would share its device, and torch's random numbers."""


def device(config: EncoderConfig) -> "torch.device":
    """Return the device: the one named, or the fastest there is.

    Raises:     ConfigError if the one named is not there
    """
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if config.device == "auto":
        return torch.device(next(name for name, here in there.items() if here))
    if not there[config.device]:
        raise ConfigError(f"encoder.device: there is no {config.device!r} here; leave it `auto`, or name `cpu`")
    return torch.device(config.device)


def fastest_precision(where: "torch.device") -> Literal["float32", "bfloat16"]:
    """Return in which precision a device multiplies matrices fastest.

    On processors with AVX-512 BF16 or AMX, and GPUs with bfloat16 units, bfloat16 takes half the time or less.
    """
    import torch

    if where.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        can: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()  # not in every torch that will do
        fast = where.type == "cpu" and bool(can.get("avx512_bf16") or can.get("amx_bf16"))
    return "bfloat16" if fast else "float32"


def precisely(config: EncoderConfig, where: "torch.device") -> AbstractContextManager[object]:
    """Return a context in which matrices are multiplied as precisely as the configuration says."""
    import torch

    if config.precision != "bfloat16":
        return nullcontext()
    return torch.autocast(where.type, dtype=torch.bfloat16)


@contextmanager
def seeded(seed: int, where: "torch.device") -> Iterator[None]:
    """Let torch draw from a seed meanwhile, and put its generator back after.

    Trainings of one process take turns.
    """
    import torch

    with one_at_a_time, torch.random.fork_rng(devices=[torch.cuda.current_device()] if where.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


_OUT_OF_MEMORY = (
    "DefaultCPUAllocator", "MPS backend out of memory", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED",
)  # fmt: skip


@contextmanager
def memory_errors() -> Iterator[None]:
    """Raise MemoryError where torch says in its own way that memory ran out."""
    import torch

    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, torch.OutOfMemoryError) and not any(words in str(error) for words in _OUT_OF_MEMORY):
            raise
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        raise MemoryError(str(error)) from error


def uses_gpu(config: EncoderConfig) -> bool:
    """Return whether a GPU will be used, as far as can be told from here: workers may be other machines."""
    return config.device != "cpu" and (config.device != "auto" or device(config).type != "cpu")
