"""Memory: the same result in smaller pieces where there is too little of it."""

import logging
from collections.abc import Callable

import numpy as np


def within_memory(compute: Callable[[np.ndarray], np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Compute something of each row; if memory runs out, of half of them at a time, and so on.

    Parameters: compute : takes rows (n,) and returns (n, ...), a row's result not depending on the others
    Raises:     MemoryError if a single row is too much
    >>> def of_two_at_most(rows):
    ...     if len(rows) > 2:
    ...         raise MemoryError
    ...     return 10 * rows
    >>> within_memory(of_two_at_most, np.arange(5)).tolist()
    [0, 10, 20, 30, 40]
    """
    try:
        return compute(rows)
    except MemoryError:
        if len(rows) < 2:
            raise
    half = len(rows) // 2
    logging.getLogger("alflow").warning("out of memory; going on with %s texts at a time", half)
    return np.concatenate([within_memory(compute, rows[:half]), within_memory(compute, rows[half:])])
