"""Where stores stand on a map of their features: for eyes, not for clustering."""

import hashlib

import numpy as np
import pandas as pd
from sklearn.manifold import TSNE

from python_ml.categories import for_each_category
from python_ml.frames import matrix, stack, typed

SCHEMA = {
    "category": "str",
    "method": "str",
    "store_id": "str",
    "x": "float64",
    "y": "float64",
    "z": "Float64",
}

AXES = 3
"""Principal components that are kept: what a figure can show."""

ITERATIONS = 500
"""Of t-SNE: neighbourhoods of 120 to 1,000 stores were kept as well as after 1,000."""

FEWEST_STORES = 5
"""With fewer stores there are no neighbourhoods for t-SNE to keep."""


def project_stores(
    positions: pd.DataFrame, column: str, *, settings: dict, cores: int | None = 1
) -> pd.DataFrame:
    """Return the stores of every category in three principal components, and in two of t-SNE.

    Parameters
    ----------
    positions : DataFrame
        Columns ``category``, ``store_id``, ``column``, ``value``; complete per category.
    column : str
        The column that names the dimensions.
    settings : dict
        Section ``projections``: ``tsne_stores`` (so many stores of a category at most, 0 for no
        t-SNE; of more, those whose id has the lowest hash) and ``perplexity`` (how many neighbours
        of a store count; at most a third of the other stores).
    cores : int or None
        How many categories are worked on at once, as in `for_each_category`.

    Returns
    -------
    DataFrame
        One row per category, ``method`` and store, sorted:

        - ``pca``: the first three principal components, in the unit of the values; the largest
          loading of each is positive. 0 on an axis along which the stores do not vary.
        - ``tsne`` (van der Maaten and Hinton 2008; Barnes-Hut, started from the principal
          components): neighbours stay neighbours; distances between groups and the axes have no
          meaning. ``z`` is null. No rows for a category with fewer than five stores.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite.
    KeyError
        If a setting is missing.

    Examples
    --------
    >>> positions = pd.DataFrame(
    ...     {
    ...         "category": "beer", "store_id": ["s1", "s2", "s3"], "component": 1,
    ...         "value": [1.0, 2.0, 6.0],
    ...     }
    ... )
    >>> settings = {"tsne_stores": 1000, "perplexity": 30}
    >>> project_stores(positions, "component", settings=settings)
      category method store_id    x    y    z
    0     beer    pca       s1 -2.0  0.0  0.0
    1     beer    pca       s2 -1.0  0.0  0.0
    2     beer    pca       s3  3.0  0.0  0.0
    """
    most, perplexity = settings["tsne_stores"], settings["perplexity"]

    def project(category, rows, stores):
        methods = {"pca": (stores, _principal_components(rows))}
        sampled = _sample(stores, most)
        if len(sampled) >= FEWEST_STORES:
            methods["tsne"] = (stores[sampled], _neighbourhoods(rows[sampled], perplexity))
        return stack(
            (
                typed(
                    {
                        "category": category,
                        "method": method,
                        "store_id": names,
                        "x": placed[:, 0],
                        "y": placed[:, 1],
                        "z": placed[:, 2] if placed.shape[1] > 2 else pd.NA,
                    },
                    SCHEMA,
                )
                for method, (names, placed) in methods.items()
            ),
            SCHEMA,
        )

    items = (
        (category, wide.to_numpy(), wide.index.to_numpy())
        for category, wide in matrix(positions, column).items()
    )
    return stack(for_each_category(project, items, cores=cores), SCHEMA)


def _principal_components(rows):
    """Return the first axes, of a settled sign."""
    placed = np.zeros((len(rows), AXES))
    wanted = min(AXES, *rows.shape)
    centred = rows - rows.mean(axis=0)
    loadings = np.linalg.svd(centred, full_matrices=False)[2][:wanted]
    largest = np.abs(loadings).round(9).argmax(axis=1)
    signs = np.where(loadings[np.arange(wanted), largest] < 0, -1.0, 1.0)
    placed[:, :wanted] = centred @ loadings.T * signs
    return placed + 0.0


def _sample(stores, most):
    """Return the sorted positions of the stores whose id has the lowest hash."""
    hashes = [hashlib.md5(store.encode(), usedforsecurity=False).hexdigest() for store in stores]
    return np.sort(np.argsort(np.array(hashes, dtype=str), kind="stable")[:most])


def _neighbourhoods(rows, perplexity):
    """Return the two axes of t-SNE."""
    if (rows == rows[0]).all():
        return np.zeros((len(rows), 2))
    # the first axes would be too few to start from where there is one dimension
    start = _principal_components(rows)[:, :2]
    start = start / start[:, 0].std() * 1e-4
    # nothing is drawn by chance once the start is given
    model = TSNE(
        perplexity=min(perplexity, (len(rows) - 1) / 3), init=start, max_iter=ITERATIONS, n_jobs=1
    )
    return model.fit_transform(rows).astype("float64")
