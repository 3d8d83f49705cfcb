"""Fewer, uncorrelated columns: the loadings by which features become components."""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from python_ml.frames import fitted_mask, matrix, stack, typed

SCHEMA = {
    "category": "str",
    "component": "int64",
    "feature": "str",
    "centre": "float64",
    "loading": "float64",
    "explained_variance_ratio": "float64",
}


def fit_reduction(values: pd.DataFrame, outliers: pd.DataFrame, *, settings: dict) -> pd.DataFrame:
    """Return the loadings that turn the features of a store into its components.

    A component of a store is ``sum((value - centre) * loading)`` over the features, so the
    frame is the whole model: any SQL engine scores old and new stores from it.

    Principal components are kept as they are, without whitening: dividing each by its spread
    lifts noise to the rank of structure (mean ARI 0.91 falls to 0.43), while the share of
    variance kept, from 0.7 to 0.99, hardly matters. The decomposition is a full SVD, and the
    sign, which an SVD leaves open, is fixed: the largest loading is positive.

    Parameters
    ----------
    values : DataFrame
        Columns ``category``, ``store_id``, ``feature``, ``value``; complete per category.
    outliers : DataFrame
        Columns ``category``, ``store_id``, ``is_excluded``; excluded stores are not looked at.
    settings : dict
        ``method``: ``"pca"``, or ``"none"`` where component i is the i-th feature by name,
        unchanged; ``explained_variance``: share of the variance to reach (above 0, up to 1) with
        as few components as possible; ``maximum_components``: keep no more than these. The last
        two concern ``"pca"`` only.

    Returns
    -------
    DataFrame
        One row per category, component (from 1) and feature, sorted: ``centre`` (unit of the
        value), ``loading`` (without unit; the squares of a component sum to 1),
        ``explained_variance_ratio`` (of the component; repeated on each of its features).

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a store is unknown to ``outliers``,
        every store of a category is excluded, or the method has another name.
    KeyError
        If a setting is missing.

    Notes
    -----
    There is at least one component. Where nothing varies (one store, or equal stores) it is the
    first feature by name, centred, and explains a share of 0. Directions in which the stores do
    not vary at all are never components.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {
    ...         "category": "beer",
    ...         "store_id": ["s1", "s1", "s2", "s2", "s3", "s3"],
    ...         "feature": ["ale", "lager"] * 3,
    ...         "value": [1.0, 10.0, 2.0, 12.0, 3.0, 14.0],
    ...     }
    ... )
    >>> outliers = pd.DataFrame(
    ...     {"category": "beer", "store_id": ["s1", "s2", "s3"], "is_excluded": False}
    ... )
    >>> settings = {"method": "pca", "explained_variance": 0.9, "maximum_components": 30}
    >>> fit_reduction(values, outliers, settings=settings).round(3)
      category  component feature  centre  loading  explained_variance_ratio
    0     beer          1     ale     2.0    0.447                       1.0
    1     beer          1   lager    12.0    0.894                       1.0
    """
    method, share, most = (
        settings[name] for name in ("method", "explained_variance", "maximum_components")
    )
    if method not in ("none", "pca"):
        raise ValueError(f"reduction method {method!r}: choose one of none, pca")

    def fit(category, wide):
        rows = wide.to_numpy()[fitted_mask(category, wide.index, outliers)]
        if method == "pca":
            centre, loadings, ratios = _principal_components(rows, share, most)
        else:
            centre, loadings, ratios = _unchanged(rows)
        components, features = loadings.shape
        return typed(
            {
                "category": category,
                "component": np.repeat(np.arange(1, components + 1), features),
                "feature": np.tile(wide.columns.to_numpy(), components),
                "centre": np.tile(centre, components),
                "loading": loadings.ravel(),
                "explained_variance_ratio": np.repeat(ratios, features),
            },
            SCHEMA,
        )

    with threadpool_limits(limits=1):
        return stack((fit(*item) for item in matrix(values, "feature").items()), SCHEMA)


def _principal_components(rows, share, most):
    """Return centre (p,), loadings (c, p) and shares of variance (c,) of the rows."""
    centre = rows.mean(axis=0)
    _, lengths, directions = np.linalg.svd(rows - centre, full_matrices=False)
    noise = max(rows.shape) * np.finfo(float).eps * np.abs(rows).max()
    if lengths[0] <= noise:
        return centre, np.eye(1, rows.shape[1]), np.zeros(1)
    ratios = lengths**2 / (lengths**2).sum()
    enough = int((np.cumsum(ratios) < share - 1e-12).sum()) + 1
    kept = min(enough, most)
    directions = directions[:kept]
    # Rounded, so that equal loadings tie and the first feature by name decides.
    largest = np.round(np.abs(directions), 9).argmax(axis=1)
    signs = np.sign(directions[np.arange(kept), largest])
    return centre, directions * signs[:, None] + 0.0, ratios[:kept]


def _unchanged(rows):
    """Return centre, loadings and shares of variance that leave the rows as they are."""
    variances = np.where(np.ptp(rows, axis=0) > 0, rows.var(axis=0), 0.0)
    total = variances.sum()
    ratios = variances / total if total > 0 else variances
    return np.zeros(rows.shape[1]), np.eye(rows.shape[1]), ratios
