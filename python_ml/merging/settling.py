"""Where every store ends when small clusters are dissolved, why, and by which steps."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from python_ml.frames import (
    check_keys,
    matrix,
    natural_key,
    resolve_minimum_size,
    stack,
    typed,
)
from python_ml.merging.cells import Cells, Outcome, after, split_value
from python_ml.merging.folding import fold_small, fold_to
from python_ml.merging.reassigning import store_by_store, to_nearest_large
from python_ml.merging.sizes import bound_sizes, resolve_maximum_size

SCHEMA = {
    "category": "str",
    "store_id": "str",
    "merged_label": "str",
    "settled_label": "str",
    "reason": "str",
    "note": "str",
    "merge_step": "Int64",
    "merge_mode": "str",
    "merged_into": "str",
    "merge_distance": "float64",
    "from_store_count": "Int64",
    "to_store_count": "Int64",
    "moved_store_count": "Int64",
}

ALONE = "kept: the category has no other cluster"
"""Why a cluster that is the only one may be small."""


def settle_small_clusters(
    space: pd.DataFrame, labels: pd.DataFrame, *, settings: dict
) -> pd.DataFrame:
    """Return where each store ends up when clusters below the minimum are dissolved.

    The label of the receiving cluster survives, so a settled label still reads as what it was.
    Labels that carry a value they are split by ("1_2/North") only join those of the same value,
    and the settings hold for each value, but that shares are those of the whole category.

    Parameters
    ----------
    space : DataFrame
        Columns ``category``, ``store_id``, ``dimension``, ``value``: the joint space of
        internal and external components, each side with a total variance equal to its weight,
        so that the wider one does not outvote the other. Complete per category.
    labels : DataFrame
        Columns ``category``, ``store_id``, ``merged_label``; one row per store of ``space``.
    settings : dict
        ``minimum_cluster_size``: in stores (1 or more), or as a share of the stores of the
        category (above 0, below 1; rounded up);
        ``small_clusters``: ``fold`` (see `fold_small`), ``nearest_large`` (`to_nearest_large`),
        ``per_store`` (`store_by_store`) or ``size`` (`bound_sizes`);
        ``maximum_distance``: a cluster, or under ``per_store`` a store, farther from the one it
        would join stays; in units of the space, None for no limit; ``size`` knows none;
        ``maximum_clusters``: then the smallest cluster is folded, however far, until no more
        than these are left; None for no limit;
        ``maximum_cluster_size``: only for ``size``, as the minimum, a share rounded down; None
        for no limit.

    Returns
    -------
    DataFrame
        One row per category and store, sorted: ``merged_label``, ``settled_label``, ``reason``
        (why it has another label; empty if it has not), ``note`` (why its cluster is small all
        the same; empty if it is not). If the stores of the merged label went to another cluster
        at once, the log of that: ``merge_step`` (from 1 in its category), ``merge_mode`` (the
        setting, or ``maximum_clusters``), ``merged_into`` (which may be dissolved later),
        ``merge_distance`` (Euclidean, of the two centroids before the step), the sizes of both
        before the step and the number of stores that went; null for a store that did not go.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a label is missing, a store has two
        labels, the stores of ``space`` and ``labels`` differ, the minimum cluster size is
        neither a number nor a share, or ``size`` has no solution.
    KeyError
        If a setting is missing.

    Notes
    -----
    Squared distances are rounded to 12 decimals. Of equally small clusters the smallest label
    goes first; of equally near ones the larger receives, then the smallest label.

    Examples
    --------
    >>> stores = ["s1", "s2", "s3", "s4", "s5"]
    >>> space = pd.DataFrame(
    ...     {
    ...         "category": "beer", "store_id": stores, "dimension": "size",
    ...         "value": [0.0, 0.2, 0.5, 3.0, 3.2],
    ...     }
    ... )
    >>> labels = pd.DataFrame(
    ...     {
    ...         "category": "beer", "store_id": stores,
    ...         "merged_label": ["1_1", "1_1", "1_2", "2_1", "2_1"],
    ...     }
    ... )
    >>> settings = {
    ...     "minimum_cluster_size": 2, "small_clusters": "fold", "maximum_distance": None,
    ...     "maximum_clusters": None, "maximum_cluster_size": None,
    ... }
    >>> settled = settle_small_clusters(space, labels, settings=settings)
    >>> settled[["store_id", "merged_label", "settled_label", "reason"]]
      store_id merged_label settled_label                               reason
    0       s1          1_1           1_1                                  NaN
    1       s2          1_1           1_1                                  NaN
    2       s3          1_2           1_1  its cluster was too small (1 store)
    3       s4          2_1           2_1                                  NaN
    4       s5          2_1           2_1                                  NaN
    """
    check_keys(labels, ["category", "store_id"])
    wide = matrix(space, "dimension")
    _check_same_stores(wide, labels)
    return stack(
        (_settle(category, rows, labels, settings) for category, rows in wide.items()), SCHEMA
    )


def _settle(category, wide, labels, settings):
    """Return the rows of one category; what it is split by, each value for itself."""
    own = labels.loc[labels["category"] == category].set_index("store_id")["merged_label"]
    own = own.reindex(wide.index)
    minimum, maximum = settings["minimum_cluster_size"], settings["maximum_cluster_size"]
    in_stores = {
        "minimum_cluster_size": resolve_minimum_size(minimum, len(wide)),
        "maximum_cluster_size": maximum and resolve_maximum_size(maximum, len(wide)),
    }
    values = own.map(split_value).to_numpy()
    tables, steps = [], 0
    for value in sorted(set(values)):
        here = values == value
        table = _settle_value(
            category, wide[here], own[here].to_numpy(), value, settings | in_stores
        )
        table["merge_step"] += steps
        steps = table["merge_step"].max() if table["merge_step"].notna().any() else steps
        tables.append(table)
    return pd.concat(tables).sort_values("store_id", ignore_index=True)


def _settle_value(category, wide, own, value, settings):
    """Return the rows of the stores of one category and value."""
    rows = wide.to_numpy()
    cells = {label: np.flatnonzero(own == label) for label in sorted(set(own), key=natural_key)}
    minimum = settings["minimum_cluster_size"]
    try:
        outcome = _dissolve(rows, cells, minimum, settings)
    except ValueError as error:
        of_value = f", stores of {value!r}" if value else ""
        raise ValueError(f"category {category!r}{of_value}: {error}") from None
    merges = list(outcome.merges)
    if settings["maximum_clusters"] is not None:
        left = after(cells, merges)
        in_order = {label: left[label] for label in cells if label in left}
        steps = max((merge.step for merge in merges), default=0)
        merges += fold_to(rows, in_order, most=settings["maximum_clusters"], steps=steps)
    settled, went = own.copy(), np.full(len(own), -1)
    for number, merge in enumerate(merges):
        settled[merge.stores] = merge.target
        went[merge.stores[own[merge.stores] == merge.source]] = number
    log = _log(merges, went)
    return typed(
        {
            "category": category,
            "store_id": wide.index.to_numpy(),
            "merged_label": own,
            "settled_label": settled,
            "reason": _reasons(own, settled, log["merge_mode"], cells, minimum, settings),
            "note": _notes(settled, minimum, outcome.notes, value),
        }
        | log,
        SCHEMA,
    )


def _log(merges, went):
    """Return the columns of the log: the merge in which each store left the label it had."""
    never = (None, None, None, np.nan, None, None, None)
    entries = [
        (
            merge.step,
            merge.mode,
            merge.target,
            merge.distance,
            merge.source_size,
            merge.target_size,
            len(merge.stores),
        )
        for merge in merges
    ]
    columns = zip(*(entries[number] if number >= 0 else never for number in went), strict=True)
    names = list(SCHEMA)[list(SCHEMA).index("merge_step") :]
    return {
        name: pd.array(values, dtype=SCHEMA[name])
        for name, values in zip(names, columns, strict=True)
    }


def _dissolve(rows, cells, minimum, settings) -> Outcome:
    """Dissolve the small clusters of one category in the way that is set."""
    mode, limit = settings["small_clusters"], settings["maximum_distance"]
    if mode == "size":
        maximum = settings["maximum_cluster_size"]
        return bound_sizes(
            rows,
            cells,
            minimum=minimum,
            maximum=maximum,
            most=settings["maximum_clusters"],
        )
    return MODES[mode](rows, cells, minimum=minimum, limit=limit)


MODES: dict[str, Callable[..., Outcome]] = {
    "fold": fold_small,
    "nearest_large": to_nearest_large,
    "per_store": store_by_store,
}


def _reasons(own, settled, modes, cells: Cells, minimum, settings):
    """Return why each store has another label than it had."""
    reasons, left = [], set(settled)
    for before, now, mode in zip(own, settled, modes, strict=True):
        size = len(cells[before])
        if before == now:
            reasons.append(None)
        elif size < minimum and mode != "maximum_clusters":
            stores = "store" if size == 1 else "stores"
            reasons.append(f"its cluster was too small ({size} {stores})")
        elif before in left and settings["maximum_cluster_size"] is not None:
            reasons.append("clusters were brought to a size within the minimum and the maximum")
        elif before in left:
            reasons.append("clusters were brought to the minimum size")
        else:
            reasons.append(
                f"there were more clusters than the maximum ({settings['maximum_clusters']})"
            )
    return reasons


def _notes(settled, minimum, notes, value):
    """Return why the cluster of each store is below the minimum, if it is."""
    names, sizes = np.unique(settled.astype(str), return_counts=True)
    small = {name for name, size in zip(names, sizes, strict=True) if size < minimum}
    if len(names) == 1:
        alone = f"kept: there is no other cluster of {value!r}" if value else ALONE
        notes = {names[0]: alone}
    return [notes[label] if label in small else None for label in settled]


def _check_same_stores(wide, labels):
    """Raise ValueError if a label is null or the labelled stores are not those of the space."""
    null = labels.loc[labels["merged_label"].isna(), ["category", "store_id"]]
    if len(null):
        category, store = min(null.itertuples(index=False, name=None))
        raise ValueError(f"category {category!r}, store_id {store!r}: the merged label is null")
    placed = {(category, store) for category, rows in wide.items() for store in rows.index}
    labelled = set(labels[["category", "store_id"]].itertuples(index=False, name=None))
    for missing, where in ((placed - labelled, "labels"), (labelled - placed, "space")):
        if missing:
            category, store = min(missing)
            raise ValueError(
                f"category {category!r}, store_id {store!r}: not in the {where}; both frames "
                "need the same stores"
            )
