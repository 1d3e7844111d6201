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


def names(store: str) -> "list[Place]":
    """Return the folders of all experiments of a store, by name."""
    from tasks.files import glob, place

    return [manifest.parent for manifest in glob(place(store), "experiments/*/manifest.json")]


def _named(name: str, store: str) -> "Place":
    from tasks.files import place

    there = {folder.name: folder for folder in names(store)}
    if name in there:
        return there[name]
    folder = place(name)
    if (folder / "manifest.json").exists():
        return folder
    raise AlflowError(
        f"no experiment {name!r}: it is neither the folder of one nor in {store!r}{nearest(name, there)} "
        "`alflow status` lists all"
    )


def _latest(store: str) -> "Place":
    from tasks.files import glob, modified, place

    finished = sorted(glob(place(store), "experiments/*/report.html"), key=modified)
    if not finished:
        raise AlflowError(f"no finished experiment in {store!r}; `alflow status` lists all")
    return finished[-1].parent
