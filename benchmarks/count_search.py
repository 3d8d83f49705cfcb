"""One timed search for the number of clusters, in a process of its own.

``python -m benchmarks.count_search ours rows.npy`` prints what it took as JSON: CPU seconds of
the search alone, of this process and its children; imports and reading are not counted.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from benchmarks.data import ROOT
from python_ml.cluster_count import (
    gap,
    score_cluster_counts,
    score_rows,
    search,
    silhouettes,
    stability,
)

COUNTS = range(2, 16)
NAIVE_STARTS = 10
# Where the search looks at samples; without bounds every score is of all stores.
BOUNDS = (
    (search, "FITTED_STORES"),
    (silhouettes, "SILHOUETTE_STORES"),
    (gap, "GAP_STORES"),
    (stability, "RESAMPLE_STORES"),
    (stability, "LABELLED_STORES"),
)


def internal_defaults(section: str) -> dict:
    """Return the default settings of one section of the internal side."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    return project["vars"]["defaults"]["internal"][section]


def default_settings(**changes: object) -> dict:
    """Return the default settings of the search.

    Examples
    --------
    >>> default_settings(maximum=15)["maximum"]
    15
    """
    return internal_defaults("cluster_count") | internal_defaults("algorithm") | changes


def timed_settings() -> dict:
    """Return the default settings with the numbers of clusters that are timed."""
    return default_settings(minimum=COUNTS.start, maximum=COUNTS.stop - 1)


def ours(rows: np.ndarray) -> Callable[[], dict]:
    """Search on a matrix."""
    everyone = np.full(len(rows), True)
    return lambda: summary(score_rows(rows, everyone, settings=timed_settings()))


def with_mixtures(rows: np.ndarray) -> Callable[[], dict]:
    """Search with the one score that the default rule does without, the BIC of mixtures."""
    everyone = np.full(len(rows), True)
    settings = timed_settings() | {"rule": "median_gmm"}
    return lambda: summary(score_rows(rows, everyone, settings=settings))


def from_frame(rows: np.ndarray) -> Callable[[], dict]:
    """Search as the pipeline does, from one line per store and component."""
    stores, components = rows.shape
    ids = np.char.add("s", np.char.zfill(np.arange(stores).astype(str), 8))
    frame = pd.DataFrame(
        {
            "category": "all",
            "store_id": np.repeat(ids, components),
            "component": np.tile(np.arange(1, components + 1), stores),
            "value": rows.ravel(),
        }
    )
    outliers = pd.DataFrame({"category": "all", "store_id": ids, "is_excluded": False})
    return lambda: summary(score_cluster_counts(frame, outliers, settings=timed_settings()))


def exact(rows: np.ndarray) -> Callable[[], dict]:
    """Search without any sample of the stores."""
    for module, bound in BOUNDS:
        if not hasattr(module, bound):
            raise AttributeError(f"{module.__name__} has no {bound}: what does it sample by?")
        setattr(module, bound, len(rows))
    return ours(rows)


def naive(rows: np.ndarray) -> Callable[[], dict]:
    """The loop everybody writes: ten starts, and the whole silhouette, for each number."""

    def loop():
        scores, fits, silhouette = {}, 0.0, 0.0
        for k in COUNTS:
            start = cpu_seconds()
            labels = KMeans(k, n_init=NAIVE_STARTS, random_state=0).fit_predict(rows)
            middle = cpu_seconds()
            scores[k] = silhouette_score(rows, labels)
            fits += middle - start
            silhouette += cpu_seconds() - middle
        chosen = max(scores, key=scores.get)
        return {"chosen": chosen, "fit_seconds": fits, "silhouette_seconds": silhouette}

    return loop


CONTENDERS = {
    "ours": ours,
    "with mixtures": with_mixtures,
    "from frame": from_frame,
    "exact": exact,
    "naive": naive,
}


def summary(scores: pd.DataFrame) -> dict:
    """Return the number chosen, and which scores were computed for every number."""
    several = scores[scores["k"] > 1]
    numbers = several.select_dtypes("number").drop(columns="k")
    return {
        "chosen": int(scores.loc[scores["is_chosen"], "k"].item()),
        "scores": [name for name in numbers if numbers[name].notna().all()],
        "reason": scores.loc[scores["is_chosen"], "reason"].item(),
    }


def cpu_seconds() -> float:
    """CPU time of this process, all its threads, and of its children that have ended."""
    used = os.times()
    return time.process_time() + used.children_user + used.children_system


def main() -> None:
    """Time one search and print what it took."""
    parser = argparse.ArgumentParser(description="Time one search.")
    parser.add_argument("contender", choices=list(CONTENDERS))
    parser.add_argument("rows", type=Path)
    args = parser.parse_args()
    run = CONTENDERS[args.contender](np.load(args.rows))
    start = cpu_seconds()
    found = run()
    print(json.dumps(found | {"search_seconds": cpu_seconds() - start}))


if __name__ == "__main__":
    main()
