"""What stands in for a missing value, seen from all other values of the store."""

import numpy as np
import pandas as pd
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer
from threadpoolctl import threadpool_limits

from python_ml.frames import matrix, stack, typed
from python_ml.scaling import robust_scales

SCHEMA = {"category": "str", "store_id": "str", "feature": "str", "value": "float64"}


def find_stand_ins(values: pd.DataFrame, *, settings: dict) -> pd.DataFrame:
    """Return a value for each one that is missing, by what the store is like otherwise.

    ``knn`` takes the mean of the nearest stores that have the value, ``iterative`` predicts it
    from all other features by Bayesian ridge regression, feature by feature and round by round
    (van Buuren and Groothuis-Oudshoorn 2011). Both are scikit-learn's, on robust scaled columns:
    otherwise the feature with the largest numbers would decide which stores are near, and when
    the rounds have settled. The stand-ins come back in the unit of the feature.

    Parameters
    ----------
    values : DataFrame
        Columns ``category``, ``store_id``, ``feature``, ``value``; NaN where there is no value.
    settings : dict
        ``method``: anything but ``"knn"`` and ``"iterative"`` gives an empty frame, since the
        other methods need no algorithm; ``neighbours``: how many stores ``knn`` takes the mean
        of; ``iterations``: the most rounds of ``iterative``.

    Returns
    -------
    DataFrame
        One row per missing value, sorted. A feature without a value in any store has none.

    Raises
    ------
    ValueError
        If a key is null or doubled, or a value is infinite.
    KeyError
        If a setting is missing.

    Warns
    -----
    ConvergenceWarning
        By scikit-learn, if ``iterations`` were not enough for the stand-ins to settle.

    Notes
    -----
    A feature with one value gets that value. A store that shares no feature with any other gets
    the mean by ``knn``. A prediction of
    ``iterative`` never leaves the range of what the stores have: a line through few points would
    go anywhere.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {
    ...         "category": "all",
    ...         "store_id": ["s1", "s2", "s3", "s4"] * 2,
    ...         "feature": ["age"] * 4 + ["income"] * 4,
    ...         "value": [20.0, 21.0, 60.0, 61.0, 1000.0, np.nan, 3000.0, 3100.0],
    ...     }
    ... )
    >>> settings = {"method": "knn", "neighbours": 1, "iterations": 10}
    >>> find_stand_ins(values, settings=settings)
      category store_id feature   value
    0      all       s2  income  1000.0
    """
    method, neighbours, iterations = (
        settings[name] for name in ("method", "neighbours", "iterations")
    )
    if method not in ("knn", "iterative"):
        return stack([], SCHEMA)

    def fill(category, wide):
        wide = wide.dropna(axis="columns", how="all")
        missing = wide.isna().to_numpy()
        if not missing.any():
            return stack([], SCHEMA)
        centre, scale = robust_scales(wide.to_numpy())
        varies = scale > 0
        filled = np.zeros(wide.shape)
        if varies.any():
            scaled = (wide.to_numpy()[:, varies] - centre[varies]) / scale[varies]
            if method == "knn":
                filled[:, varies] = KNNImputer(n_neighbors=neighbours).fit_transform(scaled)
            else:
                filled[:, varies] = _predicted(scaled, iterations)
        store, feature = np.nonzero(missing)
        return typed(
            {
                "category": category,
                "store_id": wide.index.to_numpy()[store],
                "feature": wide.columns.to_numpy()[feature],
                "value": (filled * scale + centre)[missing],
            },
            SCHEMA,
        )

    wide = matrix(values, "feature", complete=False)
    with threadpool_limits(limits=1):
        return stack((fill(*item) for item in wide.items()), SCHEMA)


def _predicted(rows, iterations):
    """Return the rows with their gaps predicted from the other columns."""
    imputer = IterativeImputer(
        max_iter=iterations,
        min_value=np.nanmin(rows, axis=0),
        max_value=np.nanmax(rows, axis=0),
        skip_complete=True,
        random_state=0,
    )
    return imputer.fit_transform(rows)
