"""How alike the clusters of two runs are."""

import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from python_ml.frames import stack, typed

SCHEMA = {
    "category": "str",
    "adjusted_rand": "float64",
    "adjusted_mutual_information": "float64",
}


def compare_runs(present: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """Return how alike the clusters of two runs are, on the stores that both have.

    Both measures are 1 for the same clusters, whatever their ids, and about 0 for clusters that
    have no more to do with each other than by chance (Hubert and Arabie 1985; Vinh, Epps and
    Bailey 2010). The Rand index counts pairs of stores and follows the large clusters; mutual
    information also sees what becomes of small ones.

    Parameters
    ----------
    present : DataFrame
        Columns ``category``, ``store_id``, ``final_cluster_id``; one row per category and store.
    previous : DataFrame
        Columns ``category``, ``store_id``, ``cluster_id``; the same of the run before.

    Returns
    -------
    DataFrame
        One row per category of which a store is in both runs: ``adjusted_rand`` (-0.5..1) and
        ``adjusted_mutual_information`` (at most 1), rounded to 9 decimals.

    Examples
    --------
    >>> stores = ["s1", "s2", "s3", "s4"]
    >>> present = pd.DataFrame(
    ...     {"category": "beer", "store_id": stores, "final_cluster_id": [1, 1, 2, 2]}
    ... )
    >>> previous = pd.DataFrame(
    ...     {"category": "beer", "store_id": stores, "cluster_id": [5, 5, 3, 3]}
    ... )
    >>> compare_runs(present, previous)
      category  adjusted_rand  adjusted_mutual_information
    0     beer            1.0                          1.0
    """
    both = present.merge(previous, on=["category", "store_id"], validate="1:1")
    both = both.sort_values(["category", "store_id"])
    return stack(
        (
            typed(
                {
                    "category": [category],
                    "adjusted_rand": _compare(adjusted_rand_score, stores),
                    "adjusted_mutual_information": _compare(adjusted_mutual_info_score, stores),
                },
                SCHEMA,
            )
            for category, stores in both.groupby("category", sort=True)
        ),
        SCHEMA,
    )


def _compare(measure, stores):
    """Return a measure of the two labels of the same stores."""
    return round(float(measure(stores["cluster_id"], stores["final_cluster_id"])), 9)
