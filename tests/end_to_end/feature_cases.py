"""What tests change of the features and the clustering: a change of each side at a time."""

from __future__ import annotations

LOW = {"threshold": 2, "maximum_share": 0.2, "minimum_stores": 20}
# growth has gaps, in the stores that open_late leaves; a sales mix has none
BASE = {
    "internal": {"outliers": LOW, "extra_features": {"growth": True}},
    "external": {"outliers": LOW},
}
SIDES = ("internal", "external")


def outliers(method: str, policy: str = "exclude_from_fit", **more: object) -> dict:
    return {"outliers": {"method": method, "policy": policy, **more}}


# One change for each side, which do not touch each other here: half as many runs.
CASES = {
    "correlation, mean": (
        {"filter": {"maximum_correlation": 0.3, "ignored_features": ["growth"]}},
        {"impute": {"method": "mean"}},
    ),
    "ignored, mode": (
        {"filter": {"ignored_features": ["No such thing"]}},
        {"impute": {"method": "mode"}},
    ),
    "none, clr": ({"transform": {"method": "none"}}, {"transform": {"method": "clr"}}),
    "hellinger, constant": (
        {"transform": {"method": "hellinger"}},
        {"impute": {"method": "constant", "constant": -3}},
    ),
    "clip, knn": ({"scale": {"clip": 1}}, {"impute": {"method": "knn"}}),
    "minmax, one neighbour": (
        {"scale": {"method": "minmax"}},
        {"impute": {"method": "knn", "neighbours": 1}},
    ),
    "maxabs, iterative": ({"scale": {"method": "maxabs"}}, {"impute": {"method": "iterative"}}),
    "robust, one iteration": (
        {"scale": {"method": "robust"}},
        {"impute": {"method": "iterative", "iterations": 1}},
    ),
    "forest, unscaled": (outliers("isolation_forest"), {"scale": {"method": "none"}}),
    "seed, zscore": (
        outliers("isolation_forest") | {"algorithm": {"seed": 7}},
        {"scale": {"method": "zscore"}},
    ),
    "lof, winsorised": (outliers("lof"), outliers("knn_distance", "winsorise")),
    "neighbours, envelope": (outliers("lof", neighbours=12), outliers("elliptic_envelope")),
    "envelope, correlation": (
        outliers("elliptic_envelope"),
        {"filter": {"maximum_correlation": 0.3}},
    ),
    "no outliers, iqr": (outliers("none"), outliers("iqr", "winsorise", threshold=0.3)),
    "mad, kept": (outliers("mad", "winsorise"), outliers("knn_distance", "keep")),
    "mean and threshold, threshold": (
        {"impute": {"method": "mean"}, "outliers": {"threshold": 1000}},
        {"outliers": {"threshold": 1000}},
    ),
    "mode and few, few": (
        {"impute": {"method": "mode"}, "outliers": {"maximum_share": 0.02}},
        {"outliers": {"maximum_share": 0.02}},
    ),
    "constant and small, small": (
        {"impute": {"method": "constant", "constant": -3}, "outliers": {"minimum_stores": 61}},
        {"outliers": {"minimum_stores": 61}},
    ),
    "knn and raw, neighbours and clip": (
        {"impute": {"method": "knn"}, "scale": {"method": "none"}},
        {"outliers": {"neighbours": 12}, "scale": {"clip": 1}},
    ),
    "one neighbour, hellinger": (
        {"impute": {"method": "knn", "neighbours": 1}},
        {"transform": {"method": "hellinger"}},
    ),
    "iterative, raw": (
        {"impute": {"method": "iterative"}},
        {"scale": {"method": "none"}},
    ),
    "filter, filter": (
        {
            "filter": {
                "ignored_features": ["Black tea"],
                "minimum_variance": 0.01,
                "maximum_missing_share": 0,
            }
        },
        {
            "filter": {
                "ignored_features": ["visits"],
                "minimum_variance": 1,
                "maximum_missing_share": 0.1,
            }
        },
    ),
}
# Each option here moves a score of its own, so that several go into one run.
CLUSTER_CASES = {
    "features, component": ({"reduce": {"method": "none"}}, {"reduce": {"maximum_components": 1}}),
    "component, features": ({"reduce": {"maximum_components": 1}}, {"reduce": {"method": "none"}}),
    "range, size": (
        {
            "reduce": {"explained_variance": 0.4},
            "cluster_count": {"minimum": 3, "maximum": 5, "rule": "calinski_harabasz"},
        },
        {
            "cluster_count": {"minimum_cluster_size": 10, "resamples": 4, "rule": "stability"},
            "algorithm": {"starts": 1},
        },
    ),
    "size, range": (
        {
            "cluster_count": {"minimum_cluster_size": 10, "resamples": 4, "rule": "davies_bouldin"},
            "algorithm": {"starts": 1},
        },
        {
            "reduce": {"explained_variance": 0.4},
            "cluster_count": {"minimum": 3, "maximum": 5, "rule": "calinski_harabasz"},
        },
    ),
    "seed, seed": ({"algorithm": {"seed": 7}}, {"algorithm": {"seed": 7}}),
}
