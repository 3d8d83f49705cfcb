"""Small clusters folded into their nearest neighbours."""

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

SCHEMA = {
    "category": "str",
    "merged_label": "str",
    "final_label": "str",
    "final_cluster_id": "int64",
    "store_count": "int64",
    "fold_step": "Int64",
    "folded_into": "str",
    "fold_distance": "float64",
}


def fold_small_clusters(
    space: pd.DataFrame, labels: pd.DataFrame, *, settings: dict
) -> pd.DataFrame:
    """Return where each merged label ends up when clusters below the minimum are folded.

    While more than one cluster is left and the smallest has fewer stores than the minimum, the
    smallest moves **whole** into the cluster with the nearest centroid, whose size and centroid
    are then computed anew. Folding the smallest first keeps small neighbours together, which
    may be large enough jointly; moving each small cluster to its nearest large one in a single
    pass recovers planted segments less well (mean ARI 0.75 against 0.79). The label of the
    receiving cluster survives, so a final label still reads as internal_external.

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
        category (above 0, below 1; rounded up).

    Returns
    -------
    DataFrame
        One row per category and ``merged_label``, labels in natural order (2_1 before 10_1):
        ``final_label`` (the surviving label), ``final_cluster_id`` (from 1, the largest final
        cluster first, ties by label), ``store_count`` (stores of the merged label before
        folding), and for a label that was folded ``fold_step`` (from 1 in its category),
        ``folded_into`` (the label it joined in that step, which may be folded later) and
        ``fold_distance`` (Euclidean distance of the two centroids at that step, in units of the
        space); null for a label that was not.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a label is missing, a store has two
        labels, the stores of ``space`` and ``labels`` differ, or the minimum cluster size is
        neither a number nor a share.
    KeyError
        If the setting is missing.

    Notes
    -----
    Squared distances are rounded to 12 decimals. Of equally small clusters the smallest label
    is folded first; of equally near ones the larger receives, then the smallest label. With a
    minimum above the number of stores one cluster is left; with a minimum of 1 nothing moves.

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
    >>> folded = fold_small_clusters(space, labels, settings={"minimum_cluster_size": 2})
    >>> folded[["merged_label", "final_label", "final_cluster_id", "folded_into"]]
      merged_label final_label  final_cluster_id folded_into
    0          1_1         1_1                 1         NaN
    1          1_2         1_1                 1         1_1
    2          2_1         2_1                 2         NaN
    """
    minimum = settings["minimum_cluster_size"]
    check_keys(labels, ["category", "store_id"])
    wide = matrix(space, "dimension")
    _check_same_stores(wide, labels)

    def fold(category, rows):
        own = labels.loc[labels["category"] == category].set_index("store_id")["merged_label"]
        own = own.reindex(rows.index).to_numpy()
        minimum_size = resolve_minimum_size(minimum, len(rows))
        cells = {label: np.flatnonzero(own == label) for label in sorted(set(own), key=natural_key)}
        moves = _fold(rows.to_numpy(), cells, minimum_size)
        table = pd.DataFrame(
            {
                "merged_label": list(cells),
                "final_label": [_follow(label, moves) for label in cells],
                "store_count": [len(members) for members in cells.values()],
            }
        )
        sizes = table.groupby("final_label")["store_count"].sum()
        ranked = sorted(sizes.index, key=lambda label: (-sizes[label], natural_key(label)))
        numbers = {label: number for number, label in enumerate(ranked, start=1)}
        table["final_cluster_id"] = table["final_label"].map(numbers)
        never = (pd.NA, None, np.nan)
        table["fold_step"], table["folded_into"], table["fold_distance"] = zip(
            *(moves.get(label, never) for label in cells), strict=True
        )
        table["category"] = category
        return typed(table, SCHEMA)

    return stack((fold(*item) for item in wide.items()), SCHEMA)


def _fold(rows, cells, minimum_size):
    """Return the moves, label -> (step, receiving label, distance), until none is too small."""
    members = dict(cells)
    centroids = {label: rows[stores].mean(axis=0) for label, stores in members.items()}
    moves = {}
    while len(members) > 1:
        smallest = min(members, key=lambda label: (len(members[label]), natural_key(label)))
        if len(members[smallest]) >= minimum_size:
            break
        leaving, centroid = members.pop(smallest), centroids.pop(smallest)
        squared = {
            label: round(float(((centroid - other) ** 2).sum()), 12)
            for label, other in centroids.items()
        }
        target = min(
            members,
            key=lambda label: (squared[label], -len(members[label]), natural_key(label)),
        )
        moves[smallest] = len(moves) + 1, target, squared[target] ** 0.5
        # Sorted, so that the sum behind the centroid does not depend on who joined when.
        members[target] = np.sort(np.concatenate([members[target], leaving]))
        centroids[target] = rows[members[target]].mean(axis=0)
    return moves


def _follow(label, moves):
    """Return the label that survives at the end of the moves of a label."""
    while label in moves:
        label = moves[label][1]
    return label


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
