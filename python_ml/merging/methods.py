"""One clustering by both sides at once, for the methods that do not cross the labels."""

from typing import Any

import numpy as np
import pandas as pd

from python_ml.algorithms import fit_counts
from python_ml.categories import for_each_category
from python_ml.cluster_count import score_rows
from python_ml.frames import check_keys, matrix, stack, typed
from python_ml.merging.consensus import agree_on_clusters

SCHEMA = {"category": "str", "store_id": "str", "merged_label": "str"}


def cluster_both_sides(
    space: Any,
    sides: pd.DataFrame,
    *,
    settings: dict,
    internal: dict,
    external: dict,
    minimum_stores: int,
    cores: int | None = 1,
) -> pd.DataFrame:
    """Return the merged label of each store under the methods joint and consensus.

    Parameters
    ----------
    space : relation
        Its method ``df`` gives a frame with the columns ``category``, ``store_id``,
        ``dimension`` ("internal 1", "external 2"), ``value``, complete per category: the joint
        space, in which a side of weight 0 does not vary. It is only asked where it is needed.
    sides : DataFrame
        Columns ``category``, ``store_id``, ``internal_cluster_id``, ``external_cluster_id``
        (null where a side does not know the store), ``is_left_out`` (of the fit, as an outlier);
        one row per store of the space.
    settings : dict
        ``method``: ``cross`` gives an empty frame; ``joint`` clusters the stores in the joint
        space (see Notes), ``consensus`` by how often they are together (`agree_on_clusters`);
        ``internal_weight``, ``external_weight``.
    internal, external : dict
        The sections ``algorithm`` and ``cluster_count`` of each side.
    minimum_stores : int
        A category with fewer stores has one cluster.
    cores : int or None
        How many categories are worked on at once, as in `for_each_category`.

    Returns
    -------
    DataFrame
        One row per category and store: ``merged_label``, "j1", "j2", ... or "c1", "c2", ..., the
        largest cluster first.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, the stores of both frames differ, every
        store of a category is left out, or there are too many stores for the method or the
        algorithm.
    KeyError
        If a setting is missing.

    Notes
    -----
    Under ``joint`` the number of clusters is searched for and judged, and the stores are
    clustered, with the settings of the internal side; where its gate finds no reliable
    structure there is one cluster. Whether a side has structure of its own plays no part: a
    side without any blurs the distances by its weight.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> stores = ["s1", "s2", "s3", "s4", "s5", "s6"]
    >>> space = pd.DataFrame(
    ...     {
    ...         "category": "beer", "store_id": stores, "dimension": "internal 1",
    ...         "value": [0.0, 0.1, 0.2, 9.0, 9.1, 9.3],
    ...     }
    ... )
    >>> sides = pd.DataFrame({"category": "beer", "store_id": stores, "is_left_out": False})
    >>> internal = {
    ...     "fixed": 2, "minimum": 2, "maximum": 3, "rule": "median", "minimum_cluster_size": 2,
    ...     "retry_minimum_cluster_size": None, "minimum_stability": 0.6, "resamples": 2,
    ...     "method": "ward", "seed": 0,
    ... }
    >>> labels = cluster_both_sides(
    ...     SimpleNamespace(df=lambda: space), sides, settings={"method": "joint"},
    ...     internal=internal, external={}, minimum_stores=2,
    ... )
    >>> labels["merged_label"].tolist()
    ['j1', 'j1', 'j1', 'j2', 'j2', 'j2']
    """
    method = settings["method"]
    if method == "cross":
        return stack([], SCHEMA)
    check_keys(sides, ["category", "store_id"])

    def label(category, wide, own):
        rows, is_fitted = wide.to_numpy(), ~own["is_left_out"].to_numpy(dtype=bool)
        if not is_fitted.any():
            raise ValueError(
                f"category {category!r}, merging.method {method}: all {len(wide)} stores are left "
                "out of the fit on one side or the other, as outliers or for too many imputed "
                "values: set outliers.policy to keep or impute.maximum_share to 1 there, or "
                "merging.method to cross"
            )
        try:
            if len(wide) < minimum_stores:
                labels = np.zeros(len(wide), dtype=int)
            elif method == "joint":
                labels = _cluster_space(rows, is_fitted, internal)
            else:
                labels = agree_on_clusters(
                    _sides_of(wide, own, settings, internal, external), is_fitted, internal
                )
        except ValueError as error:
            raise ValueError(f"category {category!r}, merging.method {method}: {error}") from None
        names = [f"{method[0]}{number + 1}" for number in labels]
        return typed({"category": category, "store_id": wide.index, "merged_label": names}, SCHEMA)

    items = [
        (category, wide, _rows_of(sides, category, wide.index))
        for category, wide in matrix(space.df(), "dimension").items()
    ]
    return stack(for_each_category(label, items, cores=cores), SCHEMA)


def _rows_of(sides, category, stores):
    """Return what is known of the stores of a category, in their order."""
    own = sides[sides["category"] == category].set_index("store_id")
    unknown = stores.difference(own.index)
    if len(unknown):
        raise ValueError(
            f"category {category!r}, store_id {min(unknown)!r}: not in the frame of the sides"
        )
    return own.reindex(stores)


def _cluster_space(rows, is_fitted, internal):
    """Return the cluster of each row in the joint space, from 0, the largest first."""
    # a side of weight 0 does not vary, and must not count as dimensions either
    rows = rows[:, np.ptp(rows, axis=0) > 0]
    if not rows.shape[1] or is_fitted.sum() == 1:
        return np.zeros(len(rows), dtype=int)
    scores = score_rows(rows, is_fitted, settings=internal)
    k = int(scores.loc[scores["is_chosen"], "k"].iloc[0])
    fit = fit_counts(rows[is_fitted], [k], algorithm=internal)[k]
    labels = fit.assign(rows)
    labels[is_fitted] = fit.labels
    return labels


def _sides_of(wide, own, settings, internal, external):
    """Return the rows, labels, weight and settings of each side that counts."""
    for name, section in (("internal", internal), ("external", external)):
        weight = settings[f"{name}_weight"]
        if weight:
            columns = [column for column in wide.columns if column.startswith(f"{name} ")]
            labels = own[f"{name}_cluster_id"].to_numpy(dtype=float, na_value=np.nan)
            yield wide[columns].to_numpy(), labels, weight, section
