"""Fewer, uncorrelated columns: the loadings by which features become components."""

import numpy as np
import pandas as pd
from sklearn.decomposition import IncrementalPCA
from sklearn.metrics.pairwise import rbf_kernel

from python_ml.categories import for_each_category
from python_ml.frames import fitted_mask, matrix, stack, typed

SCHEMA = {
    "category": "str",
    "component": "int64",
    "feature": "str",
    "centre": "float64",
    "loading": "float64",
    "explained_variance_ratio": "float64",
}

METHODS = ("none", "pca", "incremental_pca", "kernel_pca")

BATCH_ROWS = 5_000
"""So many stores at once are looked at by the incremental method."""


def fit_reduction(
    values: pd.DataFrame,
    outliers: pd.DataFrame,
    landmarks: pd.DataFrame,
    *,
    settings: dict,
    cores: int | None = 1,
) -> pd.DataFrame:
    """Return the loadings that turn the features of a store into its components.

    A component of a store is ``sum((value - centre) * loading)`` over the features, so the
    frame is the whole model: any SQL engine scores old and new stores from it.

    Components are kept as they are, without whitening: dividing each by its spread lifts noise
    to the rank of structure (mean ARI 0.91 falls to 0.43), while the share of variance kept,
    from 0.7 to 0.99, hardly matters. The sign, which no decomposition settles, is fixed: the
    largest loading is positive.

    ``none``
        Component i is the i-th feature by name, unchanged.
    ``pca``
        Principal components by a full SVD.
    ``incremental_pca``
        Principal components by one SVD after another, each of the components so far and the
        next `BATCH_ROWS` stores (Ross, Lim, Lin and Yang 2008): never more than a batch is
        decomposed. What does not make it into ``maximum_components`` is forgotten on the way,
        so that the last of them are not quite those of ``pca``.
    ``kernel_pca``
        Principal components of what the RBF kernel makes of the features (Schölkopf, Smola and
        Müller 1998), seen through the landmarks (Nyström approximation, Williams and Seeger
        2001): exact if all different stores are landmarks. In the place of the features are the
        landmarks: the value of a store is its likeness to each.

    Parameters
    ----------
    values : DataFrame
        Columns ``category``, ``store_id``, ``feature``, ``value``; complete per category.
    outliers : DataFrame
        Columns ``category``, ``store_id``, ``is_excluded``; excluded stores are not looked at.
    landmarks : DataFrame
        What `choose_landmarks` returns for the same settings.
    settings : dict
        ``method``: one of the above; ``explained_variance``: share of the variance to reach
        (above 0, up to 1) with as few components as possible; ``maximum_components``: keep no
        more than these. The last two do not concern ``none``.
    cores : int or None
        How many categories are worked on at once, as in `for_each_category`.

    Returns
    -------
    DataFrame
        One row per category, component (from 1) and feature (or landmark), sorted: ``centre``
        (unit of the value), ``loading`` (without unit; the squares of a component sum to 1,
        unless its features are landmarks), ``explained_variance_ratio`` (of the component;
        repeated on each of its features).

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
    >>> nobody = pd.DataFrame(columns=["category", "landmark", "feature", "value", "gamma"])
    >>> settings = {"method": "pca", "explained_variance": 0.9, "maximum_components": 30}
    >>> fit_reduction(values, outliers, nobody, settings=settings).round(3)
      category  component feature  centre  loading  explained_variance_ratio
    0     beer          1     ale     2.0    0.447                       1.0
    1     beer          1   lager    12.0    0.894                       1.0
    """
    method, share, most = (
        settings[name] for name in ("method", "explained_variance", "maximum_components")
    )
    if method not in METHODS:
        raise ValueError(f"reduction method {method!r}: choose one of {', '.join(METHODS)}")

    def fit(category, rows, names, own_landmarks):
        if method == "kernel_pca":
            points = own_landmarks.pivot(index="landmark", columns="feature", values="value")
            gamma = own_landmarks["gamma"].iloc[0]
            centre, loadings, ratios = _kernel_components(
                rows, points[names].to_numpy(), gamma, share, most
            )
            names = points.index.to_numpy()
        elif method == "none":
            centre, loadings, ratios = _unchanged(rows)
        else:
            find = _principal_components if method == "pca" else _incremental_components
            centre, loadings, ratios = find(rows, share, most)
        components, features = loadings.shape
        return typed(
            {
                "category": category,
                "component": np.repeat(np.arange(1, components + 1), features),
                "feature": np.tile(names, components),
                "centre": np.tile(centre, components),
                "loading": loadings.ravel(),
                "explained_variance_ratio": np.repeat(ratios, features),
            },
            SCHEMA,
        )

    def items():
        for category, wide in matrix(values, "feature").items():
            rows = wide.to_numpy()[fitted_mask(category, wide.index, outliers)]
            own = landmarks[landmarks["category"] == category]
            yield category, rows, wide.columns.to_numpy(), own

    return stack(for_each_category(fit, items(), cores=cores), SCHEMA)


def _principal_components(rows, share, most):
    """Return centre (p,), loadings (c, p) and shares of variance (c,) of the rows."""
    centre = rows.mean(axis=0)
    _, lengths, directions = np.linalg.svd(rows - centre, full_matrices=False)
    if lengths[0] <= _noise(rows):
        return centre, np.eye(1, rows.shape[1]), np.zeros(1)
    ratios = lengths**2 / (lengths**2).sum()
    kept = _enough(ratios, share, most)
    return centre, _signed(directions[:kept]), ratios[:kept]


def _incremental_components(rows, share, most):
    """Return the same, from no more than a batch of rows at once."""
    width = min(most, *rows.shape, BATCH_ROWS)
    with np.errstate(invalid="ignore"):  # shares of no variance, which are not looked at
        pca = IncrementalPCA(width, batch_size=BATCH_ROWS).fit(rows)
    if pca.singular_values_[0] <= _noise(rows):
        return pca.mean_, np.eye(1, rows.shape[1]), np.zeros(1)
    varies = pca.singular_values_ > _noise(rows)
    ratios = pca.explained_variance_ratio_[varies]
    kept = _enough(ratios, share, most)
    return pca.mean_, _signed(pca.components_[:kept]), ratios[:kept]


def _kernel_components(rows, landmarks, gamma, share, most):
    """Return centre and loadings of the likenesses to m landmarks, (m,) and (c, m), and shares."""
    likeness = rbf_kernel(rows, landmarks, gamma=gamma)
    # The features that the kernel stands for, in an orthonormal basis that the landmarks span.
    strengths, vectors = np.linalg.eigh(rbf_kernel(landmarks, gamma=gamma))
    spanned = strengths > len(strengths) * np.finfo(float).eps * strengths[-1]
    basis = vectors[:, spanned] / np.sqrt(strengths[spanned])
    _, directions, ratios = _principal_components(likeness @ basis, share, most)
    return likeness.mean(axis=0), _signed(directions @ basis.T), ratios


def _unchanged(rows):
    """Return centre, loadings and shares of variance that leave the rows as they are."""
    variances = np.where(np.ptp(rows, axis=0) > 0, rows.var(axis=0), 0.0)
    total = variances.sum()
    ratios = variances / total if total > 0 else variances
    return np.zeros(rows.shape[1]), np.eye(rows.shape[1]), ratios


def _noise(rows):
    """Return the length up to which a direction is only what rounding left."""
    return max(rows.shape) * np.finfo(float).eps * np.abs(rows).max()


def _enough(ratios, share, most):
    """Return how many components reach the share of the variance, or else the most there may be."""
    return min(int((np.cumsum(ratios) < share - 1e-12).sum()) + 1, most, len(ratios))


def _signed(loadings):
    """Turn each row so that its largest entry is positive."""
    # Rounded, so that equal loadings tie and the first feature by name decides.
    size = np.abs(loadings) / np.abs(loadings).max(axis=1, keepdims=True)
    largest = np.round(size, 9).argmax(axis=1)
    signs = np.sign(loadings[np.arange(len(loadings)), largest])
    return loadings * signs[:, None] + 0.0
