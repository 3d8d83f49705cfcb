"""Categories with too few stores: one cluster, and a reason with its figures."""

import pandas as pd
import pytest

from python_ml.cluster_count import score_cluster_counts
from python_ml.clustering import fit_clusters
from tests.python_ml import counting
from tests.python_ml.planted import excluding, nobody_excluded, planted

SETTINGS = counting.SETTINGS | {"minimum_cluster_size": 2}


@pytest.mark.parametrize(("minimum", "counts"), [(8, [1]), (7, [1, 2, 3, 4, 5, 6])])
@pytest.mark.parametrize("changes", [{}, {"fixed": 3}])
def test_setting_minimum_stores(minimum, counts, changes):
    """Seven stores, one of them left out of the fit, in two clear groups."""
    components, _ = planted([4, 3], seed=0)
    outliers = excluding(components, ["s0000"])
    scores = score_cluster_counts(
        components, outliers, settings=SETTINGS | changes, minimum_stores=minimum
    )
    assert scores["k"].tolist() == counts
    [chosen] = scores[scores["is_chosen"]].itertuples()
    if minimum == 8:
        assert (chosen.k, chosen.smallest_cluster, chosen.is_valid) == (1, 7, True)
        assert chosen.reason == "chosen: too few stores (7, minimum is 8)"
    else:
        assert chosen.k == changes.get("fixed", 2)
        assert "too few stores" not in " ".join(scores["reason"])


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
def test_a_category_with_too_few_stores_is_one_cluster_beside_others(method):
    """The large category is as it would be alone, and all stores of the small one are members."""
    large, _ = planted([30, 20], seed=1)
    small = planted([4, 3], seed=0, category="wine")[0]
    both = pd.concat([large, small])
    settings = SETTINGS | {
        "method": method, "smallest_cluster": 5, "minimum_samples": None,
    }  # fmt: skip
    scores = score_cluster_counts(both, nobody_excluded(both), settings=settings, minimum_stores=10)
    alone = score_cluster_counts(large, nobody_excluded(large), settings=settings)
    pd.testing.assert_frame_equal(scores[scores["category"] == "beer"], alone)
    fits = fit_clusters(both, nobody_excluded(both), scores, settings=settings)
    members = fits[(fits["category"] == "wine") & (fits["parameter"] == "member")]
    assert (len(members), set(members["cluster_id"])) == (7, {1})
