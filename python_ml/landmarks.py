"""Stores that others are compared with: how alike they are is a feature of its own."""

from typing import Any

import numpy as np
import pandas as pd

from python_ml.frames import fitted_mask, matrix, stack, typed

SCHEMA = {
    "category": "str",
    "landmark": "str",
    "feature": "str",
    "value": "float64",
    "gamma": "float64",
}


def choose_landmarks(
    values: Any, outliers: pd.DataFrame, *, settings: dict, seed: int
) -> pd.DataFrame:
    """Return the stores that every store is compared with under ``kernel_pca``.

    The likeness of two stores is ``exp(-gamma * d)``, d the squared distance of their features:
    1 for equal stores, towards 0 with the distance (the RBF kernel). The likenesses of a store
    to all landmarks take the place of its features, so that groups which no plane parts, one
    around the other say, can lie apart.

    Parameters
    ----------
    values : relation
        Its method ``df`` gives a frame with the columns ``category``, ``store_id``, ``feature``,
        ``value``, complete per category. It may be large, and is only asked where there are to
        be landmarks.
    outliers : DataFrame
        Columns ``category``, ``store_id``, ``is_excluded``; excluded stores are no landmarks.
    settings : dict
        ``method``: anything but ``"kernel_pca"`` gives an empty frame;
        ``landmarks``: so many of the fitted stores are drawn, without replacement; all of them
        if there are no more, and of stores with equal features (to 9 decimals) only the first;
        ``gamma``: above 0, or None for 1 divided by the total variance of the fitted stores.
    seed : int
        What the landmarks are drawn by.

    Returns
    -------
    DataFrame
        One row per category, landmark (a store) and feature, sorted: ``value``, and ``gamma`` of
        the category (1 divided by the square of the unit of the values).

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a store is unknown to ``outliers``, or
        every store of a category is excluded.
    KeyError
        If a setting is missing.

    Notes
    -----
    The total variance is the number of features times their mean variance, and half the mean
    squared distance of two stores, whose likeness is thus about ``exp(-2)``. The median
    heuristic, 1 divided by the median of these distances, is of the same size, but takes the
    distances of all pairs, or a sample of them, to find.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> stores = ["s1", "s2", "s3"]
    >>> values = pd.DataFrame(
    ...     {"category": "beer", "store_id": stores, "feature": "ale", "value": [1.0, 2.0, 3.0]}
    ... )
    >>> outliers = pd.DataFrame({"category": "beer", "store_id": stores, "is_excluded": False})
    >>> relation = SimpleNamespace(df=lambda: values)
    >>> settings = {"method": "kernel_pca", "landmarks": 2, "gamma": None}
    >>> choose_landmarks(relation, outliers, settings=settings, seed=0)
      category landmark feature  value  gamma
    0     beer       s1     ale    1.0    1.5
    1     beer       s3     ale    3.0    1.5
    """
    method, most, gamma = (settings[name] for name in ("method", "landmarks", "gamma"))
    if method != "kernel_pca":
        return stack([], SCHEMA)

    def choose(category, wide):
        fitted = wide[fitted_mask(category, wide.index, outliers)]
        rows = fitted.to_numpy()
        _, distinct = np.unique(np.round(rows, 9) + 0.0, axis=0, return_index=True)
        distinct.sort()
        drawn = np.random.default_rng(seed).permutation(len(distinct))[:most]
        chosen = distinct[np.sort(drawn)]
        total_variance = rows.var(axis=0).sum()
        width = gamma or (1 / total_variance if len(distinct) > 1 else 1.0)
        return typed(
            {
                "category": category,
                "landmark": np.repeat(fitted.index.to_numpy()[chosen], rows.shape[1]),
                "feature": np.tile(fitted.columns.to_numpy(), len(chosen)),
                "value": rows[chosen].ravel(),
                "gamma": width,
            },
            SCHEMA,
        )

    return stack((choose(*item) for item in matrix(values.df(), "feature").items()), SCHEMA)
