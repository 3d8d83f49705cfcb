"""Which rows stand for all."""

import numpy as np


def sample_of(rows: int, most: int, seed: int) -> np.ndarray:
    """Return the positions of a sample without repeats, sorted; of all rows if they are few.

    Rows are sorted by the key of their store, so a position means the same store on every run.

    Parameters
    ----------
    rows : int
        How many there are.
    most : int
        How many there may be.
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of int, shape (min(rows, most),)

    Examples
    --------
    >>> sample_of(3, 5, seed=0).tolist(), len(set(sample_of(100, 5, seed=0)))
    ([0, 1, 2], 5)
    """
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
