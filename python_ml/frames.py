"""From long frames to checked, sorted matrices and back to frames of a fixed shape."""

import math
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd


def matrix(long: pd.DataFrame, column: str, *, complete: bool = True) -> dict[str, pd.DataFrame]:
    """Return one wide, sorted frame of numbers per category.

    The store travels as the index and the feature as the column name, so no step has to rely
    on a position. Rows and columns are sorted by name: the order in which a database hands out
    rows changes the result of k-means (same seed, other order: other clusters), and no result
    of this package may depend on it.

    Parameters
    ----------
    long : DataFrame
        Columns ``category``, ``store_id``, ``column`` and ``value``; one row per category,
        store and ``column``, complete: every store of a category has every feature of it.
        Further columns are ignored.
    column : str
        Name of the column to spread: ``feature``, ``component`` or ``dimension``.
    complete : bool
        False where a value may be missing; it is NaN then.

    Returns
    -------
    dict of str to DataFrame
        Categories in sorted order; index ``store_id`` (sorted), columns the sorted values of
        ``column``, dtype float64. Empty for an empty frame.

    Raises
    ------
    ValueError
        If a key is null, or a value is missing (if complete), duplicated or not finite; the
        message names category, store and feature.

    Examples
    --------
    >>> long = pd.DataFrame(
    ...     {
    ...         "category": ["beer", "beer", "beer", "beer"],
    ...         "store_id": ["s2", "s1", "s1", "s2"],
    ...         "feature": ["lager", "lager", "ale", "ale"],
    ...         "value": [4, 3, 1, 2],
    ...     }
    ... )
    >>> matrix(long, "feature")["beer"].to_dict("index")
    {'s1': {'ale': 1.0, 'lager': 3.0}, 's2': {'ale': 2.0, 'lager': 4.0}}
    """
    keys = ["category", "store_id", column]
    check_keys(long, keys)
    long = long[[*keys, "value"]].astype({"value": "float64"})
    accepted = np.isfinite(long["value"]) | (long["value"].isna() & (not complete))
    infinite = long.loc[~accepted, keys]
    if len(infinite):
        raise ValueError(f"{_first(infinite)}: the value is not a finite number")
    return {
        category: _spread(rows, category, column, complete)
        for category, rows in long.groupby("category", sort=True)
    }


def check_keys(frame: pd.DataFrame, keys: list[str]) -> None:
    """Raise ValueError if a key is null or occurs twice, naming the first such row."""
    null = frame.loc[frame[keys].isna().any(axis="columns"), keys]
    if len(null):
        raise ValueError(f"{_first(null)}: a key is null")
    twice = frame.loc[frame.duplicated(keys), keys]
    if len(twice):
        raise ValueError(f"{_first(twice)}: more than one row")


def fitted_mask(category: str, stores: pd.Index, outliers: pd.DataFrame) -> np.ndarray:
    """Return which stores of a category take part in fitting.

    Parameters
    ----------
    category : str
        The category.
    stores : Index
        Its n stores.
    outliers : DataFrame
        Columns ``category``, ``store_id``, ``is_excluded``; one row per store. Rows of other
        stores are ignored.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where the store is not excluded, in the order of ``stores``.

    Raises
    ------
    ValueError
        If a store has no row, two rows or no answer, or if every store is excluded.

    Examples
    --------
    >>> outliers = pd.DataFrame(
    ...     {"category": "beer", "store_id": ["s2", "s1"], "is_excluded": [True, False]}
    ... )
    >>> fitted_mask("beer", pd.Index(["s1", "s2"]), outliers)
    array([ True, False])
    """
    own = outliers.loc[outliers["category"] == category]
    check_keys(own, ["category", "store_id"])
    excluded = own.set_index("store_id")["is_excluded"].reindex(stores)
    unknown = excluded.index[excluded.isna()]
    if len(unknown):
        raise ValueError(
            f"category {category!r}, store_id {min(unknown)!r}: "
            "the outlier frame does not say whether the store is excluded"
        )
    mask = ~excluded.astype("bool").to_numpy()
    if not mask.any():
        raise ValueError(
            f"category {category!r}: all {len(mask)} stores are excluded from fitting, "
            "so nothing is left to learn from"
        )
    return mask


def resolve_minimum_size(minimum: float, stores: int) -> int:
    """Return the smallest allowed cluster in stores.

    Parameters
    ----------
    minimum : int or float
        A number of stores (1 or more), or a share of the stores (above 0, below 1).
    stores : int
        All stores of the category.

    Returns
    -------
    int
        The number of stores; a share is rounded up to a whole store.

    Raises
    ------
    ValueError
        If ``minimum`` is neither a whole number of stores nor a share.

    Examples
    --------
    >>> resolve_minimum_size(20, 300), resolve_minimum_size(0.05, 301)
    (20, 16)
    """
    if 0 < minimum < 1:
        # 0.07 * 100 is 7.000000000000001 in floating point and has to stay 7 stores.
        return math.ceil(minimum * stores - 1e-9)
    if minimum >= 1 and float(minimum).is_integer():
        return int(minimum)
    raise ValueError(
        f"minimum cluster size {minimum!r}: "
        "give a whole number of stores (1 or more) or a share between 0 and 1"
    )


def natural_key(text: str) -> tuple:
    """Return a sort key that reads digits as numbers, so that 2_1 comes before 10_1.

    Examples
    --------
    >>> sorted(["10_1", "2_1", "2_10", "2_9"], key=natural_key)
    ['2_1', '2_9', '2_10', '10_1']
    """
    parts = re.split(r"([0-9]+)", text)
    return [int(part) if part.isdecimal() else part for part in parts], text


def typed(columns: dict, schema: dict[str, str]) -> pd.DataFrame:
    """Return a frame with exactly the columns and dtypes of the schema.

    Examples
    --------
    >>> typed({"k": [1], "category": "beer"}, {"category": "str", "k": "int64"})
      category  k
    0     beer  1
    """
    return pd.DataFrame(columns)[list(schema)].astype(schema)


def stack(frames: Iterable[pd.DataFrame], schema: dict[str, str]) -> pd.DataFrame:
    """Return the frames of all categories as one; without any, an empty frame of the schema."""
    frames = list(frames)
    if not frames:
        return typed({name: [] for name in schema}, schema)
    return pd.concat(frames, ignore_index=True)


def _spread(rows, category, column, complete):
    """Turn the rows of one category into a store x feature frame, without gaps if complete."""
    wide = rows.pivot(index="store_id", columns=column, values="value")
    wide = wide.sort_index(axis="index").sort_index(axis="columns")
    gaps = wide.isna().to_numpy()
    if complete and gaps.any():
        store, feature = np.argwhere(gaps)[0]
        raise ValueError(
            f"category {category!r}, store_id {wide.index.tolist()[store]!r}, "
            f"{column} {wide.columns.tolist()[feature]!r}: the value is missing"
        )
    return wide


def _first(rows):
    """Name the first row in sorted order, whatever the order of the frame."""
    rows = rows.sort_values(list(rows.columns))
    return ", ".join(f"{name} {rows[name].tolist()[0]!r}" for name in rows.columns)
