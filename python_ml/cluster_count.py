"""How many clusters: every candidate scored, one chosen, each with its reason."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    pairwise_distances_chunked,
)
from threadpoolctl import threadpool_limits

from python_ml.algorithms import count_distinct, fit_counts
from python_ml.algorithms.kmeans import fit_kmeans
from python_ml.frames import fitted_mask, matrix, resolve_minimum_size, stack, typed

SCHEMA = {
    "category": "str",
    "k": "int64",
    "silhouette": "float64",
    "calinski_harabasz": "float64",
    "davies_bouldin": "float64",
    "inertia": "float64",
    "stability": "float64",
    "smallest_cluster": "int64",
    "is_valid": "bool",
    "is_chosen": "bool",
    "reason": "str",
}

RULES = {"silhouette": 1, "calinski_harabasz": 1, "davies_bouldin": -1, "stability": 1}
"""The scores a rule may follow: 1 where more is better, -1 where less is."""

SILHOUETTE_STORES = 10_000
"""Above this many fitted stores the silhouette looks at one fixed sample of this size."""

RESAMPLE_STORES = 5_000
"""A bootstrap resample holds as many stores as were fitted, but not more than this."""

RESAMPLE_WARD_ROWS = 1_000
RESAMPLE_STARTS = 1


def score_cluster_counts(
    components: pd.DataFrame, outliers: pd.DataFrame, *, settings: dict
) -> pd.DataFrame:
    """Return the scores of every candidate number of clusters, and the one chosen.

    Only candidates whose smallest cluster is large enough can be chosen: one stray store made
    silhouette and others choose 10 clusters instead of 9. Scores say which candidate is best,
    never whether there is any structure at all; that is what ``stability`` tells: at least 0.75
    is stable, 0.6 to 0.75 doubtful, and below 0.6 there is no reliable structure (bands of
    Hennig's clusterboot).

    Parameters
    ----------
    components : DataFrame
        Columns ``category``, ``store_id``, ``component``, ``value``; complete per category.
    outliers : DataFrame
        Columns ``category``, ``store_id``, ``is_excluded``; excluded stores are not fitted, but
        count in the clusters nearest to them.
    settings : dict
        ``fixed``: None, or the number of clusters to choose whatever its scores (at most as
        many as the fitted stores have distinct rows);
        ``minimum``, ``maximum``: the candidates; 1 is always one of them, and no candidate is
        larger than the number of distinct rows of the fitted stores;
        ``rule``: the score that decides, ``"silhouette"``, ``"calinski_harabasz"``,
        ``"davies_bouldin"`` or ``"stability"``; a tie (to 9 decimals) goes to the smallest k;
        ``minimum_cluster_size``: in stores (1 or more), or as a share of all stores of the
        category, excluded ones too (above 0, below 1; rounded up);
        ``resamples``: number of bootstrap fits, even, 2 or more;
        ``method``, ``starts``, ``seed`` and what else the method obeys: as in `fit_counts`.

    Returns
    -------
    DataFrame
        One row per category and ``k``, sorted:

        - ``silhouette`` (-1 to 1) of the fitted stores; above ``SILHOUETTE_STORES`` of one
          sample of them, the same for every k, for silhouettes of different samples cannot be
          compared;
        - ``calinski_harabasz`` (0 or more) and ``davies_bouldin`` (0 or more, less is better) of
          the fitted stores, as scikit-learn defines them; missing where each fitted store is a
          cluster of its own;
        - ``inertia``: sum of squared distances to the centroids (unit of the components,
          squared);
        - ``stability`` (about 0 to 1): mean adjusted Rand index over pairs of bootstrap fits
          between the labels which all stores get from the one and from the other;
        - ``smallest_cluster``: stores in the smallest cluster when every store, excluded ones
          too, goes to its nearest centroid;
        - ``is_valid``: that is at least the minimum cluster size;
        - ``is_chosen``: true once per category;
        - ``reason``: why, or why not, in words.

        One cluster has an inertia but none of the other scores. It is always valid, and chosen
        if it is the fixed one or no other candidate can be.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a store is unknown to ``outliers``,
        every store of a category is excluded, the rule is not a score, ``resamples`` is not an
        even number of 2 or more, or the minimum cluster size is neither a number nor a share.
    KeyError
        If a setting is missing.

    Notes
    -----
    The bootstrap fits are kept cheap: a Ward start over at most ``RESAMPLE_WARD_ROWS`` stores
    and one k-means++ start, on resamples of at most ``RESAMPLE_STORES`` stores.

    Examples
    --------
    >>> components = pd.DataFrame(
    ...     {
    ...         "category": "beer",
    ...         "store_id": ["s1", "s2", "s3", "s4", "s5", "s6"],
    ...         "component": 1,
    ...         "value": [1.0, 1.1, 1.2, 9.0, 9.1, 9.2],
    ...     }
    ... )
    >>> outliers = components[["category", "store_id"]].assign(is_excluded=False)
    >>> settings = {
    ...     "fixed": None, "minimum": 2, "maximum": 3, "rule": "silhouette",
    ...     "minimum_cluster_size": 2, "resamples": 2,
    ...     "method": "kmeans", "starts": 3, "seed": 0,
    ... }
    >>> scores = score_cluster_counts(components, outliers, settings=settings)
    >>> for row in scores.itertuples():
    ...     print(row.k, row.reason)
    1 not chosen: one cluster is kept only when no other candidate can be chosen
    2 chosen: best silhouette (0.983) of 1 valid candidate
    3 not valid: smallest cluster has 1 store, minimum is 2
    """
    rule, resamples = settings["rule"], settings["resamples"]
    fixed, least, most = (settings[name] for name in ("fixed", "minimum", "maximum"))
    minimum_cluster_size = settings["minimum_cluster_size"]
    seed = settings["seed"]
    if rule not in RULES:
        raise ValueError(f"rule {rule!r} is not a score: choose one of {', '.join(RULES)}")
    if resamples < 2 or resamples % 2:
        raise ValueError(f"resamples {resamples!r}: give an even number, 2 or more")

    def score(category, wide):
        every_row = wide.to_numpy()
        rows = every_row[fitted_mask(category, wide.index, outliers)]
        distinct = count_distinct(rows)
        wanted = None if fixed is None else min(fixed, distinct)
        counts = {1, *range(max(least, 2), min(most, distinct) + 1)}
        counts = sorted(counts if wanted is None else counts | {wanted})
        fits = fit_counts(rows, counts, algorithm=settings)
        counts = sorted(fits)
        minimum_size = resolve_minimum_size(minimum_cluster_size, len(every_row))
        table = pd.DataFrame(
            [_scores(k, fits[k], rows, every_row, minimum_size) for k in counts]
        ).set_index("k")
        several = counts[1:]
        table.loc[several, "silhouette"] = mean_silhouettes(
            rows, [fits[k].labels for k in several], seed=seed
        )
        table.loc[several, "stability"] = _stability(rows, every_row, several, resamples, seed)
        chosen = choose_count(table, rule) if wanted is None else wanted
        reasons = _Reasons(table, chosen, settings, minimum_size, distinct, len(rows))
        table["is_chosen"] = table.index == chosen
        table["reason"] = [reasons.of(k) for k in counts]
        table["category"] = category
        return typed(table.reset_index(), SCHEMA)

    with threadpool_limits(limits=1):
        return stack((score(*item) for item in matrix(components, "component").items()), SCHEMA)


def mean_silhouettes(rows: np.ndarray, labelings: Sequence[np.ndarray], *, seed: int) -> list:
    """Return the mean silhouette of several labelings from one pass over the distances.

    Every distance is computed once and multiplied with the one-hot labels of all labelings at
    once, which is about 20 times as fast as one `sklearn.metrics.silhouette_score` each, and
    exact.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)
        One row per store.
    labelings : sequence of ndarray of int, each of shape (n,)
        Labels from 0 on.
    seed : int
        Seed of the sample that is taken when there are more than ``SILHOUETTE_STORES`` rows; it
        is the same sample for all labelings.

    Returns
    -------
    list of float
        One mean silhouette (-1 to 1) per labeling; a store alone in its cluster counts as 0.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> two, three = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])
    >>> [round(value, 3) for value in mean_silhouettes(rows, [two, three], seed=0)]
    [0.9, 0.447]
    """
    if not labelings:
        return []
    if len(rows) > SILHOUETTE_STORES:
        generator = np.random.default_rng(seed)
        sample = np.sort(generator.choice(len(rows), SILHOUETTE_STORES, replace=False))
        rows, labelings = rows[sample], [labels[sample] for labels in labelings]
    one_hot = [np.eye(labels.max() + 1)[labels] for labels in labelings]
    columns = np.hstack(one_hot)
    chunks = pairwise_distances_chunked(rows, reduce_func=lambda distances, _: distances @ columns)
    summed = np.concatenate(list(chunks))
    ends = np.cumsum([block.shape[1] for block in one_hot])
    return [
        _mean_silhouette(sums, labels)
        for sums, labels in zip(np.split(summed, ends[:-1], axis=1), labelings, strict=True)
    ]


def choose_count(scores: pd.DataFrame, rule: str) -> int:
    """Return the valid number of clusters with the best score, or 1 if there is none.

    Parameters
    ----------
    scores : DataFrame
        Index the candidates in ascending order; columns ``is_valid`` and the one of the rule.
    rule : str
        One of ``RULES``.

    Returns
    -------
    int
        The best candidate; of scores equal to 9 decimals the smallest.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     {
    ...         "is_valid": [True, True, True, False],
    ...         "silhouette": [np.nan, 0.3, 0.1 + 0.2, 0.9],
    ...         "davies_bouldin": [np.nan, 1.2, 1.1, 0.4],
    ...     },
    ...     index=[1, 2, 3, 4],
    ... )
    >>> choose_count(scores, "silhouette"), choose_count(scores, "davies_bouldin")
    (2, 3)
    """
    candidates = (RULES[rule] * scores.loc[scores["is_valid"], rule]).round(9).dropna()
    return int(candidates.idxmax()) if len(candidates) else 1


def _mean_silhouette(sums, labels):
    """Return the mean silhouette from each row's summed distances to each cluster."""
    sizes = np.bincount(labels, minlength=sums.shape[1])
    own = np.arange(len(labels)), labels
    own_size = sizes[labels]
    within = sums[own] / np.maximum(own_size - 1, 1)
    means = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    means[own] = np.inf
    between = means.min(axis=1)
    larger = np.maximum(within, between)
    comparable = (own_size > 1) & (larger > 0) & np.isfinite(between)
    differences = np.subtract(between, within, out=np.zeros_like(within), where=comparable)
    return float(np.mean(differences / np.where(comparable, larger, 1.0)))


def _scores(k, fit, rows, every_row, minimum_size):
    """Return what one fit says about itself, without the scores shared between fits."""
    labels = fit.labels
    sizes = np.bincount(fit.assign(every_row), minlength=k)
    comparable = 1 < k < len(rows)
    return {
        "k": k,
        "silhouette": np.nan,
        "calinski_harabasz": calinski_harabasz_score(rows, labels) if comparable else np.nan,
        "davies_bouldin": davies_bouldin_score(rows, labels) if comparable else np.nan,
        "inertia": fit.inertia,
        "stability": np.nan,
        "smallest_cluster": sizes.min(),
        "is_valid": k == 1 or sizes.min() >= minimum_size,
    }


def _stability(rows, every_row, counts, resamples, seed):
    """Return the mean agreement of pairs of bootstrap fits for each number of clusters."""
    if not counts:
        return []
    pairs = [
        [_bootstrap_labels(rows, every_row, counts, seed, number + side) for side in (0, 1)]
        for number in range(0, resamples, 2)
    ]
    return [
        np.mean([adjusted_rand_score(first[k], second[k]) for first, second in pairs])
        for k in counts
    ]


def _bootstrap_labels(rows, every_row, counts, seed, number):
    """Return the labels all stores get from fits on one resample."""
    size = min(len(rows), RESAMPLE_STORES)
    drawn = np.random.default_rng([seed, number]).integers(len(rows), size=size)
    resample = rows[np.sort(drawn)]
    distinct = count_distinct(resample)
    fits = fit_kmeans(
        resample,
        {min(k, distinct) for k in counts},
        starts=RESAMPLE_STARTS,
        seed=seed,
        ward_rows=RESAMPLE_WARD_ROWS,
    )
    return {k: fits[min(k, distinct)].assign(every_row) for k in counts}


class _Reasons:
    """Words for why a number of clusters is chosen, or not."""

    def __init__(self, table, chosen, settings, minimum_size, distinct, fitted):
        self.table, self.chosen, self.settings = table, chosen, settings
        self.rule, self.minimum_size = settings["rule"], minimum_size
        self.distinct, self.fitted = distinct, fitted

    def of(self, k):
        """Return the reason of one k."""
        return self._why_chosen(k) if k == self.chosen else self._why_not(k)

    def _why_chosen(self, k):
        valid = self.table.loc[self.table["is_valid"], self.rule]
        if self.settings["fixed"] is not None:
            doubt = "" if self.table.loc[k, "is_valid"] else f", although {self._too_small(k)}"
            if k < self.settings["fixed"]:
                return (
                    f"chosen: the settings fix {self.settings['fixed']}, but the fitted stores "
                    f"({self.fitted:,}) have {_count(self.distinct, 'distinct row')}{doubt}"
                )
            return f"chosen: fixed by the settings{doubt}"
        if k > 1:
            candidates = _count(int(valid.notna().sum()), "valid candidate")
            return f"chosen: best {self.rule} ({valid[k]:.3f}) of {candidates}"
        if len(self.table) == 1:
            return self._why_alone()
        if len(valid) > 1:
            return f"chosen: no valid candidate has a {self.rule}"
        return (
            f"chosen: no candidate from {self.table.index[1]} to {self.table.index[-1]} has every "
            f"cluster at the minimum of {_count(self.minimum_size, 'store')}"
        )

    def _why_alone(self):
        least, most = max(self.settings["minimum"], 2), self.settings["maximum"]
        if most < least:
            return f"chosen: with a maximum of {most} the settings allow no other candidate"
        return (
            f"chosen: no candidate from {least} to {most} can be fitted, the fitted stores "
            f"({self.fitted:,}) have {_count(self.distinct, 'distinct row')}"
        )

    def _why_not(self, k):
        if not self.table.loc[k, "is_valid"]:
            return f"not valid: {self._too_small(k)}"
        if self.settings["fixed"] is not None:
            return f"not chosen: k = {self.chosen} is fixed by the settings"
        if k == 1:
            return "not chosen: one cluster is kept only when no other candidate can be chosen"
        own, best = self.table.loc[k, self.rule], self.table.loc[self.chosen, self.rule]
        if np.isnan(own):
            return f"not chosen: {self.rule} is not defined for one store per cluster"
        if round(own, 9) == round(best, 9):
            return (
                f"not chosen: {self.rule} {own:.3f} is equal to that of k = {self.chosen}, "
                "which is smaller"
            )
        # As many digits as it takes to see the difference.
        digits = next(d for d in range(3, 11) if d == 10 or f"{own:.{d}f}" != f"{best:.{d}f}")
        relation = "lower" if own < best else "higher"
        return (
            f"not chosen: {self.rule} {own:.{digits}f} is {relation} than {best:.{digits}f} "
            f"of k = {self.chosen}"
        )

    def _too_small(self, k):
        smallest = _count(int(self.table.loc[k, "smallest_cluster"]), "store")
        return f"smallest cluster has {smallest}, minimum is {self.minimum_size}"


def _count(number, noun):
    """Write a number with its noun in the right form."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
