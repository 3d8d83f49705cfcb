"""Generated groups of known number and difficulty, and noise without any.

``python -m benchmarks.groups --stores 1000 --components 20 --out rows.npy`` writes what the count
search is timed on.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.spatial.distance import pdist

# Distance of the two nearest centres, in standard deviations of a group.
GRADES = {"far apart": 8.0, "apart": 6.0, "touching": 5.0, "overlapping": 4.0}
SHAPES = ("normal", "skewed")
NOISES = ("uniform", "normal", "correlated", "skewed")
# What is timed: as many groups, so far apart.
TIMED_GROUPS, TIMED_APART = 6, 6.0
MILLION_CHUNK = 100_000


def planted(
    groups: int,
    stores: int,
    components: int,
    *,
    apart: float,
    is_skewed: bool = False,
    shape: str = "normal",
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return stores around random centres, and the group of each.

    Parameters
    ----------
    groups, stores, components : int
        How many.
    apart : float
        Distance of the two nearest centres, in standard deviations of a group.
    is_skewed : bool
        Groups of sizes 1, 1/2, 1/3 ... of the largest instead of equal ones.
    shape : str
        ``normal``, or ``skewed``: gamma distributed, with a long tail to one side.
    seed : int
        Of everything.

    Returns
    -------
    rows : ndarray of float64, shape (stores, components)
    labels : ndarray of int, shape (stores,)

    Examples
    --------
    >>> rows, labels = planted(3, 9, 2, apart=5, seed=1)
    >>> rows.shape, np.bincount(labels).tolist()
    ((9, 2), [3, 3, 3])
    """
    generator = np.random.default_rng([seed, groups, stores, components])
    centres = generator.normal(size=(groups, components))
    if groups > 1:
        centres *= apart / pdist(centres).min()
    weights = 1 / np.arange(1, groups + 1) if is_skewed else np.ones(groups)
    ends = np.round(np.cumsum(weights) / weights.sum() * stores).astype(int)
    labels = np.searchsorted(ends, np.arange(stores), side="right")
    # Groups differ in width, and each differs by component.
    widths = generator.uniform(0.7, 1.3, size=(groups, components))
    rows = np.empty((stores, components))
    for start in range(0, stores, MILLION_CHUNK):
        chunk = slice(start, start + MILLION_CHUNK)
        part = labels[chunk]
        drawn = _draw(generator, shape, (len(part), components))
        rows[chunk] = centres[part] + widths[part] * drawn
    return rows, labels


def noise(kind: str, stores: int, components: int, *, seed: int = 0) -> np.ndarray:
    """Return stores without groups: one cloud, so that the right answer is one cluster.

    Parameters
    ----------
    kind : str
        ``uniform`` in a box, ``normal``, ``correlated`` (normal, its components of very unequal
        spread), ``skewed`` (gamma distributed).
    stores, components : int
        How many.
    seed : int
        Of the draw.

    Returns
    -------
    ndarray of float64, shape (stores, components)

    Examples
    --------
    >>> noise("uniform", 4, 2).shape
    (4, 2)
    """
    generator = np.random.default_rng([seed, stores, components])
    if kind == "uniform":
        return generator.uniform(size=(stores, components))
    if kind == "correlated":
        return generator.normal(size=(stores, components)) * 0.8 ** np.arange(components)
    return _draw(generator, kind, (stores, components))


def _draw(generator, shape, size):
    """Return numbers of mean 0 and variance 1."""
    if shape == "skewed":
        return (generator.gamma(4.0, size=size) - 4) / 2
    return generator.normal(size=size)


def main() -> None:
    """Write the rows that are timed."""
    parser = argparse.ArgumentParser(description="Write generated rows.")
    parser.add_argument("--stores", type=int, required=True)
    parser.add_argument("--components", type=int, required=True)
    parser.add_argument("--apart", type=float, default=TIMED_APART)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows, labels = planted(
        TIMED_GROUPS, args.stores, args.components, apart=args.apart, is_skewed=True, seed=args.seed
    )
    # Sorted groups would make life easy for the caches of whoever reads them in order.
    np.save(args.out, rows[np.random.default_rng(args.seed).permutation(len(labels))])


if __name__ == "__main__":
    main()
