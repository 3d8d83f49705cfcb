"""How far the fit is from what the machine can compute at all.

``python -m benchmarks.limit rows.npy`` prints, as JSON, the arithmetic per CPU second of one
thread: of k-means and of the pass that scores every number at once, beside the plain matrix
product they are made of.
"""

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from benchmarks.count_search import COUNTS
from python_ml.cluster_count.distances import distance_blocks

CLUSTERS, ROUNDS = 10, 10
SQUARE = 2_000
REPEATS = 5


def rates(rows: np.ndarray) -> dict[str, float]:
    """Return floating point operations per CPU second, by what computes.

    The arithmetic of distances is counted, ``2 n k p`` for each pass over n rows with p
    components and k centres, and nothing else that is done.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, p)

    Returns
    -------
    dict of str to float
    """
    n, p = rows.shape
    generator = np.random.default_rng(0)
    starts = rows[generator.choice(n, CLUSTERS, replace=False)]
    sets = [rows[generator.choice(n, k, replace=False)] for k in COUNTS]
    stacked = np.vstack(sets)
    square = generator.normal(size=(SQUARE, SQUARE))
    single = square.astype(np.float32)

    def fit():
        # no tolerance: it takes as many rounds as it may, and looks once more at the end
        model = KMeans(CLUSTERS, init=starts, n_init=1, max_iter=ROUNDS, tol=0).fit(rows)
        return 2 * n * p * CLUSTERS * (model.n_iter_ + 1)

    def one_pass():
        for _ in distance_blocks(rows, sets):
            pass
        return 2 * n * p * len(stacked)

    def product(left, right):
        def multiply():
            left @ right
            return 2 * left.shape[0] * left.shape[1] * right.shape[1]

        return multiply

    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return {
            "sgemm, square": rate(product(single, single)),
            "dgemm, square": rate(product(square, square)),
            "dgemm, the rows and 10 centres": rate(product(rows, starts.T)),
            f"dgemm, the rows and {len(stacked)} centres": rate(product(rows, stacked.T)),
            "k-means, 10 clusters": rate(fit),
            "distances to the centres of every number": rate(one_pass),
        }


def rate(work: Callable[[], float]) -> float:
    """Return the median of operations per CPU second; the first run does not count."""
    found = []
    for _ in range(REPEATS + 1):
        start = time.process_time()
        operations = work()
        found.append(operations / (time.process_time() - start))
    return statistics.median(found[1:])


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description="Measure the distance to the limit.")
    parser.add_argument("rows", type=Path)
    args = parser.parse_args()
    print(json.dumps(rates(np.load(args.rows))))


if __name__ == "__main__":
    main()
