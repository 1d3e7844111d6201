"""Experiments of a store, by their names."""

from typing import TYPE_CHECKING

from al_core.errors import AlflowError, nearest

if TYPE_CHECKING:
    from tasks.files import Place


def experiment_of(name: str | None, store: str) -> "Place":
    """Return the folder of an experiment: by its name in the store, or its path; the one that ended last if left out.

    Raises:     AlflowError if there is none
    """
    return _latest(store) if name is None else _named(name, store)


def experiments(store: str) -> "list[Place]":
    """Return the folders of all experiments of a store, in the order of their names."""
    from tasks.files import glob, place

    return [manifest.parent for manifest in glob(place(store), "experiments/*/manifest.json")]


def found(name: str, store: str) -> "Place | None":
    """Return the folder of an experiment by its name in a store, or by its path; None if it is none."""
    from tasks.files import place, read

    folders = place(store) / "experiments" / name, place(name)
    return next((folder for folder in folders if read(folder / "manifest.json") is not None), None)


def _named(name: str, store: str) -> "Place":
    folder = found(name, store)
    if folder is None:
        there = [one.name for one in experiments(store)]
        raise AlflowError(
            f"no experiment {name!r}: it is neither the folder of one nor in {store!r}{nearest(name, there)} "
            "`alflow status` lists all"
        )
    return folder


def _latest(store: str) -> "Place":
    from tasks.files import glob, modified, place

    finished = sorted(glob(place(store), "experiments/*/report.html"), key=modified)
    if not finished:
        raise AlflowError(f"no finished experiment in {store!r}; `alflow status` lists all")
    return finished[-1].parent
