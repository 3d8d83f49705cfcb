"""From the components of the stores to a table of candidates, one of them chosen."""

import numpy as np
import pandas as pd

from python_ml.algorithms import (
    check_store_count,
    count_distinct,
    cuts_half_way,
    finds_own_count,
    fit_counts,
)
from python_ml.categories import for_each_category
from python_ml.cluster_count.bic import mixture_bic, spherical_bic
from python_ml.cluster_count.borders import border_densities
from python_ml.cluster_count.centroid_scores import SMALLEST_SHARE, centroid_scores
from python_ml.cluster_count.distances import nearest_labels
from python_ml.cluster_count.gap import gap_statistics
from python_ml.cluster_count.reasons import Reasons
from python_ml.cluster_count.rules import RULES, VOTERS, Decision, Vote, decide
from python_ml.cluster_count.sampling import sample_of
from python_ml.cluster_count.silhouettes import mean_silhouettes
from python_ml.cluster_count.stability import stabilities
from python_ml.frames import fitted_mask, matrix, resolve_minimum_size, stack, typed

SCHEMA = {
    "category": "str",
    "k": "int64",
    "silhouette": "float64",
    "simplified_silhouette": "float64",
    "calinski_harabasz": "float64",
    "davies_bouldin": "float64",
    "inertia": "float64",
    "gap": "float64",
    "gap_standard_error": "float64",
    "bic": "float64",
    "gmm_bic": "float64",
    "stability": "float64",
    "border_density": "float64",
    "smallest_cluster": "int64",
    "minimum_size": "int64",
    "is_valid": "bool",
    "is_chosen": "bool",
    "reason": "str",
}

FITTED_STORES = 20_000
"""Above this many fitted stores the candidates are fitted to one fixed sample of them."""

SAMPLE_STORES = 10_000
"""The size of that sample: its centroids raise the inertia by some k / 10,000, 0.1 %."""


def score_cluster_counts(
    components: pd.DataFrame,
    outliers: pd.DataFrame,
    *,
    settings: dict,
    minimum_stores: int = 1,
    cores: int | None = 1,
) -> pd.DataFrame:
    """Return the scores of every candidate number of clusters, and the one chosen.

    Only candidates whose smallest cluster is large enough can be chosen: one stray store made
    silhouette and others choose 10 clusters instead of 9. A rule takes one of them (see
    `rules.vote`), and a gate asks whether its clusters are reliable at all (see `rules.decide`).

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
        ``rule``: one of ``RULES``;
        ``minimum_cluster_size``: in stores (1 or more), or as a share of all stores of the
        category, excluded ones too (above 0, below 1; rounded up);
        ``retry_minimum_cluster_size``: the same, used where no candidate meets the first; None
        for no retry;
        ``minimum_stability``: where the number the rule takes is less stable, one cluster is
        chosen; 0 switches the gate off, whatever else it asks;
        ``maximum_border_density``: where the borders of that number are not emptier than this,
        one cluster is chosen;
        ``resamples``: number of bootstrap fits, 2 or more;
        and the section ``algorithm``, as in `fit_counts`.
    minimum_stores : int
        A category with fewer stores, excluded ones too, has one cluster and no other candidate.
    cores : int or None
        How many categories are worked on at once, as in `for_each_category`.

    Returns
    -------
    DataFrame
        One row per category and ``k``, sorted:

        - ``silhouette`` (-1 to 1) of the fitted stores; above ``SILHOUETTE_STORES`` of one
          sample of them, the same for every k, for silhouettes of different samples cannot be
          compared;
        - ``simplified_silhouette``, ``calinski_harabasz``, ``davies_bouldin`` of the fitted
          stores: see `centroid_scores`;
        - ``inertia``: sum of squared distances to the centroids (unit of the components,
          squared);
        - ``gap``, ``gap_standard_error``: see `gap_statistics`;
        - ``bic``: see `spherical_bic`; ``gmm_bic``: see `mixture_bic`, missing unless the rule
          looks at it;
        - ``stability`` (about 0 to 1): see `stabilities`;
        - ``border_density`` (0 or more): see `border_densities`; missing where the algorithm does
          not part stores half way between centroids;
        - ``smallest_cluster``: stores in the smallest cluster when every store, excluded ones
          too, goes to its nearest centroid;
        - ``minimum_size``: stores it must have;
        - ``is_valid``: it has;
        - ``is_chosen``: true once per category;
        - ``reason``: why, or why not, in words.

        One cluster has an inertia, a gap and a BIC but none of the other scores. It is always
        valid, and chosen if it is the fixed one, no other candidate can be, or the one the rule
        takes is not stable.

    Raises
    ------
    ValueError
        If a value is missing, duplicated or not finite, a store is unknown to ``outliers``,
        every store of a category is excluded, the rule is not known, ``resamples`` is less than
        2, or a minimum cluster size is neither a number nor a share.
    KeyError
        If a setting is missing.

    Notes
    -----
    Above ``FITTED_STORES`` fitted stores the candidates are fitted to ``SAMPLE_STORES`` of them;
    sizes, inertia, BIC and the scores by centroid distances are then of all stores, each in the
    cluster of its nearest centroid.

    Examples
    --------
    >>> components = pd.DataFrame(
    ...     {
    ...         "category": "beer",
    ...         "store_id": ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"],
    ...         "component": 1,
    ...         "value": [1.0, 1.1, 1.2, 1.3, 9.0, 9.1, 9.2, 9.3],
    ...     }
    ... )
    >>> outliers = components[["category", "store_id"]].assign(is_excluded=False)
    >>> settings = {
    ...     "fixed": None, "minimum": 2, "maximum": 3, "rule": "silhouette",
    ...     "minimum_cluster_size": 3, "retry_minimum_cluster_size": None,
    ...     "minimum_stability": 0.6, "maximum_border_density": 1, "resamples": 4,
    ...     "method": "kmeans", "starts": 3, "seed": 0,
    ... }
    >>> scores = score_cluster_counts(components, outliers, settings=settings)
    >>> for row in scores.itertuples():
    ...     print(row.k, row.reason)
    1 not chosen: one cluster is kept only where no other number can be chosen or is reliable
    2 chosen: best silhouette (0.979) of 1 valid candidate; stability 1.00: stable
    3 not valid: smallest cluster has 2 stores, minimum is 3
    """
    _check(settings)

    def score(category, rows, is_fitted):
        if len(rows) >= minimum_stores:
            try:
                scores = score_rows(rows, is_fitted, settings=settings)
            except ValueError as error:
                raise ValueError(f"category {category!r}: {error}") from None
        else:
            scores = score_rows(rows, is_fitted, settings=settings | {"fixed": 1, "maximum": 1})
            few = f"too few stores ({len(rows)}, minimum is {minimum_stores})"
            scores["reason"] = f"chosen: {few}"
        return typed({"category": category} | dict(scores), SCHEMA)

    items = (
        (category, wide.to_numpy(), fitted_mask(category, wide.index, outliers))
        for category, wide in matrix(components, "component").items()
    )
    return stack(for_each_category(score, items, cores=cores), SCHEMA)


def score_rows(every_row: np.ndarray, is_fitted: np.ndarray, *, settings: dict) -> pd.DataFrame:
    """Return the scores of every candidate number of clusters of one category.

    Parameters
    ----------
    every_row : ndarray of float64, shape (m, p)
        One row per store, sorted by its key.
    is_fitted : ndarray of bool, shape (m,)
        False for stores that only join the cluster nearest to them.
    settings : dict
        As for `score_cluster_counts`.

    Returns
    -------
    DataFrame
        The columns of `score_cluster_counts` but ``category``.

    Examples
    --------
    >>> rows = np.array([[1.0], [1.1], [1.2], [9.0], [9.1], [9.2]])
    >>> settings = {
    ...     "fixed": 2, "minimum": 2, "maximum": 3, "rule": "median", "minimum_cluster_size": 2,
    ...     "retry_minimum_cluster_size": None, "minimum_stability": 0.6,
    ...     "maximum_border_density": 1, "resamples": 2,
    ...     "method": "kmeans", "starts": 3, "seed": 0,
    ... }
    >>> score_rows(rows, np.full(6, True), settings=settings)["smallest_cluster"].tolist()
    [6, 3, 1]
    """
    fixed, least, most = (settings[name] for name in ("fixed", "minimum", "maximum"))
    rows = every_row[is_fitted]
    check_store_count(settings["method"], len(rows))
    finds_own = finds_own_count(settings["method"])
    # What an algorithm finds by itself in a sample is not what it finds in all stores.
    is_sampled = len(rows) > FITTED_STORES and not finds_own
    most_rows = SAMPLE_STORES if is_sampled else len(rows)
    sample = rows[sample_of(len(rows), most_rows, settings["seed"])]
    distinct = count_distinct(sample)
    wanted = None if fixed is None or finds_own else min(fixed, distinct)
    counts = {1, *range(max(least, 2), min(most, distinct) + 1)}
    counts = counts if wanted is None else counts | {wanted}
    fits = dict(sorted(fit_counts(sample, counts, algorithm=settings).items()))
    scores = _scores(every_row, is_fitted, sample, fits, settings)
    retried_from = _mark_valid(scores, len(every_row), settings)
    if wanted is None:
        # One candidate needs no rule, only a score that it has.
        rule = "simplified_silhouette" if finds_own else settings["rule"]
        decision = decide(
            scores, rule, settings["minimum_stability"], settings["maximum_border_density"]
        )
    else:
        decision = Decision(wanted, Vote(wanted, {}))
    reasons = Reasons(
        scores,
        decision,
        settings,
        retried_from=retried_from,
        distinct=distinct,
        fitted=len(rows),
        finds_own=finds_own,
    )
    scores["is_chosen"] = scores.index == decision.chosen
    scores["reason"] = [reasons.of(k) for k in scores.index]
    return scores.reset_index()


def _check(settings):
    """Refuse settings that cannot be followed."""
    if settings["rule"] not in RULES:
        raise ValueError(
            f"rule {settings['rule']!r} is not known: choose one of {', '.join(RULES)}"
        )
    if settings["resamples"] < 2:
        raise ValueError(f"resamples {settings['resamples']!r}: give 2 or more")


def _scores(every_row, is_fitted, sample, fits, settings):
    """Return every score of every fit, by k."""
    rows, found = every_row[is_fitted], list(fits.values())
    is_sampled = len(sample) < len(rows)
    if is_sampled:
        labelings = nearest_labels(found, rows)
        centres = [fit.centroids for fit in found]
    else:
        labelings = [fit.labels for fit in found]
        centres = [_means(rows, fit.labels, k) for k, fit in fits.items()]
    table = pd.DataFrame(centroid_scores(rows, centres, labelings), index=pd.Index(fits, name="k"))
    table["inertia"] = table["within"] if is_sampled else [fit.inertia for fit in found]
    floor = SMALLEST_SHARE * table.loc[1, "within"]
    table["bic"] = [
        spherical_bic(max(within, floor), sizes, rows.shape[1]) if floor else np.nan
        for within, sizes in zip(table["within"], table["sizes"], strict=True)
    ]
    others = nearest_labels(found, every_row[~is_fitted])
    table["smallest_cluster"] = [
        (sizes + np.bincount(labels, minlength=len(sizes))).min()
        for sizes, labels in zip(table["sizes"], others, strict=True)
    ]
    several, seed = [k for k in fits if k > 1], settings["seed"]
    table.loc[several, "silhouette"] = mean_silhouettes(
        sample, [fits[k].labels for k in several], seed=seed
    )
    # An algorithm that finds its own number has no number to compare with the next.
    asked = [] if finds_own_count(settings["method"]) or not several else list(fits)
    gaps = gap_statistics(sample, asked, algorithm=settings)
    table["gap"] = pd.Series({k: gap for k, (gap, _) in gaps.items()}, dtype=float)
    table["gap_standard_error"] = pd.Series(
        {k: error for k, (_, error) in gaps.items()}, dtype=float
    )
    table["gmm_bic"] = np.nan
    if "gmm_bic" in VOTERS.get(settings["rule"], (settings["rule"],)):
        table.loc[several, "gmm_bic"] = [mixture_bic(sample, k, seed=seed) for k in several]
    table["stability"] = np.nan
    if several:
        table.loc[several, "stability"] = stabilities(
            rows, every_row, several, resamples=settings["resamples"], algorithm=settings
        )
    table["border_density"] = np.nan
    if several and cuts_half_way(settings["method"]):
        table.loc[several, "border_density"] = border_densities(
            sample, [_means(sample, fits[k].labels, k) for k in several]
        )
    return table


def _means(rows, labels, k):
    """Return the mean of each cluster."""
    belongs = np.zeros((k, len(rows)))
    belongs[labels, np.arange(len(rows))] = 1
    return belongs @ rows / np.maximum(belongs.sum(axis=1), 1)[:, None]


def _mark_valid(scores, stores, settings):
    """Say which candidates are large enough; return the first minimum if it had to be lowered."""
    first = resolve_minimum_size(settings["minimum_cluster_size"], stores)
    retry = settings["retry_minimum_cluster_size"]
    second = first if retry is None else resolve_minimum_size(retry, stores)
    several = scores.index > 1
    lowered = (
        second < first and several.any() and (scores.loc[several, "smallest_cluster"] < first).all()
    )
    scores["minimum_size"] = second if lowered else first
    scores["is_valid"] = ~several | (scores["smallest_cluster"] >= scores["minimum_size"])
    return first if lowered else None
