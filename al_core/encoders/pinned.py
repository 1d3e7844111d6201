"""A pinned encoder: its settings, and the digest of the weights that they name."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from al_core.config import EncoderConfig
from al_core.encoders import weights
from al_core.errors import ConfigError


@dataclass(frozen=True)
class Encoder:
    """An encoder whose weights are known, so that a run that goes on elsewhere cannot go on with others."""

    config: EncoderConfig
    digest: str

    @classmethod
    def of(cls, config: EncoderConfig) -> "Encoder":
        """Find the weights, on the hub if need be.

        Raises:     ConfigError if they are not to be had, or read fewer tokens than `max_length`
        """
        folder = weights.find(config.name)
        limit = weights.max_length(folder)
        if limit and config.max_length > limit:
            raise ConfigError(
                f"encoder.max_length: {config.name!r} reads {limit} tokens at most, not {config.max_length}"
            )
        return cls(config, weights.digest(folder))

    @property
    def folder(self) -> Path:
        """The folder with the weights on this machine.

        Raises:     ConfigError if they are others here
        """
        for fetch in (False, True):  # the hub may have moved on meanwhile
            with suppress(ConfigError):
                folder = weights.find(self.config.name, fetch)
                if weights.digest(folder) == self.digest:
                    return folder
        raise ConfigError(f"the encoder {self.config.name!r} is gone from here, or is another than the run began with")
