"""Linear algebra in one order, so that sums come out the same bit for bit whatever else the machine does."""

from functools import cache


@cache
def one_blas_thread() -> None:
    """Let this process's BLAS use one thread, from the first call on; scipy brings one of its own."""
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
