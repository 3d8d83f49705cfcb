"""Do the rules find the number of groups that is known, and their stores?

``python -m benchmarks.recovery --folder FOLDER --out results.json`` scores every data set once and
lets every rule choose from the same scores.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from benchmarks.count_search import default_settings, internal_defaults
from benchmarks.groups import GRADES, NOISES, SHAPES, noise, planted
from benchmarks.public_sets import MOST_GROUPS, public_sets
from python_ml.algorithms import fit_counts
from python_ml.cluster_count import RULES, score_rows
from python_ml.cluster_count.rules import decide

PUBLIC, NOISE = "public", "noise"
# More rows than this are sampled: the answer stays, the time does not.
MOST_ROWS = 2_000
STORES, COMPONENTS = (100, 300, 1_000, 5_000), (5, 20, 50)
REFERENCE_STARTS = 10


class Known(NamedTuple):
    """Rows of which the groups are known; no labels where there are none."""

    suite: str
    name: str
    rows: np.ndarray
    labels: np.ndarray | None


def planted_sets() -> list[Known]:
    """Return groups of every number and grade, equal and unequal, of both shapes.

    Stores and components go round, so that each meets each grade.
    """
    cases = product(GRADES, range(2, MOST_GROUPS + 1), (False, True))
    found = []
    for number, (grade, groups, is_skewed) in enumerate(cases):
        stores = STORES[number % len(STORES)]
        components = COMPONENTS[number % len(COMPONENTS)]
        shape = SHAPES[number // 2 % len(SHAPES)]
        rows, labels = planted(
            groups,
            stores,
            components,
            apart=GRADES[grade],
            is_skewed=is_skewed,
            shape=shape,
            seed=number,
        )
        size = "unequal" if is_skewed else "equal"
        name = f"{groups} {size} {shape}, {stores} x {components}"
        found.append(Known(grade, name, rows, labels))
    return found


def noise_sets() -> list[Known]:
    """Return single clouds."""
    return [
        Known(
            NOISE, f"{kind}, {stores} x {components}", noise(kind, stores, components, seed=1), None
        )
        for kind, stores, components in product(NOISES, STORES[:3], COMPONENTS)
    ]


def reduced(rows: np.ndarray) -> np.ndarray:
    """Return z-scores reduced as the project does by default: principal components.

    Examples
    --------
    >>> abs(reduced(np.array([[0.0, 5.0], [2.0, 5.0]]))).round(9).ravel().tolist()
    [1.0, 1.0]
    """
    settings = internal_defaults("reduce")
    rows = rows[:, rows.std(axis=0) > 0]
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    values = PCA(svd_solver="full").fit(rows)
    explained = values.explained_variance_ratio_.cumsum()
    enough = int(np.searchsorted(explained, settings["explained_variance"]) + 1)
    return values.transform(rows)[:, : min(enough, settings["maximum_components"])]


def sampled(known: Known) -> Known:
    """Return at most ``MOST_ROWS`` rows of a public set."""
    if known.suite != PUBLIC or len(known.rows) <= MOST_ROWS:
        return known
    chosen = np.random.default_rng(0).choice(len(known.rows), MOST_ROWS, replace=False)
    return known._replace(rows=known.rows[chosen], labels=known.labels[chosen])


def judge(known: Known) -> dict:
    """Return what every rule says about one set, and how good each number would have been.

    Returns
    -------
    dict
        ``suite``, ``name``, ``stores``, ``components``; ``k``: the right number; ``reference``:
        adjusted Rand index of ten k-means starts at that number (missing for noise); ``rand``: of
        our clusters, by number; ``chosen``: by rule, the number with the gate and without it.
    """
    known = sampled(known)
    settings = default_settings(rule="median_gmm")
    with threadpool_limits(limits=1):
        rows = known.rows if known.suite != PUBLIC else reduced(known.rows)
        scores = score_rows(rows, np.full(len(rows), True), settings=settings).set_index("k")
        found = {
            "suite": known.suite,
            "name": known.name,
            "stores": len(rows),
            "components": rows.shape[1],
            "k": 1,
            "chosen": {
                rule: [
                    decide(scores, rule, least, settings["maximum_border_density"]).chosen
                    for least in (settings["minimum_stability"], 0)
                ]
                for rule in RULES
            },
        }
        if known.labels is None:
            return found
        k = len(np.unique(known.labels))
        best = KMeans(k, n_init=REFERENCE_STARTS, random_state=0).fit_predict(rows)
        fits = fit_counts(rows, list(scores.index), algorithm=settings)
        return found | {
            "k": k,
            "reference": adjusted_rand_score(known.labels, best),
            "rand": {
                str(number): adjusted_rand_score(known.labels, fit.labels)
                for number, fit in fits.items()
            },
        }


def every_set(folder: Path, share: float) -> tuple[list[Known], list[str]]:
    """Return the sets, or an evenly spread share of them, and what could not be fetched."""
    public, notes = public_sets(folder)
    known = [Known(PUBLIC, *each) for each in public] + planted_sets() + noise_sets()
    return known[:: max(1, round(1 / share))], notes


def main() -> None:
    """Judge all sets, one per core, and write what was found."""
    parser = argparse.ArgumentParser(description="Judge the rules on known groups.")
    parser.add_argument("--folder", type=Path, required=True, help="where fetched data is kept")
    parser.add_argument("--share", type=float, default=1, help="of the sets")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    known, notes = every_set(args.folder, args.share)
    for note in notes:
        print(f" {note}", file=sys.stderr, flush=True)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(judge, known))
    default = default_settings()["rule"]
    args.out.write_text(json.dumps({"rows": rows, "notes": notes, "default": default}))


if __name__ == "__main__":
    main()
