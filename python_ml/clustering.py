"""The clusters of the chosen number, as a frame that any SQL engine can assign stores from."""

import numpy as np
import pandas as pd

from python_ml.algorithms import fit_counts
from python_ml.frames import fitted_mask, matrix, stack, typed

SCHEMA = {
    "category": "str",
    "cluster_id": "int64",
    "component": "int64",
    "value": "float64",
    "fitted_store_count": "int64",
}


def fit_centroids(
    components: pd.DataFrame, outliers: pd.DataFrame, scores: pd.DataFrame, *, settings: dict
) -> pd.DataFrame:
    """Return the centroids of the chosen number of clusters of each category.

    Parameters
    ----------
    components : DataFrame
        Columns ``category``, ``store_id``, ``component``, ``value``; complete per category.
    outliers : DataFrame
        Columns ``category``, ``store_id``, ``is_excluded``; excluded stores are not fitted.
    scores : DataFrame
        Columns ``category``, ``k``, ``is_chosen``, as `score_cluster_counts` returns them.
        With the same settings the clusters are the ones that were scored.
    settings : dict
        Section ``algorithm``, as in `fit_counts`.

    Returns
    -------
    DataFrame
        One row per category, ``cluster_id`` and component, sorted: ``value`` (the coordinate of
        the centroid) and ``fitted_store_count``. Cluster 1 is the largest; equal sizes are
        numbered by their centroids. One cluster has the mean of the fitted stores.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a store is unknown to ``outliers``,
        every store of a category is excluded, or a category has not exactly one chosen k.
    KeyError
        If a setting is missing.

    Examples
    --------
    >>> stores = ["s1", "s2", "s3"]
    >>> components = pd.DataFrame(
    ...     {"category": "beer", "store_id": stores, "component": 1, "value": [5.0, 1.0, 2.0]}
    ... )
    >>> outliers = pd.DataFrame({"category": "beer", "store_id": stores, "is_excluded": False})
    >>> scores = pd.DataFrame({"category": "beer", "k": [1, 2], "is_chosen": [False, True]})
    >>> fit_centroids(components, outliers, scores, settings={"starts": 3, "seed": 0})
      category  cluster_id  component  value  fitted_store_count
    0     beer           1          1    1.5                   2
    1     beer           2          1    5.0                   1
    """

    def fit_category(category, wide):
        rows = wide.to_numpy()[fitted_mask(category, wide.index, outliers)]
        k = _chosen(category, scores)
        fit = fit_counts(rows, [k], algorithm=settings)[k]
        p = fit.centroids.shape[1]
        return typed(
            {
                "category": category,
                "cluster_id": np.repeat(np.arange(1, k + 1), p),
                "component": np.tile(wide.columns.to_numpy(), k),
                "value": fit.centroids.ravel(),
                "fitted_store_count": np.repeat(np.bincount(fit.labels, minlength=k), p),
            },
            SCHEMA,
        )

    return stack((fit_category(*item) for item in matrix(components, "component").items()), SCHEMA)


def _chosen(category, scores):
    """Return the one chosen k of a category."""
    chosen = scores.loc[(scores["category"] == category) & scores["is_chosen"].astype("bool"), "k"]
    if len(chosen) != 1:
        raise ValueError(
            f"category {category!r}: {len(chosen)} numbers of clusters are chosen, expected one"
        )
    return int(chosen.iloc[0])
