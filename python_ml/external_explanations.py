"""What the external features explain of the internal clusters and of the sales mix."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.model_selection import KFold, StratifiedKFold

from python_ml.categories import for_each_category
from python_ml.frames import check_keys, matrix, stack, typed
from python_ml.wording import plain_features

SCHEMA = {
    "category": "str",
    "target": "str",
    "feature": "str",
    "importance": "float64",
    "importance_spread": "float64",
    "rank": "Int64",
    "store_count": "int64",
    "cluster_count": "int64",
    "score": "float64",
    "score_without": "float64",
    "balanced_accuracy": "float64",
    "p_value": "float64",
    "explains": "bool",
    "sentence": "str",
}

TREES = 100
SMALLEST_LEAF = 3
SMALLEST_LEAF_SHARE = 0.02
"""A leaf of a tree has at least so many of the stores that it learns from: with fewer the forest
learns single places by heart, since feeds often say the same of all stores of one place."""

SHUFFLES = 3
"""So often the values of one feature are mixed up in each fold."""

MOST_NUMBERS = 10_000_000
"""So many are in the mixed up copies of a fold that are predicted at once, which is 80 MB."""

FEWEST_STORES = 30
"""With fewer stores no model is tested: its figure would be chance."""

MOST_STORES = 5000
"""Of more stores so many are drawn."""

SIGNIFICANCE = 0.05
"""Better than chance: what chance alone reaches less often than this."""

MOST_IMPORTANT = 3
"""So many features are named in the sentence."""


class Scores(NamedTuple):
    """What one target's models reached, one value per fold."""

    model: np.ndarray
    without: np.ndarray
    balanced: np.ndarray
    drops: np.ndarray
    """Shape (folds, features)."""


def explain_by_external(
    values: pd.DataFrame,
    components: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    settings: dict,
    cores: int | None,
) -> pd.DataFrame:
    """Return how well the external features predict each store's internal cluster and mix.

    Two questions per category, each answered on stores that the model has not seen:

    - ``clusters``: a random forest (Breiman 2001) says the internal cluster. The score is the
      accuracy, and the score without external features the accuracy of naming the largest
      cluster of the stores learnt from.
    - ``mix``: a random forest says the position in the internal space. The score is R squared,
      the part of the variance that it explains; without external features it is 0.

    A model is better than chance if the differences of the two scores, fold by fold, are above
    0 in the corrected resampled t-test (one-sided, 5 %; Nadeau and Bengio 2003), which allows
    for the folds sharing the stores they learn from. The importance of a feature is what the
    score loses when its values are mixed up among the stores to predict (permutation
    importance; Breiman 2001): two features that say the same share it.

    Parameters
    ----------
    values : DataFrame
        Columns ``category``, ``store_id``, ``dataset``, ``feature``, ``is_used``, ``value``;
        one row per value that is known. Rows of the internal side, and of features that the
        clustering did not use, are left out.
    components : DataFrame
        Columns ``category``, ``store_id``, ``component``, ``value``: the internal space.
    labels : DataFrame
        Columns ``category``, ``store_id``, ``internal_cluster_id`` (null for a store without
        one); one row per store.
    settings : dict
        ``external_model`` (False: no model, and the sentence says so), ``folds``, ``repeats``.
    cores : int or None
        How many categories may be worked on at once; None for all cores.

    Returns
    -------
    DataFrame
        Per category and target one row per external feature, the most important first, or one
        without a feature where there is no model: ``importance`` (mean over folds, in points of
        the score), ``importance_spread`` (its standard deviation over folds), ``rank``, and for
        the target as a whole ``store_count``, ``cluster_count`` (of the internal side),
        ``score``, ``score_without``, ``balanced_accuracy`` (mean over the clusters; chance is 1
        through their number; ``clusters`` only), ``p_value``, ``explains`` and ``sentence``.

    Raises
    ------
    ValueError
        If a key is null or occurs twice, or a value is not finite.

    Notes
    -----
    Stores without any external value take no part; single missing values are handled by the
    forest (a split sends them to the side that serves it best). Internal clusters with fewer
    stores than folds are left out. Of more than 5,000 stores so many are drawn. Everything is
    seeded, on rows sorted by store.

    Examples
    --------
    >>> stores = [f"s{number}" for number in range(6)]
    >>> labels = pd.DataFrame(
    ...     {"category": "beer", "store_id": stores, "internal_cluster_id": [1, 1, 1, 2, 2, 2]}
    ... )
    >>> values = pd.DataFrame(
    ...     {
    ...         "category": "beer", "store_id": stores, "dataset": "external",
    ...         "feature": "income", "is_used": True, "value": [1.0, 2.0, 1.5, 8.0, 9.0, 8.5],
    ...     }
    ... )
    >>> components = values[["category", "store_id", "value"]].assign(component=1)
    >>> settings = {"external_model": True, "folds": 2, "repeats": 1}
    >>> found = explain_by_external(values, components, labels, settings=settings, cores=1)
    >>> found["sentence"][0]
    'Not tested: 6 stores have external data and an internal cluster, 30 are needed.'
    """
    check_keys(labels, ["category", "store_id"])
    external = values[(values["dataset"] == "external") & values["is_used"].astype(bool)]
    known, places = matrix(external, "feature", complete=False), matrix(components, "component")

    def tables():
        for category, own in labels.groupby("category", sort=True):
            clusters = own.set_index("store_id")["internal_cluster_id"].dropna().sort_index()
            rows, place = known.get(category), places.get(category)
            yield category, clusters.astype("int64"), rows, place, settings

    return stack(for_each_category(_of_category, tables(), cores=cores), SCHEMA)


def corrected_p_value(differences: np.ndarray, folds: int, step: float) -> float:
    """Return how often chance alone would give differences as far above 0 as these.

    The corrected resampled t-test (Nadeau and Bengio 2003): the variance of the mean is that of
    the differences times 1 / their number + 1 / (folds - 1), the size of a fold through that
    of the rest. A score counts stores, and is no finer than one of them: folds that happen to
    count the same do not make it exact, so that the variance is at least that of rounding.

    Parameters
    ----------
    differences : ndarray of float64, shape (repeats * folds,)
        One per fold.
    folds : int
        Folds of one repeat.
    step : float
        What one store adds to the score of a fold, above 0.

    Returns
    -------
    float
        0 to 1, one-sided; 1 where there is no difference in any fold.

    Examples
    --------
    >>> round(corrected_p_value(np.array([0.1, 0.2, 0.3, 0.2]), 4, 0.1), 4)
    0.0245
    >>> round(corrected_p_value(np.array([0.1, 0.1]), 2, 0.1), 4)
    0.1082
    >>> corrected_p_value(np.zeros(5), 5, 0.1)
    1.0
    """
    if np.abs(differences).max() < 1e-9:
        return 1.0
    variance = max(differences.var(ddof=1), step**2 / 12)
    error = np.sqrt(variance * (1 / len(differences) + 1 / (folds - 1)))
    return float(stats.t.sf(differences.mean() / error, len(differences) - 1))


def _of_category(category, clusters, rows, place, settings):
    """Return both targets of one category."""
    stores, counts = clusters.index, 0
    if rows is not None and place is not None:
        stores = stores.intersection(rows.index).intersection(place.index)
    else:
        stores = stores[:0]
    if len(stores) > MOST_STORES:
        drawn = np.random.default_rng(0).choice(len(stores), MOST_STORES, replace=False)
        stores = stores[np.sort(drawn)]
    counts = clusters.nunique()
    common = {"category": category, "store_count": len(stores), "cluster_count": counts}
    why_not = _why_not(settings, rows, stores)
    found = []
    for target in ("clusters", "mix"):
        own = dict(common, target=target)
        labels = clusters.loc[stores]
        large = labels.map(labels.value_counts()) >= settings["folds"]
        if why_not:
            found.append(_without(own, why_not))
        elif target == "clusters" and clusters.nunique() < 2:
            found.append(_without(own, "There is one internal cluster: nothing to explain."))
        elif target == "clusters" and labels[large].nunique() < 2:
            found.append(
                _without(
                    own,
                    "Not tested: fewer than two internal clusters have the "
                    f"{settings['folds']} stores with external data that are needed.",
                )
            )
        elif target == "clusters":
            kept = stores[large.to_numpy()]
            scores = _cross_validate(
                rows.loc[kept].to_numpy(), clusters.loc[kept].to_numpy(), settings
            )
            found.append(_report(dict(own, store_count=len(kept)), scores, rows.columns, settings))
        else:
            scores = _cross_validate(
                rows.loc[stores].to_numpy(), place.loc[stores].to_numpy(), settings
            )
            found.append(_report(own, scores, rows.columns, settings))
    return stack(found, SCHEMA)


def _why_not(settings, rows, stores):
    """Return why there is no model of a category, or nothing."""
    if not settings["external_model"]:
        return "Not asked for: explanations.external_model is false."
    if rows is None:
        return "Not tested: there are no external features."
    if len(stores) < FEWEST_STORES:
        return (
            f"Not tested: {len(stores)} stores have external data and an internal cluster, "
            f"{FEWEST_STORES} are needed."
        )
    return ""


def _cross_validate(features, target, settings):
    """Return what the forest reaches on the stores that it has not seen, fold by fold."""
    folds, classes = settings["folds"], target.ndim == 1
    splitter = StratifiedKFold if classes else KFold
    scores = []
    for repeat in range(settings["repeats"]):
        parts = splitter(folds, shuffle=True, random_state=repeat)
        for fold, (seen, unseen) in enumerate(parts.split(features, target)):
            forest = _forest(classes, len(seen)).fit(features[seen], target[seen].squeeze())
            generator = np.random.default_rng([repeat, fold])
            scores.append(
                _of_fold(forest, features[unseen], target[seen], target[unseen], generator)
            )
    return Scores(*(np.array(part) for part in zip(*scores, strict=True)))


def _forest(classes, stores):
    """Return a forest that has learnt nothing yet."""
    leaf = max(SMALLEST_LEAF, math.ceil(SMALLEST_LEAF_SHARE * stores))
    options = {
        "n_estimators": TREES, "min_samples_leaf": leaf, "random_state": 0, "n_jobs": 1,
    }  # fmt: skip
    if classes:
        return RandomForestClassifier(**options)
    return RandomForestRegressor(max_features=1 / 3, **options)


def _of_fold(forest, features, seen, unseen, generator):
    """Return the scores of one fold: with the features, without, balanced, and what each adds."""
    mixed = [None, *np.repeat(np.arange(features.shape[1]), SHUFFLES)]
    # many at once: a forest takes its time to start
    at_once = max(1, MOST_NUMBERS // features.size)
    said = np.concatenate(
        [
            _predict(forest, features, mixed[start : start + at_once], generator)
            for start in range(0, len(mixed), at_once)
        ]
    ).reshape(len(mixed), *unseen.shape)
    score = _accuracy if unseen.ndim == 1 else _variance_explained
    model = score(said[0], seen, unseen)
    shuffled = np.array([score(one, seen, unseen) for one in said[1:]])
    drops = model - shuffled.reshape(-1, SHUFFLES).mean(axis=1)
    if unseen.ndim > 1:
        return model, 0.0, np.nan, drops
    names, counts = np.unique(seen, return_counts=True)
    balanced = np.mean([(said[0][unseen == name] == name).mean() for name in np.unique(unseen)])
    return model, (unseen == names[counts.argmax()]).mean(), balanced, drops


def _predict(forest, features, mixed, generator):
    """Return what the forest says of the stores, once for each column that is mixed up, or None."""
    copies = np.tile(features, (len(mixed), 1, 1))
    for copy, column in zip(copies, mixed, strict=True):
        if column is not None:
            copy[:, column] = generator.permutation(copy[:, column])
    return forest.predict(copies.reshape(-1, features.shape[1]))


def _accuracy(said, _seen, unseen):
    return (said == unseen).mean()


def _variance_explained(said, seen, unseen):
    """Return R squared of all columns together, against the mean of the stores learnt from."""
    total = ((unseen - seen.mean(axis=0)) ** 2).sum()
    return 1 - ((unseen - said) ** 2).sum() / total if total > 0 else 0.0


def _report(own, scores, features, settings):
    """Return one row per feature of one target."""
    drops = scores.drops.mean(axis=0)
    order = sorted(range(len(features)), key=lambda i: (-round(drops[i], 9), features[i]))
    folds = settings["folds"]
    step = folds / own["store_count"]
    p_value = corrected_p_value(scores.model - scores.without, folds, step)
    figures = {
        "score": scores.model.mean(),
        "score_without": scores.without.mean(),
        "balanced_accuracy": scores.balanced.mean(),
        "p_value": p_value,
        "explains": p_value < SIGNIFICANCE,
    }
    words = plain_features(features)
    leading = [words[features[i]] for i in order if drops[i] > 0][:MOST_IMPORTANT]
    table = pd.DataFrame(
        {
            "feature": [features[i] for i in order],
            "importance": drops[order],
            "importance_spread": scores.drops.std(axis=0)[order],
            "rank": range(1, len(order) + 1),
        }
    )
    sentence = _say(own["target"], figures, leading)
    return typed(table.assign(**own, **figures, sentence=sentence), SCHEMA)


def _without(own, sentence):
    """Return the row of a target that no model was made for."""
    empty = {name: [np.nan] for name in SCHEMA if SCHEMA[name] == "float64"}
    return typed(
        {**empty, "feature": [None], "rank": [pd.NA], "explains": [False], "sentence": [sentence],
         **{name: [value] for name, value in own.items()}},
        SCHEMA,
    )  # fmt: skip


def _say(target, figures, leading):
    """Return what a planner should know."""
    score, without = (f"{100 * figures[name]:.0f} %" for name in ("score", "score_without"))
    p_value = max(figures["p_value"], 0.001)
    sure = f"p {'<' if p_value == 0.001 else '='} {p_value:.3f}"
    if target == "clusters":
        what = "the internal clusters"
        how = (
            f"they place {score} of unseen stores in the right one, and naming the largest "
            f"places {without}"
        )
    else:
        what = "the sales mix"
        # below 0 the model is worse than naming the mean: no share of anything
        much = score if figures["score"] >= 0.005 else "nothing"
        how = f"of its differences between unseen stores they predict {much}"
    if not figures["explains"]:
        return (
            f"External features do not explain {what}: {how}, which is not better than chance "
            f"({sure})."
        )
    return f"External features explain {what}: {how} ({sure}). {_name_leading(leading)}"


def _name_leading(leading):
    """Return which features count most."""
    if len(leading) < 2:
        return f"What counts is {''.join(leading) or 'all of them together'}."
    return f"What counts most: {', '.join(leading[:-1])} and {leading[-1]}."
