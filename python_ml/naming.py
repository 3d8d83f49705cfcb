"""Names of the final clusters in plain words, unique in a category and stable over runs."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import permutations

import pandas as pd

from python_ml.frames import check_keys, stack, typed
from python_ml.wording import plain_features

SCHEMA = {
    "category": "str",
    "final_cluster_id": "int64",
    "final_label": "str",
    "name": "str",
}

AVERAGE = "Average stores"

CLEAR = 0.5
"""Below so many standard deviations a feature is average."""

LEADING = 0.8
"""From so many standard deviations on a feature leads."""

MOST_INTERNAL, MOST_EXTERNAL = 2, 1
"""So many leading features of each side are in a name."""

STILL_LEADING = 5
"""A feature of a kept name is among so many that lead its side."""

MOST_EXTRA = 3
"""So many features are added to tell two clusters of the same name apart."""

Spans = dict[tuple[str, str], tuple[float, float]]
"""The least and the largest effect of each feature, by dataset and words, over the clusters."""


@dataclass(frozen=True)
class Feature:
    """One feature of one cluster, in its words."""

    dataset: str
    words: str
    effect: float

    @property
    def level(self) -> str:
        """Return how much of it the cluster has."""
        if abs(self.effect) < CLEAR:
            return "average"
        return "high" if self.effect > 0 else "low"

    @property
    def key(self) -> tuple[str, str]:
        """Return what the same feature of another cluster has too."""
        return self.dataset, self.words


@dataclass
class Naming:
    """One cluster on the way to its name."""

    features: list[Feature]
    base: str
    said: set[tuple[str, str]]
    is_kept: bool = False
    extra: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the name as it is by now."""
        return ", ".join([self.base, *self.extra])


def name_clusters(
    profiles: pd.DataFrame, members: pd.DataFrame, previous: pd.DataFrame
) -> pd.DataFrame:
    """Return the name of each final cluster.

    A name says up to two internal features and then up to one external one that lead: they
    differ from the other stores by 0.8 standard deviations or more. Without an internal one
    that leads, the first that differs by 0.5 stands for it; without any at all, so does an
    external one, and a cluster of which nothing can be said has "Average stores". Features of
    one side in the same direction are joined ("High rum and cordials, low median income").

    A cluster keeps the name that it had in the previous run while the name is still true: each
    feature of it is among the five that lead its side and differs by 0.5 or more in the same
    direction, what was added is so ("lower rum" while some cluster has 0.5 more), and "Average
    stores" stays while nothing leads.

    Clusters that would have the same name get what tells them apart best behind it: a feature
    that is high in the one and average or low in the other, else one that is higher or lower.
    Only where no feature differs is it the label; one that had the name without does without.

    Parameters
    ----------
    profiles : DataFrame
        Columns ``category``, ``final_cluster_id``, ``dataset``, ``feature``, ``effect_size`` (in
        standard deviations), ``rank`` (1 differs most) and ``is_used`` (others are not said).
    members : DataFrame
        Columns ``category``, ``final_cluster_id``, ``final_label``; any number of rows each.
    previous : DataFrame
        Columns ``category``, ``final_cluster_id``, ``name``: what the previous run published;
        the name is null if its version knew none.

    Returns
    -------
    DataFrame
        One row per category and final cluster, sorted.

    Raises
    ------
    ValueError
        If a key is null, or a cluster has two profiles of a feature, two labels or two
        previous names.

    Notes
    -----
    Of clusters with the same name one that kept it says no more than before. Of features that
    tell clusters apart equally well the one with the lower rank is taken.

    Examples
    --------
    >>> profiles = pd.DataFrame(
    ...     {
    ...         "category": "spirits", "final_cluster_id": [1, 1, 1, 2],
    ...         "dataset": ["external", "internal", "internal", "internal"],
    ...         "feature": ["median_income", "rum", "cordials", "rum"],
    ...         "effect_size": [-2.0, 1.5, 1.1, -0.6], "rank": [1, 2, 3, 1], "is_used": True,
    ...     }
    ... )
    >>> members = pd.DataFrame(
    ...     {"category": "spirits", "final_cluster_id": [1, 2], "final_label": ["1_1", "2_1"]}
    ... )
    >>> nothing = pd.DataFrame({"category": [], "final_cluster_id": [], "name": []})
    >>> name_clusters(profiles, members, nothing)["name"].tolist()
    ['High rum and cordials, low median income', 'Low rum']
    """
    keys = ["category", "final_cluster_id"]
    labels = members[[*keys, "final_label"]].drop_duplicates()
    check_keys(labels, keys)
    check_keys(profiles, [*keys, "dataset", "feature"])
    check_keys(previous, keys)
    used = profiles[profiles["is_used"].astype(bool)].sort_values([*keys, "rank"])
    before = previous.dropna(subset="name").set_index(keys)["name"].to_dict()
    return stack(
        (_of_category(category, own, used, before) for category, own in labels.groupby("category")),
        SCHEMA,
    )


def _of_category(category, labels, used, before):
    """Return the names of the clusters of one category."""
    labels = labels.sort_values("final_cluster_id")
    profiles = used[used["category"] == category]
    words = {
        dataset: plain_features(sorted(own["feature"].unique()))
        for dataset, own in profiles.groupby("dataset")
    }
    features = {cluster: [] for cluster in labels["final_cluster_id"]}
    columns = ["final_cluster_id", "dataset", "feature", "effect_size"]
    for cluster, dataset, feature, effect in profiles[columns].itertuples(index=False, name=None):
        known = Feature(dataset, words[dataset][feature], round(float(effect), 6))
        features.get(cluster, []).append(known)
    spans = _spans(list(features.values()))
    namings = [
        _first_name(own, before.get((category, cluster)), spans)
        for cluster, own in features.items()
    ]
    _tell_apart(namings)
    counts = Counter(naming.text for naming in namings)
    kept = Counter(naming.text for naming in namings if naming.is_kept)
    names = [
        naming.text
        if counts[naming.text] == 1 or (naming.is_kept and kept[naming.text] == 1)
        else f"{naming.text} ({label})"
        for naming, label in zip(namings, labels["final_label"], strict=True)
    ]
    return typed(labels.assign(name=names), SCHEMA)


def _spans(clusters):
    """Return between what each feature lies; a cluster without it has no effect of it."""
    found: dict[tuple[str, str], list[float]] = {}
    for one in (one for features in clusters for one in features):
        found.setdefault(one.key, []).append(one.effect)
    for effects in found.values():
        effects.extend([0.0] * (len(effects) < len(clusters)))
    return {key: (min(effects), max(effects)) for key, effects in found.items()}


def _first_name(features, before, spans):
    """Return the name that was and is still true, else the one of the leading features."""
    for name in _readings(before):
        if kept := _still_true(name, features, spans):
            # a label may give way to a feature that has come to differ
            kept.is_kept = name == before
            return kept
    leading = _leading(features)
    return Naming(features, _compose(leading), {one.key for one in leading})


def _readings(before):
    """Yield a previous name as it is and, if it may end with a label, without."""
    if before is None:
        return
    yield before
    if before.endswith(")"):
        yield from (before[: found.start()] for found in re.finditer(r" \(", before))


def _leading(features):
    """Return the features that a name says, the internal ones first."""
    clear = [one for one in features if abs(one.effect) >= CLEAR]
    internal = [one for one in clear if one.dataset == "internal"]
    external = [one for one in clear if one.dataset == "external"]
    said = [one for one in internal if abs(one.effect) >= LEADING][:MOST_INTERNAL] or internal[:1]
    said += [one for one in external if abs(one.effect) >= LEADING][:MOST_EXTERNAL]
    return said or external[:1]


def _compose(features):
    """Return the features in words, those of a side in the same direction joined."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in features:
        groups.setdefault((one.dataset, one.level), []).append(one.words)
    text = ", ".join(f"{level} {' and '.join(words)}" for (_, level), words in groups.items())
    return text[:1].upper() + text[1:] or AVERAGE


def _still_true(before, features, spans):
    """Return the naming of a previous name whose features still lead, or nothing."""
    for said in _sayable(features):
        base = _compose(said)
        if before != base and not before.startswith(f"{base}, "):
            continue
        others = [one for one in features if one not in said]
        extra = _read_extra(before[len(base) + 2 :], others, spans)
        if extra is not None:
            keys = {one.key for one in said} | {one.key for one, _ in extra}
            return Naming(features, base, keys, extra=[text for _, text in extra])
    return None


def _sayable(features):
    """Yield what a name may say of a cluster: the most first, so that no feature is overlooked."""
    sides = []
    for dataset, most in (("internal", MOST_INTERNAL), ("external", MOST_EXTERNAL)):
        own = [one for one in features if one.dataset == dataset][:STILL_LEADING]
        own = [one for one in own if abs(one.effect) >= CLEAR]
        sides.append([p for count in range(most, -1, -1) for p in permutations(own, count)])
    nothing_leads = all(abs(one.effect) < LEADING for one in features)
    for internal in sides[0]:
        for external in sides[1]:
            if internal or external or nothing_leads:
                yield [*internal, *external]


def _read_extra(rest, features, spans):
    """Return the features that the rest of a name says, if it says what is still so."""
    if not rest:
        return []
    for one in features:
        for text in (f"{level} {one.words}" for level in _true_levels(one, spans[one.key])):
            if rest == text:
                return [(one, text)]
            if rest.startswith(f"{text}, "):
                others = [other for other in features if other != one]
                more = _read_extra(rest[len(text) + 2 :], others, spans)
                if more is not None:
                    return [(one, text), *more]
    return None


def _true_levels(one, span):
    """Return the words that may be said of a feature beside those of the other clusters."""
    least, most = span
    higher = ["higher"] * (round(one.effect - least, 6) >= CLEAR)
    lower = ["lower"] * (round(most - one.effect, 6) >= CLEAR)
    return [one.level, *higher, *lower]


def _tell_apart(namings):
    """Add to the names of several clusters what tells them apart, while something does."""
    found = True
    while found:
        groups: dict[str, list[Naming]] = {}
        for naming in namings:
            groups.setdefault(naming.text, []).append(naming)
        found = [
            (naming, addition)
            for group in groups.values()
            for naming in (group if len(group) > 1 else [])
            if not naming.is_kept
            and len(naming.extra) < MOST_EXTRA
            and (addition := _addition(naming, [one for one in group if one is not naming]))
        ]
        for naming, (key, text) in found:
            naming.said.add(key)
            naming.extra.append(text)


def _addition(naming, twins):
    """Return the feature, and the words, that tell a cluster best from those of the same name."""
    others = [{one.key: one for one in twin.features} for twin in twins]
    best = None
    for one in naming.features:
        key = one.key
        theirs = [other.get(key, Feature(*key, 0.0)) for other in others]
        gaps = [abs(one.effect - other.effect) for other in theirs]
        if key in naming.said or round(max(gaps), 6) < CLEAR:
            continue
        differs = all(one.level != other.level for other in theirs)
        mean = sum(other.effect for other in theirs) / len(theirs)
        word = one.level if differs else "higher" if one.effect > mean else "lower"
        worth = differs, round(min(gaps), 6), round(max(gaps), 6)
        if best is None or worth > best[0]:
            best = worth, (key, f"{word} {one.words}")
    return best and best[1]
