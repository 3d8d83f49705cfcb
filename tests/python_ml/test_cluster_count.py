"""Cluster count: the planted number is chosen, each setting is obeyed, nothing else matters."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from python_ml.algorithms import fit_counts
from python_ml.algorithms.fit import Fit
from python_ml.cluster_count import RULES, SCHEMA, score_cluster_counts, score_rows
from python_ml.cluster_count.rules import vote
from python_ml.clustering import fit_clusters
from python_ml.frames import resolve_minimum_size
from tests.python_ml.counting import CLOUDS, SETTINGS, chosen, cloud_of, noise, score
from tests.python_ml.planted import (
    array_of,
    excluding,
    long_frame,
    nobody_excluded,
    planted,
    shuffled,
)

UNEQUAL = [120, 60, 40, 30, 25, 20, 15, 12, 10]


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"stability", "bic", "gmm_bic"}))
@pytest.mark.parametrize("k", [2, 5, 9])
def test_the_planted_number_is_chosen(k, rule):
    """Clusters of unequal size, and the gate open at its default."""
    components, _ = planted(UNEQUAL[:k], seed=k)
    assert chosen(components, rule=rule, minimum_stability=0.6) == [k]


def test_the_clusters_scored_are_the_clusters_fitted():
    """The centroids of the chosen k have the inertia that was scored."""
    components = noise(dimensions=5)
    outliers = excluding(components, ["s0001", "s0250"])
    scores = score_cluster_counts(components, outliers, settings=SETTINGS | {"fixed": 8})
    fits = fit_clusters(components, outliers, scores, settings=SETTINGS)
    centroids = fits[fits["parameter"] == "centroid"]
    wide = centroids.pivot(index="cluster_id", columns="component", values="value").to_numpy(float)
    rows = np.delete(array_of(components), [1, 250], axis=0)
    inertia = ((rows - wide[Fit(wide, None, None, 0.0).assign(rows)]) ** 2).sum()
    assert scores.loc[scores["is_chosen"], "inertia"].item() == pytest.approx(inertia, rel=1e-9)


def test_setting_minimum_and_maximum():
    """The candidates are 1 and the range asked for, whatever is planted."""
    components, _ = planted([50, 40, 30, 20], seed=0)
    table = score(components, minimum=5, maximum=7)
    assert table.index.tolist() == [1, 5, 6, 7]
    assert chosen(components, minimum=2, maximum=3) == [3]
    assert score(components, minimum=1, maximum=3).index.tolist() == [1, 2, 3]


def test_setting_fixed():
    """A fixed number is chosen whatever its scores, inside or outside the range."""
    components, _ = planted([60, 40, 30], seed=0)
    table = score(components, fixed=2)
    assert table.index[table["is_chosen"]].tolist() == [2]
    assert table.loc[2, "reason"] == "chosen: fixed by the settings"
    assert table.loc[3, "reason"] == "not chosen: k = 2 is fixed by the settings"
    beyond = score(components, fixed=12, maximum=4, minimum_cluster_size=100)
    assert beyond.index.tolist() == [1, 2, 3, 4, 12]
    assert beyond.index[beyond["is_chosen"]].tolist() == [12]
    assert not beyond.loc[12, "is_valid"]
    assert beyond.loc[12, "reason"].startswith(
        "chosen: fixed by the settings, although smallest cluster has "
    )
    one = score(components, fixed=1)
    assert one.loc[1, "reason"] == "chosen: fixed by the settings"


def test_setting_minimum_cluster_size():
    """The planted small cluster makes its number invalid once it is too small."""
    components, _ = planted([100, 60, 30, 10], seed=0)
    assert chosen(components, minimum_cluster_size=10) == [4]
    assert chosen(components, minimum_cluster_size=11) == [3]
    assert chosen(components, minimum_cluster_size=0.05) == [4]
    assert chosen(components, minimum_cluster_size=0.051) == [3]


def test_setting_resamples_starts_and_seed():
    """More resamples or another seed move the stability; more starts lower an inertia."""
    components = noise(dimensions=4)
    base = score(components)
    assert (score(components, resamples=6)["stability"] != base["stability"]).any()
    other_seed = score(components, seed=8)
    assert (other_seed["stability"] != base["stability"]).any()
    assert (other_seed["inertia"] != base["inertia"]).any()
    more = score(components, starts=25)
    assert (more["inertia"] <= base["inertia"]).all()
    assert (more["inertia"] < base["inertia"]).any()


def test_excluded_stores_are_counted_but_not_fitted():
    """Excluded stores change no score of the fit, but fill the cluster nearest to them."""
    components, truth = planted([60, 40, 12], seed=0)
    small = components["store_id"].unique()[truth == 2]
    outliers = excluding(components, small[:4])
    table = score(components, outliers=outliers, minimum_cluster_size=12)
    fitted_only = components.loc[~components["store_id"].isin(small[:4])]
    alone = score(fitted_only, minimum_cluster_size=12)
    scores = ["silhouette", "calinski_harabasz", "davies_bouldin", "inertia"]
    pd.testing.assert_frame_equal(table[scores], alone[scores])
    assert (table.loc[3, "smallest_cluster"], alone.loc[3, "smallest_cluster"]) == (12, 8)
    assert table.index[table["is_chosen"]].tolist() == [3]
    assert alone.index[alone["is_chosen"]].tolist() == [2]


def test_a_share_is_of_all_stores():
    """A tenth of 100 stores is 10, although only 90 are fitted."""
    components, _ = planted([60, 40], seed=0)
    outliers = excluding(components, components["store_id"].unique()[:10])
    table = score(components, outliers=outliers, minimum_cluster_size=0.1)
    rejected = table.loc[~table["is_valid"], "reason"]
    assert len(rejected)
    assert rejected.str.endswith("minimum is 10").all()


def test_candidates_end_at_the_distinct_rows():
    """Ten stores on three spots have at most three clusters, which then are perfect."""
    table = score(long_frame(np.repeat([[0.0], [1.0], [9.0]], [4, 3, 3], axis=0)))
    assert table.index.tolist() == [1, 2, 3]
    assert table.loc[3, ["silhouette", "inertia"]].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rule": "elbow"},
            "rule 'elbow' is not known: choose one of median, median_gmm, majority, gap, ",
        ),
        ({"rule": "inertia"}, "rule 'inertia' is not known"),
        ({"fixed": 0}, "0 clusters cannot be fitted"),
        ({"resamples": 1}, "resamples 1: give 2 or more"),
        (
            {"retry_minimum_cluster_size": 1.5},
            "category 'beer': minimum cluster size 1.5: give a whole number",
        ),
        ({"minimum_cluster_size": 2.5}, "minimum cluster size 2.5: give a whole number"),
        ({"minimum_cluster_size": 0}, "minimum cluster size 0: give a whole number"),
    ],
)
def test_impossible_settings_are_refused(changes, message):
    """The message names the setting and what is allowed."""
    with pytest.raises(ValueError, match=message):
        score(noise(stores=30), **changes)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_required(name):
    """A missing setting fails under its name."""
    components = noise(stores=30)
    incomplete = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(KeyError, match=name):
        score_cluster_counts(components, nobody_excluded(components), settings=incomplete)


@given(
    st.integers(0, 1000),
    st.integers(1, 50),
    st.sampled_from(sorted(RULES)),
    st.one_of(st.integers(1, 12), st.floats(0.01, 0.4)),
)
@settings(max_examples=20)
def test_what_holds_for_every_frame(seed, stores, rule, minimum_size):
    """Any order gives the same table; one k is chosen, valid, and best; each has a reason."""
    generator = np.random.default_rng(seed)
    components = long_frame(generator.integers(0, 5, size=(stores, 2)))
    outliers = excluding(components, generator.choice(components["store_id"], stores // 5))
    mixed, before = shuffled(components, seed), shuffled(components, seed)
    changes = {
        "rule": rule, "minimum_cluster_size": minimum_size, "maximum": 6, "resamples": 2,
    }  # fmt: skip
    table = score(components, outliers=outliers, **changes)
    again = score(mixed, outliers=shuffled(outliers, seed), **changes)
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    pd.testing.assert_frame_equal(mixed, before)
    assert table["is_chosen"].sum() == 1
    winner = table.loc[table["is_chosen"]].iloc[0]
    assert winner["is_valid"]
    assert winner["reason"].startswith("chosen: ")
    assert table.loc[~table["is_chosen"], "reason"].str.match("not (chosen|valid): ").all()
    valid = table[table["is_valid"] & (table.index > 1)]
    assert winner.name == (vote(valid, rule).count or 1)
    large_enough = table["smallest_cluster"] >= resolve_minimum_size(minimum_size, stores)
    assert (table["is_valid"] == (large_enough | (table.index == 1))).all()
    assert table.loc[1, "smallest_cluster"] == stores
    assert (table["inertia"].diff().dropna() <= 1e-9).all()


def test_categories_do_not_touch_each_other():
    """Each category is scored as if it were alone."""
    beer, _ = planted([50, 30, 20], seed=1)
    wine, _ = planted([40, 30], seed=2, category="wine", dimensions=3)
    both = pd.concat([wine, beer])
    result = score_cluster_counts(both, nobody_excluded(both), settings=SETTINGS)
    assert result.loc[result["is_chosen"], ["category", "k"]].values.tolist() == [
        ["beer", 3],
        ["wine", 2],
    ]
    wine_alone = score_cluster_counts(wine, nobody_excluded(wine), settings=SETTINGS)
    pd.testing.assert_frame_equal(
        result.loc[result["category"] == "wine"].reset_index(drop=True), wine_alone
    )


def test_shift_moves_nothing():
    """Another origin of the space leaves every score and the choice as they are."""
    components, _ = planted([60, 40, 30], seed=0)
    table = score(components)
    moved = score(components.assign(value=components["value"] + 1000))
    pd.testing.assert_frame_equal(moved, table, rtol=1e-6)


def test_repeats_are_equal_to_the_last_bit():
    """The same call twice gives the same frame."""
    pd.testing.assert_frame_equal(score(noise()), score(noise()), check_exact=True)


def test_an_empty_frame_stays_a_frame():
    """No stores, no rows, but the same columns and dtypes as ever."""
    empty = pd.DataFrame({name: [] for name in ("category", "store_id", "component", "value")})
    outliers = pd.DataFrame({name: [] for name in ("category", "store_id", "is_excluded")})
    result = score_cluster_counts(empty, outliers, settings=SETTINGS)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA
    components = noise(stores=30)
    full = score_cluster_counts(components, nobody_excluded(components), settings=SETTINGS)
    assert full.dtypes.astype(str).to_dict() == SCHEMA


@pytest.mark.parametrize(
    ("minimum", "stores", "size"),
    [(20, 5, 20), (20.0, 500, 20), (0.05, 100, 5), (0.05, 101, 6), (0.07, 100, 7), (0.01, 1, 1)],
)
def test_minimum_size_in_stores_or_as_a_share(minimum, stores, size):
    """A number stays, a share is rounded up, and 0.07 of 100 is 7."""
    assert resolve_minimum_size(minimum, stores) == size


@pytest.mark.parametrize("k", range(2, 10))
@pytest.mark.parametrize("dimensions", [10, 40])
def test_the_default_rule_finds_what_is_planted(k, dimensions):
    """Two to nine groups of unequal size, with the gate: the number and every store."""
    components, truth = planted(UNEQUAL[:k], seed=k, dimensions=dimensions, distance=8)
    settings = {"rule": "median", "minimum_stability": 0.6}
    assert chosen(components, **settings) == [k]
    labels = fit_counts(array_of(components), [k], algorithm=SETTINGS)[k].labels
    assert adjusted_rand_score(truth, labels) >= 0.95


@pytest.mark.parametrize("dimensions", [2, 3, 5, 20])
@pytest.mark.parametrize("kind", CLOUDS)
def test_noise_is_one_cluster(kind, dimensions):
    """Also clouds that are cut at the same place every time: long, skewed, or with corners."""
    for stores, seed in ((100, 0), (300, 1), (600, 2)):
        rows = cloud_of(kind, stores, dimensions, seed)
        table = score(long_frame(rows), rule="median", minimum_stability=0.6, resamples=8)
        assert table.index[table["is_chosen"]].tolist() == [1], (stores, seed)
        reason = table.loc[1, "reason"]
        assert reason.startswith("chosen: no ")


def test_setting_maximum_border_density():
    """A skewed cloud has no valley: only whoever asks for none takes its parts for clusters."""
    rows = long_frame(cloud_of("exponential", 600, 3, seed=1))
    gate = {"rule": "median", "minimum_stability": 0.6, "resamples": 8}
    table = score(rows, **gate)
    refused = table.index[table["reason"].str.startswith("not chosen: the borders of ")].item()
    assert table.index[table["is_chosen"]].tolist() == [1]
    assert table.loc[refused, "border_density"] >= 1
    assert chosen(rows, **gate, maximum_border_density=100) == [refused]
    groups, _ = planted([60, 50, 40], seed=3, distance=5)
    assert chosen(groups, **gate) == [3]
    assert chosen(groups, **gate, maximum_border_density=0.01) == [1]


def test_setting_minimum_stability():
    """Overlapping groups pass a low minimum, not a high one; a fixed number asks for none."""
    components, _ = planted([60, 50, 40], seed=3, distance=3.2)
    stability = score(components, rule="silhouette")["stability"].max()
    assert 0.3 < stability < 0.999
    assert chosen(components, minimum_stability=0.05, maximum=3) != [1]
    assert chosen(components, minimum_stability=1.0, maximum=3) == [1]
    assert chosen(noise(), minimum_stability=0.6) == [1] != chosen(noise(), minimum_stability=0)
    assert chosen(components, minimum_stability=1.0, fixed=3) == [3]


def test_setting_retry_minimum_cluster_size():
    """Where no candidate is large enough a smaller minimum applies, and is recorded."""
    components, _ = planted([60, 6], seed=0)
    changes = {"maximum": 2, "minimum_cluster_size": 10}
    assert chosen(components, **changes) == [1]
    table = score(components, retry_minimum_cluster_size=5, **changes)
    assert table.index[table["is_chosen"]].tolist() == [2]
    assert table["minimum_size"].tolist() == [5, 5]
    assert table.loc[2, "reason"].endswith(
        "; no candidate has every cluster at the minimum of 10, so the smaller one of 5 stores "
        "applies"
    )
    still = score(components, retry_minimum_cluster_size=0.12, **changes)
    assert still["minimum_size"].tolist() == [8, 8]
    assert still.loc[1, "reason"].endswith("minimum of 10 stores, nor at the smaller one of 8")
    # Not needed, or not smaller: the first minimum stays.
    met = score(components, retry_minimum_cluster_size=5, maximum=2, minimum_cluster_size=6)
    assert met["minimum_size"].tolist() == [6, 6]
    larger = score(components, retry_minimum_cluster_size=20, **changes)
    assert larger["minimum_size"].tolist() == [10, 10]


def test_an_algorithm_that_finds_its_own_number():
    """Its number is the only candidate beside 1, gate included."""
    hdbscan = {"method": "hdbscan", "smallest_cluster": 10, "minimum_samples": None}
    components, _ = planted([60, 50, 40], seed=0, dimensions=3)
    table = score(components, minimum_stability=0.6, fixed=2, **hdbscan)
    assert table.index.tolist() == [1, 3]
    assert table.index[table["is_chosen"]].tolist() == [3]
    assert table.loc[3, "reason"].startswith(
        "chosen: the algorithm finds 3 clusters by itself (it cannot be told the 2 the settings "
        "fix); stability "
    )
    nothing = score(noise(stores=60), minimum_stability=0.6, **hdbscan)
    assert nothing.index[nothing["is_chosen"]].tolist() == [1]


def test_too_many_stores_for_an_algorithm_are_refused():
    """Before a sample hides it."""
    rows = np.zeros((20_001, 1))
    with pytest.raises(ValueError, match="ward takes at most 20,000 stores, there are 20,001"):
        score_rows(rows, np.full(len(rows), True), settings=SETTINGS | {"method": "ward"})
