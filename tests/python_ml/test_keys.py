"""What the functions find in a store goes with its id, whatever rows stand around it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from python_ml.algorithms.registry import ALGORITHMS
from python_ml.cluster_count import score_cluster_counts
from python_ml.clustering import fit_clusters
from tests.python_ml.planted import excluding, planted, shuffled

PROJECT = yaml.safe_load((Path(__file__).parents[2] / "dbt_project.yml").read_text())
INTERNAL = PROJECT["vars"]["defaults"]["internal"]
SIZES = (12, 10, 8)
# a smaller seed is not a simpler world
EXAMPLES = settings(max_examples=6, phases=[Phase.generate])
SEEDS = st.integers(0, 10_000)


def world(seed):
    """Return components, outliers with two stores that are not fitted, and the true groups."""
    components, truth = planted(SIZES, seed=seed, dimensions=4)
    groups = pd.Series(truth, index=sorted(components["store_id"].unique()), name="group")
    # of three groups equally far from each other the first cut of bisecting_kmeans may halve one
    far = components["store_id"].map(groups).eq(2) & components["component"].eq(1)
    components = components.assign(value=components["value"] + 40 * far)
    generator = np.random.default_rng(seed)
    left_out = generator.choice(groups.index[:10], 2, replace=False)
    return components, excluding(components, left_out), groups


def algorithm(method):
    """Return the settings of a method; what it finds by density may be small here."""
    return INTERNAL["algorithm"] | {"method": method, "neighbours": 4, "smallest_cluster": 4}


def fits_of(components, outliers, method):
    scores = pd.DataFrame({"category": "beer", "k": [len(SIZES)], "is_chosen": True})
    return fit_clusters(components, outliers, scores, settings=algorithm(method))


def members(fits):
    """Return the cluster of every fitted store."""
    own = fits[fits["parameter"].isin(["member", "noise"])]
    return own.set_index("store_id")["cluster_id"].sort_index()


def assert_same_groups(labels, groups):
    """Both say the same of every pair of stores."""
    pairs = set(zip(labels, groups.loc[labels.index], strict=True))
    assert len(pairs) == labels.nunique() == groups.nunique()


@pytest.mark.parametrize("method", ALGORITHMS)
@EXAMPLES
@given(seed=SEEDS)
def test_fits_do_not_depend_on_the_order_of_the_rows(method, seed):
    components, outliers, _ = world(seed)
    pd.testing.assert_frame_equal(
        fits_of(shuffled(components, seed), shuffled(outliers, seed + 1), method),
        fits_of(components, outliers, method),
        check_exact=True,
    )


@pytest.mark.parametrize("method", ALGORITHMS)
@EXAMPLES
@given(seed=SEEDS)
def test_clusters_are_the_planted_groups_with_or_without_some_stores(method, seed):
    components, outliers, groups = world(seed)
    fitted = outliers.loc[~outliers["is_excluded"], "store_id"]
    found = members(fits_of(components, outliers, method))
    assert sorted(found.index) == sorted(fitted)
    assert_same_groups(found, groups)
    generator = np.random.default_rng(seed)
    gone = generator.choice(groups.index, 3, replace=False)
    fewer = members(fits_of(components[~components["store_id"].isin(gone)], outliers, method))
    assert sorted(fewer.index) == sorted(set(fitted) - set(gone))
    assert_same_groups(fewer, groups)


@pytest.mark.parametrize("method", ALGORITHMS)
@EXAMPLES
@given(seed=SEEDS)
def test_clusters_follow_the_ids_when_stores_change_theirs(method, seed):
    components, outliers, groups = world(seed)
    found = members(fits_of(components, outliers, method))
    new = dict(
        zip(groups.index, np.random.default_rng(seed).permutation(groups.index), strict=True)
    )
    renamed = [
        frame.assign(store_id=frame["store_id"].map(new)) for frame in (components, outliers)
    ]
    pd.testing.assert_series_equal(
        members(fits_of(*renamed, method)),
        found.rename(index=new).sort_index(),
        check_index_type=False,
    )


@EXAMPLES
@given(seed=SEEDS)
def test_scores_do_not_depend_on_the_order_of_the_rows(seed):
    components, outliers, _ = world(seed)
    chosen = INTERNAL["cluster_count"] | {"maximum": 5, "resamples": 2}
    scores = [
        score_cluster_counts(*frames, settings=chosen | algorithm("kmeans"))
        for frames in [
            (components, outliers),
            (shuffled(components, seed), shuffled(outliers, seed + 1)),
        ]
    ]
    pd.testing.assert_frame_equal(*scores, check_exact=True)
    assert scores[0].set_index("k")["is_chosen"].idxmax() == len(SIZES)
