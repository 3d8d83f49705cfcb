"""Clusters that keep their ids from one published run to the next."""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from python_ml.frames import check_keys, natural_key, stack, typed

SCHEMA = {
    "category": "str",
    "cluster": "str",
    "cluster_id": "int64",
    "shared_store_count": "int64",
    "overlap": "Float64",
}


def match_clusters(
    present: pd.DataFrame,
    previous: pd.DataFrame,
    registry: pd.DataFrame,
    *,
    label: str,
    dataset: str,
    settings: dict,
) -> pd.DataFrame:
    """Return the id of each cluster: that of the cluster it continues, or one never used before.

    Labels of two fits say nothing about each other: of unchanged stores 75 % had another number
    from one month to the next, 3 % with the best one-to-one assignment of the clusters on the
    stores that both runs have, where 2 % truly moved. A pair may be assigned if its overlap, the
    stores in both clusters as a share of the stores in either of them, is large enough; stores
    that only one of the runs has do not count. Of the assignments of such pairs the one that
    keeps the most stores in their cluster is taken (Kuhn 1955, the Hungarian method). A cluster
    that continues none gets the number after the highest that was ever used.

    Parameters
    ----------
    present : DataFrame
        Columns ``category``, ``store_id`` and a number or label of the cluster; one row per
        category and store.
    previous : DataFrame
        Columns ``category``, ``store_id``, ``cluster_id``: the clusters that were published last.
        No rows in a first run.
    registry : DataFrame
        Columns ``category``, ``dataset``, ``cluster_id``: every id that was ever published.
    label : str
        The column of ``present`` that tells the clusters apart.
    dataset : str
        Which rows of ``registry`` are about these clusters: ``internal``, ``external``, ``final``.
    settings : dict
        ``minimum_overlap``: the smallest overlap that continues a cluster, above 0, at most 1.

    Returns
    -------
    DataFrame
        One row per category and ``cluster`` (the label as text), sorted by category and
        ``cluster_id``, with ``shared_store_count`` (stores that were in the continued cluster and
        are in this one) and ``overlap`` (0..1); 0 and null where the cluster is new. No id is
        twice in a category.

    Raises
    ------
    ValueError
        If a key is null or occurs twice, or a cluster is null.
    KeyError
        If the setting is missing.

    Notes
    -----
    New clusters are numbered by size, the largest first, and equally large ones by their labels
    in natural order; so are all clusters of a first run. Of equally good assignments the one is
    taken that best keeps this order among the ids.

    Examples
    --------
    >>> stores = ["s1", "s2", "s3", "s4", "s5", "s6"]
    >>> previous = pd.DataFrame(
    ...     {"category": "beer", "store_id": stores, "cluster_id": [1, 1, 1, 2, 2, 4]}
    ... )
    >>> registry = pd.DataFrame(
    ...     {"category": "beer", "dataset": "final", "cluster_id": [1, 2, 3, 4]}
    ... )
    >>> present = pd.DataFrame(
    ...     {"category": "beer", "store_id": stores, "label": ["a", "b", "b", "c", "c", "c"]}
    ... )
    >>> match_clusters(
    ...     present, previous, registry, label="label", dataset="final",
    ...     settings={"minimum_overlap": 0.5},
    ... )
      category cluster  cluster_id  shared_store_count   overlap
    0     beer       b           1                   2  0.666667
    1     beer       c           2                   2  0.666667
    2     beer       a           5                   0      <NA>
    """
    minimum = settings["minimum_overlap"]
    check_keys(present, ["category", "store_id"])
    check_keys(previous, ["category", "store_id"])
    for frame, column in ((present, label), (previous, "cluster_id")):
        if frame[column].isna().any():
            raise ValueError(f"a {column} is null")
    used = registry.loc[registry["dataset"] == dataset]

    def match(category, rows):
        before = _of(category, previous).set_index("store_id")["cluster_id"].astype("int64")
        ever = [0, *before, *_of(category, used)["cluster_id"]]
        now = rows.set_index("store_id")[label].astype("str")
        table = _continue(now, before, minimum)
        is_new = table["cluster_id"].isna()
        table.loc[is_new, "cluster_id"] = max(ever) + np.arange(1, is_new.sum() + 1)
        return typed(table.assign(category=category), SCHEMA).sort_values("cluster_id")

    return stack(
        (match(*item) for item in present.groupby("category", sort=True)),
        SCHEMA,
    )


def match_side(
    fits: pd.DataFrame,
    previous: pd.DataFrame,
    registry: pd.DataFrame,
    *,
    dataset: str,
    settings: dict,
) -> pd.DataFrame:
    """Return the id of each cluster of one side, as `match_clusters` does.

    Parameters
    ----------
    fits : DataFrame
        As `fit_clusters` returns it; its members and its noise are the stores of the clusters.
    previous, registry, dataset, settings
        As in `match_clusters`.

    Returns
    -------
    DataFrame
        As of `match_clusters`, with the number ``cluster_number`` of the fit for the label.

    Examples
    --------
    >>> fits = pd.DataFrame(
    ...     {
    ...         "category": "beer", "parameter": ["centroid", "member", "noise"],
    ...         "store_id": [None, "s1", "s2"], "cluster_id": [1, 1, 1],
    ...     }
    ... )
    >>> nothing = pd.DataFrame({"category": [], "store_id": [], "dataset": [], "cluster_id": []})
    >>> match_side(
    ...     fits, nothing, nothing, dataset="internal", settings={"minimum_overlap": 0.3}
    ... )[["cluster_number", "cluster_id"]]
       cluster_number  cluster_id
    0               1           1
    """
    members = fits.loc[fits["parameter"].isin(["member", "noise"])]
    matched = match_clusters(
        members, previous, registry, label="cluster_id", dataset=dataset, settings=settings
    )
    return matched.rename(columns={"cluster": "cluster_number"}).astype({"cluster_number": "int64"})


def match_final(
    settled: pd.DataFrame,
    previous: pd.DataFrame,
    registry: pd.DataFrame,
    *,
    label: str,
    settings: dict,
) -> pd.DataFrame:
    """Return the id of each final cluster, as `match_clusters` does.

    Parameters
    ----------
    settled : DataFrame
        Columns ``category``, ``store_id`` and the label that the store ends in.
    previous, registry, label, settings
        As in `match_clusters`.

    Returns
    -------
    DataFrame
        As of `match_clusters`, with the names ``final_label`` and ``final_cluster_id``.

    Examples
    --------
    >>> settled = pd.DataFrame(
    ...     {"category": "beer", "store_id": ["s1", "s2", "s3"], "label": ["1_1", "2_1", "2_1"]}
    ... )
    >>> nothing = pd.DataFrame({"category": [], "store_id": [], "dataset": [], "cluster_id": []})
    >>> match_final(
    ...     settled, nothing, nothing, label="label", settings={"minimum_overlap": 0.3}
    ... )[["final_label", "final_cluster_id"]]
      final_label  final_cluster_id
    0         2_1                 1
    1         1_1                 2
    """
    matched = match_clusters(
        settled, previous, registry, label=label, dataset="final", settings=settings
    )
    return matched.rename(columns={"cluster": "final_label", "cluster_id": "final_cluster_id"})


def _of(category, frame):
    """Return the rows of one category."""
    return frame.loc[frame["category"] == category]


def _continue(now, before, minimum):
    """Return one row per cluster, the largest first, with the id that it continues, if any."""
    sizes = now.value_counts()
    clusters = sorted(sizes.index, key=lambda label: (-sizes[label], natural_key(label)))
    known = np.unique(before.to_numpy())
    both = now.index.intersection(before.index)
    row = pd.Index(clusters).get_indexer(now[both])
    counts = np.zeros((len(clusters), len(known)), dtype="int64")
    np.add.at(counts, (row, np.searchsorted(known, before[both].to_numpy())), 1)
    either = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0, keepdims=True) - counts
    overlap = counts / np.maximum(either, 1)
    may_continue = (overlap >= minimum) & (counts > 0)
    ids = np.full(len(clusters), pd.NA, dtype=object)
    rows, columns = linear_sum_assignment(_gain(counts, may_continue), maximize=True)
    taken = may_continue[rows, columns]
    rows, columns = rows[taken], columns[taken]
    ids[rows] = known[columns]
    best = np.zeros(len(clusters), dtype="int64")
    best[rows] = counts[rows, columns]
    share = np.full(len(clusters), np.nan)
    share[rows] = overlap[rows, columns]
    return pd.DataFrame(
        {
            "cluster": clusters,
            "cluster_id": ids,
            "shared_store_count": best,
            "overlap": pd.array(share, dtype="Float64"),
        }
    )


def _gain(counts, may_continue):
    """Return what each pair adds: its shared stores, and less than one store for keeping order."""
    rows, columns = counts.shape
    order = np.outer(np.arange(rows, 0, -1), np.arange(columns, 0, -1))
    small = order / (1 + max(rows, columns) ** 3)
    return np.where(may_continue, counts + small, 0)
