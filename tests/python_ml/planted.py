"""Small worlds whose true clusters are known because they were planted."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

DISTANCE = 12.0
"""Distance of two planted centres in standard deviations of a cluster: clearly separate."""


def planted(sizes, *, seed, dimensions=10, distance=DISTANCE, category="beer"):
    """Return components of stores around one centre per size, and the true group per store.

    The centres are corners of a simplex, so every pair is equally far apart and no number of
    clusters but the planted one is right.
    """
    generator = np.random.default_rng(seed)
    corners = np.eye(len(sizes), dimensions) * distance / np.sqrt(2)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    values = corners[truth] + generator.normal(size=(len(truth), dimensions))
    order = generator.permutation(len(truth))
    return long_frame(values[order], category=category), truth[order]


def cloud(stores=400, seed=0, dimensions=4):
    """Return stores without any clusters: many poor optima for k-means to end in."""
    return np.random.default_rng(seed).normal(size=(stores, dimensions))


def long_frame(values, *, category="beer", column="component"):
    """Return an array, one row per store, as a long frame; stores are s0000, s0001, ..."""
    values = np.asarray(values, dtype=float)
    stores, width = values.shape
    names = np.arange(1, width + 1)
    if column != "component":
        names = np.array([f"f{number:02d}" for number in names])
    return pd.DataFrame(
        {
            "category": category,
            "store_id": np.repeat(store_names(stores), width),
            column: np.tile(names, stores),
            "value": values.ravel(),
        }
    )


def store_names(count):
    """Return as many store ids, in sorted order."""
    return np.array([f"s{number:04d}" for number in range(count)])


def nobody_excluded(long):
    """Return an outlier frame in which every store is fitted."""
    stores = long[["category", "store_id"]].drop_duplicates(ignore_index=True)
    return stores.assign(is_excluded=False)


def excluding(long, stores):
    """Return an outlier frame in which the given stores are not fitted."""
    outliers = nobody_excluded(long)
    return outliers.assign(is_excluded=outliers["store_id"].isin(stores))


def shuffled(frame, seed):
    """Return the same rows in another order, with another index."""
    return frame.sample(frac=1, random_state=seed).set_axis(range(7, 7 + len(frame)))


def array_of(long, column="component"):
    """Return the long frame of one category as an array, stores and columns sorted."""
    return long.pivot(index="store_id", columns=column, values="value").to_numpy()


def relation_of(frame):
    """Return what gives the frame when it is asked, as a table of the database does."""
    return SimpleNamespace(df=lambda: frame)
