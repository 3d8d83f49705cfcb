"""Small worlds for the tests of merging: values and labels in, where every store ends out."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from python_ml.merging import settle_small_clusters
from tests.python_ml.planted import long_frame, store_names

SETTINGS = {
    "minimum_cluster_size": 1,
    "small_clusters": "fold",
    "maximum_distance": None,
    "maximum_clusters": None,
    "maximum_cluster_size": None,
}
MODES = ["fold", "nearest_large", "per_store", "size"]


def frames(values, names):
    """Return space and labels of stores with the given values and merged labels."""
    values = np.asarray(values, dtype=float).reshape(len(names), -1)
    labels = pd.DataFrame(
        {"category": "beer", "store_id": store_names(len(names)), "merged_label": names}
    )
    return long_frame(values, column="dimension"), labels


def settle(values, names, minimum=1, **settings):
    """Return where every store ends, one row per store."""
    chosen = SETTINGS | {"minimum_cluster_size": minimum} | settings
    return settle_small_clusters(*frames(values, names), settings=chosen)


def ends(values, names, minimum=1, **settings):
    """Return the settled labels, in the order of the stores."""
    return settle(values, names, minimum, **settings)["settled_label"].tolist()


def by_label(values, names, minimum=1, **settings):
    """Return merged label -> settled label, where clusters move whole."""
    table = settle(values, names, minimum, **settings)
    pairs = table[["merged_label", "settled_label"]].drop_duplicates()
    assert pairs["merged_label"].is_unique
    return dict(pairs.itertuples(index=False, name=None))


def log_of(table):
    """Return the merge log: step, from, to, sizes and how many went."""
    columns = ["merge_step", "merged_label", "merged_into", "from_store_count", "to_store_count",
               "moved_store_count"]  # fmt: skip
    log = table.loc[table["merge_step"].notna(), columns].drop_duplicates()
    return sorted(log.itertuples(index=False, name=None))


grid_worlds = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.integers(1, 12), st.integers(1, 2)),
    ),
    min_size=1,
    max_size=40,
)


def unpack(world):
    """Return values and label names of a drawn world."""
    return [point for point, _ in world], [f"{i}_{j}" for _, (i, j) in world]
