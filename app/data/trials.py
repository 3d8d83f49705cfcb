"""Another number of clusters, or another minimum size, tried on what is published.

Pure functions over frames: nothing is read and nothing is written.
"""

from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from python_ml.algorithms import finds_own_count, fit_counts
from python_ml.frames import matrix, resolve_minimum_size
from python_ml.merging import settle_small_clusters
from python_ml.silhouettes import silhouettes

SIDES = ("internal", "external")

NO_LIMITS = {
    "small_clusters": "fold",
    "maximum_distance": None,
    "maximum_clusters": None,
    "maximum_cluster_size": None,
}
"""How small clusters were dissolved before there was a choice."""


class Published(NamedTuple):
    """What a run published of the stores of one category."""

    stores: pd.DataFrame
    """Index `store_id`: `internal`, `external`, `merged`, `final` (text; none is empty) and
    `is_fitted`; the stores of a sample in a large chain."""
    store_count: int
    """How many stores there are, sampled or not."""
    components: dict[str, pd.DataFrame]
    """Of each side that has a model: stores x components, of these and of other stores."""
    axes: pd.DataFrame
    """`dataset`, `component`, `centre`, `factor`: from the components to the joint space."""
    settings: dict[str, Any]


class Trial(NamedTuple):
    """What would come out."""

    stores: pd.DataFrame
    """`store_id`, `published`, `tried` (clusters of the side), `published_final`, `tried_final`
    (empty where the final clusters cannot be told)."""
    figures: pd.DataFrame
    """`stage` (the side or `final`), `which` (`published` or `tried`), `cluster_count`,
    `smallest_cluster`, `largest_cluster`, `silhouette`."""
    minimum: int
    """Stores that a final cluster needs, of those that took part."""


def components_of(values: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Return where the stores of one category and side stand on the published components.

    Parameters
    ----------
    values
        `category`, `store_id`, `feature`, `value`: what the clustering saw.
    parameters
        `parameter`, `feature`, `landmark`, `component`, `value`, as `marts.model_parameters`.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {"category": "tea", "store_id": ["s1", "s2"], "feature": "herbal", "value": [1.0, 5.0]}
    ... )
    >>> parameters = pd.DataFrame(
    ...     {"parameter": ["component_centre", "loading"], "feature": "herbal", "landmark": None,
    ...      "component": [None, 1], "value": [3.0, 2.0]}
    ... )
    >>> components_of(values, parameters)[1].tolist()
    [-4.0, 4.0]
    """
    [wide] = matrix(values, "feature").values()
    by_kind = dict(list(parameters.groupby("parameter")))
    if "landmark" in by_kind:
        landmarks = by_kind["landmark"].pivot(index="landmark", columns="feature", values="value")
        gamma = by_kind["gamma"]["value"].iloc[0]
        likeness = np.exp(-gamma * cdist(wide[landmarks.columns], landmarks, "sqeuclidean"))
        wide = pd.DataFrame(likeness, index=wide.index, columns=landmarks.index)
    if "loading" not in by_kind:
        return wide
    loadings = by_kind["loading"].pivot(index="feature", columns="component", values="value")
    centre = by_kind["component_centre"].set_index("feature")["value"]
    return (wide[loadings.index] - centre[loadings.index]) @ loadings.fillna(0)


def chooses_its_own_count(found: Published, side: str) -> bool:
    """Whether the algorithm of a side finds the number of clusters itself."""
    return finds_own_count(found.settings[side]["algorithm"]["method"])


def can_merge(found: Published) -> bool:
    """Whether the final clusters of a trial can be told from what is published."""
    return not found.axes.empty and found.settings["merging"].get("method", "cross") == "cross"


def try_out(found: Published, side: str, k: int | None, minimum: float | None) -> Trial:
    """Return what another number of clusters of a side and another minimum size would give.

    Parameters
    ----------
    side
        `internal` or `external`.
    k
        How many clusters that side would have; None keeps the published ones.
    minimum
        The smallest final cluster, in stores or as a share; None keeps that of the settings.

    Raises
    ------
    ValueError
        If the algorithm cannot find so many clusters.

    Notes
    -----
    The algorithm and its seed are those of the run; a store that it did not fit joins the
    nearest cluster, as in the run.
    """
    stores = found.stores.copy()
    labels = {name: stores[name] for name in SIDES}
    if k is not None:
        labels[side] = _fitted(found, side, k).reindex(stores.index)
    stores["published"], stores["tried"] = stores[side], labels[side]
    stores["published_final"], stores["tried_final"] = stores["final"], pd.NA
    merging = NO_LIMITS | found.settings["merging"]
    if minimum is not None:
        merging["minimum_cluster_size"] = minimum
    merging |= _in_stores(merging, len(stores), found.store_count)
    rows = {side: found.components[side].reindex(stores.index)} if k is not None else {}
    if can_merge(found):
        space = joint_space(found)
        stores["tried_final"] = _settled(
            space, _crossed(labels, stores["merged"], merging), merging
        )
        rows["final"] = space
    figures = pd.concat(
        [_figures(stage, stores, rows[stage]) for stage in rows] or [pd.DataFrame()]
    )
    columns = ["published", "tried", "published_final", "tried_final"]
    return Trial(stores[columns].reset_index(), figures, merging["minimum_cluster_size"])


def joint_space(found: Published) -> pd.DataFrame:
    """Return where the stores stand in the space of the final clusters: stores x dimensions.

    A store stands in the middle of a side that it has no data of.
    """
    parts = []
    for side, axes in found.axes.groupby("dataset"):
        places = found.components[side].reindex(found.stores.index)[axes["component"]]
        placed = (places - axes["centre"].to_numpy()) * axes["factor"].to_numpy()
        parts.append(placed.fillna(0.0).add_prefix(f"{side} "))
    return pd.concat(parts, axis="columns")


def flows(trial: Trial, before: str, after: str, titles: dict[str, str]) -> pd.DataFrame:
    """Return one row per published and tried cluster that share stores, for a cross table.

    Parameters
    ----------
    before, after
        Columns of `Trial.stores`.
    titles
        How published clusters are called; one that is not there keeps its number.
    """
    pairs = trial.stores.dropna(subset=[before, after])
    pairs = pairs.groupby([before, after]).size().reset_index(name="store_count")
    found = pd.DataFrame(
        {
            "from_cluster": "published " + pairs[before],
            "from_title": [titles.get(name, f"published {name}") for name in pairs[before]],
            "from_colour_id": pd.to_numeric(pairs[before], errors="coerce"),
            "to_cluster": "tried " + pairs[after],
            "to_title": "tried " + pairs[after],
            "to_colour_id": pd.to_numeric(pairs[after], errors="coerce"),
            "store_count": pairs["store_count"],
        }
    ).astype({"from_colour_id": "Int64", "to_colour_id": "Int64"})
    return found.sort_values(
        ["from_colour_id", "from_cluster", "to_colour_id", "to_cluster"], ignore_index=True
    )


def _fitted(found: Published, side: str, k: int) -> pd.Series:
    """Return the new cluster of every store that has data of the side, as text."""
    wide = found.components[side]
    is_fitted = found.stores["is_fitted"].reindex(wide.index).fillna(True).astype("bool")
    rows = wide.to_numpy(dtype="float64")
    fits = fit_counts(rows[is_fitted], [k], algorithm=found.settings[side]["algorithm"])
    fit = fits.get(k) or next(iter(fits.values()))
    labels = fit.assign(rows)
    labels[is_fitted] = fit.labels
    return pd.Series((labels + 1).astype(str), index=wide.index, dtype="object")


def _crossed(labels: dict[str, pd.Series], merged: pd.Series, merging: dict) -> pd.Series:
    """Return the label of both sides together, as the run makes it.

    A store without external data joins the most frequent label of its internal cluster; a
    value that labels are split by stays.
    """
    parts = pd.DataFrame(
        {side: labels[side] if merging[f"{side}_weight"] > 0 else "0" for side in SIDES}
    )
    parts["internal"] = parts["internal"].fillna("0")
    if parts["external"].isna().any():
        sizes = parts.dropna().groupby(["internal", "external"]).size().reset_index(name="n")
        sizes["number"] = sizes["external"].astype("int64")
        largest = sizes.sort_values(["n", "number"], ascending=[False, True])
        usual = largest.drop_duplicates("internal").set_index("internal")["external"]
        parts["external"] = parts["external"].fillna(parts["internal"].map(usual)).fillna("0")
    value = merged.map(lambda label: "".join(str(label).partition("/")[1:]))
    return parts["internal"] + "_" + parts["external"] + value


def _settled(space: pd.DataFrame, labels: pd.Series, merging: dict) -> pd.Series:
    """Return the final cluster of every store, numbered from the largest on."""
    places = space.rename_axis(columns="dimension").stack().rename("value").reset_index()
    own = labels.rename("merged_label").rename_axis("store_id").reset_index()
    settled = settle_small_clusters(
        places.assign(category="tried"), own.assign(category="tried"), settings=merging
    ).set_index("store_id")["settled_label"]
    sizes = settled.value_counts()
    ranked = sorted(sizes.index, key=lambda label: (-sizes[label], label))
    return settled.map({label: str(number) for number, label in enumerate(ranked, 1)})


def _in_stores(merging: dict, stores: int, of: int) -> dict[str, int]:
    """Return the limits in stores, of a sample its part of them."""
    share = stores / of
    limits = {
        "minimum_cluster_size": ceil(
            resolve_minimum_size(merging["minimum_cluster_size"], of) * share - 1e-9
        )
    }
    most = merging["maximum_cluster_size"]
    if most is not None and most >= 1:
        limits["maximum_cluster_size"] = max(1, floor(most * share))
    return limits


def _figures(stage: str, stores: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return size and silhouette of the published and of the tried clusters, on the same stores."""
    columns = ("published_final", "tried_final") if stage == "final" else ("published", "tried")
    known = stores[list(columns)].notna().all(axis="columns") & rows.notna().all(axis="columns")
    codes = [pd.factorize(stores.loc[known, column])[0] for column in columns]
    places = rows[known].to_numpy(dtype="float64")
    found = silhouettes(places, codes) if known.any() else [np.array([])] * 2
    return pd.DataFrame(
        [
            _figures_of(stage, which, label, values)
            for which, label, values in zip(("published", "tried"), codes, found, strict=True)
        ]
    )


def _figures_of(stage: str, which: str, labels: np.ndarray, values: np.ndarray) -> dict[str, Any]:
    """Return one row; one cluster has no silhouette."""
    sizes = np.bincount(labels)
    return {
        "stage": stage,
        "which": which,
        "cluster_count": len(sizes),
        "smallest_cluster": int(sizes.min(initial=len(labels))),
        "largest_cluster": int(sizes.max(initial=0)),
        "silhouette": float(values.mean()) if len(sizes) > 1 else np.nan,
    }
