"""The clusters of the chosen number, as a frame that any SQL engine can assign stores from."""

import numpy as np
import pandas as pd

from python_ml.algorithms import Fit, fit_counts
from python_ml.categories import for_each_category
from python_ml.frames import fitted_mask, matrix, stack, typed

SCHEMA = {
    "category": "str",
    "parameter": "str",
    "cluster_id": "int64",
    "component": "Int64",
    "other_component": "Int64",
    "store_id": "str",
    "value": "Float64",
}


def fit_clusters(
    components: pd.DataFrame,
    outliers: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    settings: dict,
    cores: int | None = 1,
) -> pd.DataFrame:
    """Return the clusters of the chosen number of each category, and who is in them.

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
    cores : int or None
        How many categories are worked on at once, as in `for_each_category`.

    Returns
    -------
    DataFrame
        One row per category, ``parameter``, ``cluster_id`` and what else a parameter is about.
        Cluster 1 is the largest; equal sizes are numbered by their centroids.

        - ``centroid``: per ``component``, ``value`` is the coordinate of the middle;
        - ``fitted_store_count``: ``value`` is the number of fitted stores, noise included;
        - ``member``, ``noise``: per ``store_id``, without a value: a fitted store, in this
          cluster by the algorithm, or in none and nearest to this one;
        - ``factor``, ``offset``: only where clusters have a shape, as in `Fit`; a factor is per
          ``component`` and ``other_component`` (row and column), and 0 where there is no row.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a store is unknown to ``outliers``,
        every store of a category is excluded, a category has not exactly one chosen k, has more
        stores than the algorithm can take, or the algorithm does not find the chosen k.
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
    >>> fits = fit_clusters(components, outliers, scores, settings={"method": "ward"})
    >>> fits[["parameter", "cluster_id", "component", "store_id", "value"]]
                parameter  cluster_id  component store_id  value
    0            centroid           1          1      NaN    1.5
    1            centroid           2          1      NaN    5.0
    2  fitted_store_count           1       <NA>      NaN    2.0
    3  fitted_store_count           2       <NA>      NaN    1.0
    4              member           2       <NA>       s1   <NA>
    5              member           1       <NA>       s2   <NA>
    6              member           1       <NA>       s3   <NA>
    """

    def fit_category(category, fitted, k):
        try:
            fits = fit_counts(fitted.to_numpy(), [k], algorithm=settings)
        except ValueError as error:
            raise ValueError(f"category {category!r}: {error}") from None
        if k not in fits:
            raise ValueError(
                f"category {category!r}: {settings['method']} finds {min(fits)} clusters, "
                f"{k} are chosen"
            )
        frames = _frames(fits[k], fitted.columns.to_numpy(), fitted.index.to_numpy())
        return pd.concat([_rows(category, **columns) for columns in frames], ignore_index=True)

    items = (
        (category, wide[fitted_mask(category, wide.index, outliers)], _chosen(category, scores))
        for category, wide in matrix(components, "component").items()
    )
    return stack(for_each_category(fit_category, items, cores=cores), SCHEMA)


def _frames(fit: Fit, components, stores):
    """Return the columns of each parameter."""
    k, p = fit.centroids.shape
    numbers = np.arange(1, k + 1)
    yield {
        "parameter": "centroid",
        "cluster_id": np.repeat(numbers, p),
        "component": np.tile(components, k),
        "value": fit.centroids.ravel(),
    }
    yield {
        "parameter": "fitted_store_count",
        "cluster_id": numbers,
        "value": np.bincount(fit.labels, minlength=k),
    }
    yield {
        "parameter": np.where(fit.is_noise, "noise", "member"),
        "cluster_id": fit.labels + 1,
        "store_id": stores,
    }
    if fit.factors is not None:
        cluster, row, column = np.nonzero(fit.factors)
        yield {
            "parameter": "factor",
            "cluster_id": cluster + 1,
            "component": components[row],
            "other_component": components[column],
            "value": fit.factors[cluster, row, column],
        }
        yield {"parameter": "offset", "cluster_id": numbers, "value": fit.offsets}


def _rows(category, **columns):
    """Return the rows of one parameter; what it is not about is empty."""
    return typed(dict.fromkeys(SCHEMA) | {"category": category} | columns, SCHEMA)


def _chosen(category, scores):
    """Return the one chosen k of a category."""
    chosen = scores.loc[(scores["category"] == category) & scores["is_chosen"].astype("bool"), "k"]
    if len(chosen) != 1:
        raise ValueError(
            f"category {category!r}: {len(chosen)} numbers of clusters are chosen, expected one"
        )
    return int(chosen.iloc[0])
