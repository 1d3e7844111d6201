"""What an exported folder says of itself, in `alflow.json`."""

from os.path import normpath
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from al_core.config import CleaningStep, EncoderConfig, Model
from al_core.errors import DataError
from al_core.foreign import reading
from al_core.limits import SMALL, read_within

NAME = "alflow.json"


class About(Model):
    """What is needed to predict with an exported model.

    Parameters: kind : what the folder holds: scikit-learn objects, of a classifier of ours or of the user's own, or a
                       transformer with one head or the other
                classes : names, in the order of the probabilities
                text_column, cleaning : how the texts were read and cleaned
                label_separator : what stands between the labels of a text where it can have several; else None
                calibration_error : how far confidence and accuracy were apart on the test texts
                encoder : how it reads, if there is one; its name is its folder, seen from this one
    """

    version: Literal[1] = 1
    kind: Literal["linear", "estimator", "sequence", "normalised"]
    classes: tuple[str, ...]
    text_column: str
    cleaning: tuple[CleaningStep, ...]
    label_separator: str | None = None
    encoder: EncoderConfig | None = None
    calibration_error: float | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "About":
        if not self.classes or len(set(self.classes)) < len(self.classes):
            raise ValueError(f"its classes have to be different names, and are {list(self.classes)}")
        if self.kind in ("sequence", "normalised") and self.encoder is None:
            raise ValueError(f"a model of the kind {self.kind} has an encoder, and it names none")
        return self

    @property
    def of_sklearn(self) -> bool:
        """Whether the folder holds scikit-learn objects."""
        return self.kind in ("linear", "estimator")

    def write(self, folder: Path) -> None:
        """Write it into a folder."""
        (folder / NAME).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "About":
        """Read what a folder says of itself; its encoder's name is then where that is.

        Raises:     DataError for a folder that is no export, or of another version
        """
        try:
            content = read_within(folder / NAME, SMALL)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise DataError(
                f"{str(folder)!r} is not an exported model: it has no {NAME}; `alflow export` makes one"
            ) from error
        with reading(repr(str(folder / NAME)), "it is damaged or of another version of alflow; export the model again"):
            about = cls.model_validate_json(content)
        return about.model_copy(update={"encoder": about.encoder and _in(folder, about.encoder)})


def _in(folder: Path, encoder: EncoderConfig) -> EncoderConfig:
    """Return an encoder with where it is as its name; it has to be in the folder, as whoever sent that has no other.

    Raises:     DataError
    """
    inside = Path(normpath(encoder.name))
    if inside.is_absolute() or ".." in inside.parts:
        raise DataError(f"{str(folder / NAME)!r}: the encoder {encoder.name!r} is not in its folder; export it again")
    return encoder.model_copy(update={"name": str((folder / inside).absolute())})
