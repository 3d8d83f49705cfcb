"""Features that say the same as another one."""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from python_ml.frames import matrix, stack, typed

SCHEMA = {"category": "str", "feature": "str", "partner": "str", "correlation": "float64"}
LEAST_STORES = 3


def drop_correlated(
    values: pd.DataFrame, candidates: pd.DataFrame, *, settings: dict
) -> pd.DataFrame:
    """Return the features that are left out because a feature that stays says the same.

    Two features that move together count double in every distance. Of such a pair the one with
    less variance goes. Features are gone through from the largest variance to the smallest (ties
    by name), and one goes only because of a feature that stays: in a chain a - b - c, where a and
    c differ, b goes because of a, and c stays.

    Variances are compared as they are, in the square of each feature's unit. Shares have one
    unit; features in other units are ordered by it, so that of an area in square feet and the
    same in square metres the first stays. As both say the same, little depends on the choice.

    Parameters
    ----------
    values : DataFrame
        Columns ``category``, ``store_id``, ``feature``, ``value``; NaN where there is no value.
    candidates : DataFrame
        Columns ``category``, ``feature``, ``variance``, ``unused_reason``; a feature takes part
        where the last is missing.
    settings : dict
        ``maximum_correlation``: the absolute Pearson correlation up to which both features stay
        (0 to 1); None gives an empty frame.

    Returns
    -------
    DataFrame
        One row per feature that goes, sorted: ``partner`` (the feature that stays in its place,
        the most correlated if there are several), ``correlation`` (-1 to 1, rounded to 12
        decimals so that a tie is a tie on every machine).

    Raises
    ------
    ValueError
        If a key is null or doubled, or a value is infinite.
    KeyError
        If the setting is missing.

    Notes
    -----
    The correlation is taken over the stores that have both values; over fewer than three it says
    nothing, since two points always lie on a line.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {
    ...         "category": "all",
    ...         "store_id": ["s1", "s2", "s3", "s4"] * 2,
    ...         "feature": ["people"] * 4 + ["flats"] * 4,
    ...         "value": [10.0, 20.0, 30.0, 40.0, 5.0, 10.0, 15.0, 21.0],
    ...     }
    ... )
    >>> candidates = pd.DataFrame(
    ...     {
    ...         "category": "all", "feature": ["people", "flats"],
    ...         "variance": [125.0, 34.7], "unused_reason": [None, None],
    ...     }
    ... )
    >>> drop_correlated(values, candidates, settings={"maximum_correlation": 0.9}).round(3)
      category feature partner  correlation
    0      all   flats  people        0.999
    """
    most = settings["maximum_correlation"]
    if most is None:
        return stack([], SCHEMA)
    candidates = candidates[candidates["unused_reason"].isna()]
    values = values.merge(candidates[["category", "feature"]], on=["category", "feature"])
    variances = {
        # Rounded: a share and 1 minus that share vary alike, but for the last digit.
        (category, feature): float(f"{variance:.12g}")
        for category, feature, variance in zip(
            candidates["category"], candidates["feature"], candidates["variance"], strict=True
        )
    }

    def drop(category, wide):
        order = sorted(wide.columns, key=lambda name: (-variances[category, name], name))
        gone = _dropped(_correlations(wide[order].to_numpy()), most)
        return typed(
            {
                "category": [category] * len(gone),
                "feature": [order[feature] for feature, _, _ in gone],
                "partner": [order[partner] for _, partner, _ in gone],
                "correlation": [correlation for _, _, correlation in gone],
            },
            SCHEMA,
        ).sort_values("feature", ignore_index=True)

    wide = matrix(values, "feature", complete=False)
    with threadpool_limits(limits=1):
        return stack((drop(*item) for item in wide.items()), SCHEMA)


def _correlations(rows):
    """Return the Pearson correlation of each pair of columns over the rows that have both."""
    there = np.isfinite(rows)
    scale = np.nanstd(rows, axis=0)
    rows = (rows - np.nanmean(rows, axis=0)) / np.where(scale > 0, scale, 1.0)
    there, rows = there.astype("float64"), np.where(there, rows, 0.0)
    count = there.T @ there
    with np.errstate(divide="ignore", invalid="ignore"):
        # Sums, squares and products of one column over the rows that the other one has, too.
        sums, squares = rows.T @ there, (rows**2).T @ there
        spreads = squares - sums**2 / count
        products = rows.T @ rows - sums * sums.T / count
        correlations = products / np.sqrt(spreads * spreads.T)
    # A rest of rounding is no spread.
    flat = spreads <= 1e-12 * np.maximum(squares, 1e-12)
    correlations[flat | flat.T | (count < LEAST_STORES)] = 0.0
    return np.clip(np.round(correlations, 12), -1.0, 1.0)


def _dropped(correlations, most):
    """Return (dropped, partner, correlation) of columns in order, the strongest first."""
    kept, gone = [], []
    for column, row in enumerate(correlations):
        strengths = np.abs(row[kept])
        if len(kept) and strengths.max() > most:
            partner = kept[int(strengths.argmax())]
            gone.append((column, partner, row[partner]))
        else:
            kept.append(column)
    return gone
