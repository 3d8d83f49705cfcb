"""The shortest rules that describe each final cluster, in the units of the data."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from python_ml.categories import for_each_category
from python_ml.frames import check_keys, matrix, stack, typed
from python_ml.wording import number_between, plain_features, plain_number

SCHEMA = {
    "category": "str",
    "final_cluster_id": "int64",
    "rule_number": "int64",
    "rule": "str",
    "precision": "float64",
    "recall": "float64",
    "store_count": "int64",
    "rules_precision": "float64",
    "rules_recall": "float64",
}

MOST_RULES = 3
"""More rules than this for one cluster are no description."""

WORTH_A_LONGER_RULE = 0.03
"""So much must F1 gain before a longer description is taken."""


@dataclass(frozen=True)
class Column:
    """One feature as rules speak of it."""

    words: str
    unit: str
    has_gaps: bool


@dataclass(frozen=True)
class Range:
    """The values of one column that a rule asks for; ``gaps``: not known is enough."""

    low: float = -np.inf
    high: float = np.inf
    gaps: bool = True

    def covers(self, values: np.ndarray) -> np.ndarray:
        """Return which of the values are asked for."""
        inside = (values >= self.low) & (values < self.high)
        return inside | (np.isnan(values) & self.gaps)


def describe_clusters(
    values: pd.DataFrame, members: pd.DataFrame, *, settings: dict, cores: int | None
) -> pd.DataFrame:
    """Return up to three rules per final cluster, with how well they describe it.

    For each cluster two decision trees (CART, Breiman et al. 1984; Gini) tell its stores from all
    others, one where every store and one where both sides have the same weight. Every level of
    a tree is a candidate, with the cell of the best F1 and up to two more, each the one that
    raises F1 most. Of all candidates whose F1 is within 0.03 of the best the one with the
    fewest conditions is taken. A cluster that no rule describes better than none gets the rule
    "every store", whose precision is its share of the stores.

    Parameters
    ----------
    values : DataFrame
        Columns ``category``, ``store_id``, ``dataset``, ``feature``, ``is_share`` (0 to 1, said
        in percent), ``is_used`` (others are left out) and ``value``; one row per value that is
        known.
    members : DataFrame
        Columns ``category``, ``store_id``, ``final_cluster_id``; one row per store.
    settings : dict
        ``rule_depth``: levels of a tree (1 or more), which is the most conditions of a rule.
    cores : int or None
        How many categories may be worked on at once; None for all cores.

    Returns
    -------
    DataFrame
        One row per category, final cluster and rule, the most precise first: ``rule`` (text),
        ``precision`` (the part of the stores that fulfil it which is in the cluster), ``recall``
        (the part of the cluster that fulfils it), ``store_count`` (all stores that fulfil it),
        and the same of all rules of the cluster together: ``rules_precision``, ``rules_recall``.

    Raises
    ------
    ValueError
        If a key is null or occurs twice, or a value is not finite.

    Notes
    -----
    A store whose value is not known goes to the side of a split that serves the tree best; a
    rule that takes it says "or not known". A threshold is the number with the fewest digits
    between the two values that the split separates, so it separates the same stores. Of
    features that separate equally well the seeded tree takes one, always the same; of equally
    short candidates the better goes first, then the one of stores with the same weight, then
    the one of the higher level. Cells of the same F1 are taken in the order of the tree.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     {
    ...         "category": "spirits", "store_id": ["s1", "s2", "s3", "s4"],
    ...         "final_cluster_id": [1, 1, 2, 2],
    ...     }
    ... )
    >>> values = members.assign(
    ...     dataset="internal", feature="rum", is_share=True, is_used=True,
    ...     value=[0.31, 0.2789, 0.08, 0.11],
    ... )
    >>> rules = describe_clusters(values, members, settings={"rule_depth": 3}, cores=1)
    >>> rules[["final_cluster_id", "rule", "precision", "recall"]]
       final_cluster_id                  rule  precision  recall
    0                 1  rum share above 20 %        1.0     1.0
    1                 2  rum share below 20 %        1.0     1.0
    """
    check_keys(members, ["category", "store_id"])
    used = values[values["is_used"].astype(bool)]
    depth = settings["rule_depth"]
    wide = matrix(used.assign(column=_column_key(used)), "column", complete=False)

    def tables():
        for category, own in members.groupby("category", sort=True):
            clusters = own.set_index("store_id")["final_cluster_id"].sort_index()
            rows = wide.get(category, pd.DataFrame()).reindex(clusters.index)
            columns = _columns(used[used["category"] == category], rows)
            scaled = rows.to_numpy(dtype="float64") * [
                100.0 if column.unit else 1.0 for column in columns
            ]
            yield category, scaled, clusters.to_numpy(), columns, depth

    return stack(for_each_category(_of_category, tables(), cores=cores), SCHEMA)


def _column_key(values):
    """Return one name per feature of both datasets, which may use the same one."""
    return values["dataset"] + " " + values["feature"]


def _columns(used, rows):
    """Return how rules speak of the columns of one category."""
    shares = dict(zip(_column_key(used), used["is_share"], strict=True))
    words = {
        f"{dataset} {feature}": text
        for dataset, own in used.groupby("dataset")
        for feature, text in plain_features(sorted(own["feature"].unique())).items()
    }
    gaps = rows.isna().any()
    return [
        Column(
            words[name] + (" share" if shares[name] else ""),
            " %" if shares[name] else "",
            bool(gaps[name]),
        )
        for name in rows.columns
    ]


def _of_category(category, rows, clusters, columns, depth):
    """Return the rules of all clusters of one category."""
    found = []
    for cluster in np.unique(clusters):
        inside = clusters == cluster
        cells = _shortest(_levels(rows, inside, depth), inside)
        covered = np.any([stores for _, stores in cells], axis=0)
        of_all = _quality(covered, inside)
        for number, (ranges, stores) in enumerate(cells, start=1):
            found.append(
                (
                    category, cluster, number, _say(ranges, columns),
                    *_quality(stores, inside), stores.sum(), *of_all,
                )
            )  # fmt: skip
    table = pd.DataFrame(found, columns=list(SCHEMA))
    return typed(table, SCHEMA)


def _levels(rows, inside, depth):
    """Return the cells of every level of both trees, from all stores down."""
    everything = [({}, np.full(len(rows), True), 0)]
    levels = [everything]
    for weights in (None, "balanced") if rows.shape[1] and not inside.all() else ():
        tree = DecisionTreeClassifier(max_depth=depth, class_weight=weights, random_state=0)
        parts = tree.fit(rows, inside).tree_
        level = everything
        while any(parts.children_left[node] >= 0 for _, _, node in level):
            level = [child for cell in level for child in _split(rows, cell, parts)]
            levels.append(level)
    return levels


def _split(rows, cell, parts):
    """Return the two cells that a node of the tree parts a cell into; a leaf stays as it is."""
    ranges, stores, node = cell
    left, right = parts.children_left[node], parts.children_right[node]
    if left < 0:
        return [cell]
    column, gaps_left = parts.feature[node], bool(parts.missing_go_to_left[node])
    values, own = rows[:, column], ranges.get(parts.feature[node], Range())
    known = values[stores & ~np.isnan(values)]
    # the tree compares in single precision, which keeps the order
    is_left = known.astype("float32") <= parts.threshold[node]
    # where all of them are on the left, the split is between known and not known
    cut = np.inf if is_left.all() else number_between(known[is_left].max(), known[~is_left].min())
    halves = (
        (replace(own, high=min(own.high, cut), gaps=own.gaps and gaps_left), left),
        (replace(own, low=max(own.low, cut), gaps=own.gaps and not gaps_left), right),
    )
    return [
        ({**ranges, column: half}, stores & half.covers(values), child) for half, child in halves
    ]


def _shortest(levels, inside):
    """Return the cells that describe the cluster in the fewest conditions, purest first."""
    candidates = []
    for number, level in enumerate(levels):
        left = [(ranges, stores) for ranges, stores, _ in level]
        taken, covered = [], np.full(len(inside), False)
        for _ in range(min(MOST_RULES, len(left))):
            best = max(range(len(left)), key=lambda i: _f1(covered | left[i][1], inside))
            taken = [*taken, left.pop(best)]
            covered = covered | taken[-1][1]
            length = sum(len(ranges) for ranges, _ in taken)
            candidates.append((length, -_f1(covered, inside), number, len(taken), taken))
    best = max(-worth for _, worth, *_ in candidates)
    good = [one for one in candidates if -one[1] >= best - WORTH_A_LONGER_RULE]
    cells = min(good, key=lambda one: one[:4])[-1]
    return sorted(cells, key=lambda cell: [-figure for figure in _quality(cell[1], inside)])


def _f1(stores, inside):
    """Return the harmonic mean of precision and recall: hits through the mean of both sizes."""
    return round(2 * (stores & inside).sum() / (stores.sum() + inside.sum()), 9)


def _quality(stores, inside):
    """Return precision and recall of a rule."""
    hits = (stores & inside).sum()
    return hits / max(stores.sum(), 1), hits / inside.sum()


def _say(ranges, columns):
    """Return the text of a rule."""
    said = [_say_range(columns[column], limits) for column, limits in ranges.items()]
    return " and ".join(said) or "every store"


def _say_range(column, limits):
    low, high = (f"{plain_number(limit)}{column.unit}" for limit in (limits.low, limits.high))
    if limits.low == np.inf:
        return f"{column.words} not known"
    if np.isneginf(limits.low) and np.isposinf(limits.high):
        return f"{column.words} known"
    if np.isneginf(limits.low):
        text = f"{column.words} below {high}"
    elif np.isposinf(limits.high):
        text = f"{column.words} above {low}"
    else:
        text = f"{column.words} between {low} and {high}"
    return text + (" (or not known)" if limits.gaps and column.has_gaps else "")
