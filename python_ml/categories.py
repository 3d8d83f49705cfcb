"""The same work for every category, on as many cores as there are."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from joblib import Parallel, cpu_count, delayed
from threadpoolctl import threadpool_limits

WORKERS_START_SECONDS = 2.0
"""Work that is done within this time is done before a second process could have begun."""

_one_pool = threading.Lock()


def for_each_category(
    function: Callable[..., Any],
    items: Iterable[tuple],
    *,
    cores: int | None,
    patience: float | None = None,
) -> list:
    """Return what a function makes of each category, in the order of the categories.

    The first categories are worked on here. Only if that takes longer than the start of other
    processes would, these take the rest: small chains never pay for them. Processes and not
    threads, because what a fit of some thousand stores does between its matrix products holds
    the interpreter: 12 categories of 300 stores took 2.5 s in one thread, 3.0 to 3.7 s in two,
    and 1.3 s in two processes (2.9 s with their start).

    Parameters
    ----------
    function : callable
        Called with the parts of each item. It must not depend on anything but these.
    items : iterable of tuple
        One per category; they travel to the other process, so give no more than is needed.
    cores : int or None
        How many processes may work at once; None for the cores that this process may use.
    patience : float or None
        Seconds after which other processes are started; None for ``WORKERS_START_SECONDS``.

    Returns
    -------
    list
        One result per item, the same whatever the number of cores: each call has one thread for
        its matrix products, and no call sees another.

    Raises
    ------
    Exception
        What the function raises.

    Examples
    --------
    >>> for_each_category(lambda name, number: f"{name} {number}", [("a", 1), ("b", 2)], cores=1)
    ['a 1', 'b 2']
    """
    left = list(items)
    workers = cpu_count() if cores is None else cores
    patience = WORKERS_START_SECONDS if patience is None else patience
    results = []
    began = time.monotonic()
    with threadpool_limits(limits=1):
        while left and (workers == 1 or len(left) == 1 or time.monotonic() - began < patience):
            results.append(function(*left.pop(0)))
    if left:
        # dbt runs models side by side: one of them at a time has all the cores
        with _one_pool:
            parallel = Parallel(min(workers, len(left)), batch_size=1, max_nbytes=None)
            results += parallel(delayed(_with_one_thread)(function, item) for item in left)
    return results


def _with_one_thread(function, item):
    """Call the function in another process, whose libraries have limits of their own."""
    with threadpool_limits(limits=1):
        return function(*item)
