"""Cluster count: the planted number is chosen, the scores are right, every row has a reason."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_samples,
    silhouette_score,
)

from python_ml.algorithms.fit import Fit
from python_ml.algorithms.kmeans import fit_kmeans
from python_ml.cluster_count import SCHEMA, score_cluster_counts
from python_ml.cluster_count.rules import BETTER as RULES
from python_ml.cluster_count.silhouettes import mean_silhouettes
from python_ml.clustering import fit_clusters
from python_ml.frames import resolve_minimum_size
from tests.python_ml.planted import (
    array_of,
    excluding,
    long_frame,
    nobody_excluded,
    planted,
    shuffled,
)

SETTINGS = {
    "fixed": None,
    "minimum": 2,
    "maximum": 10,
    "rule": "silhouette",
    "minimum_cluster_size": 5,
    "retry_minimum_cluster_size": None,
    "minimum_stability": 0,
    "resamples": 4,
    "method": "kmeans",
    "starts": 3,
    "seed": 7,
}
UNEQUAL = [120, 60, 40, 30, 25, 20, 15, 12, 10]


def score(components, outliers=None, **changes):
    """Return the scores by k."""
    outliers = nobody_excluded(components) if outliers is None else outliers
    return score_cluster_counts(components, outliers, settings=SETTINGS | changes).set_index("k")


def chosen(components, **changes):
    """Return the chosen k."""
    table = score(components, **changes)
    return table.index[table["is_chosen"]].tolist()


def noise(stores=300, dimensions=8, seed=0):
    """Return stores without any clusters."""
    return long_frame(np.random.default_rng(seed).normal(size=(stores, dimensions)))


@pytest.mark.parametrize("rule", ["silhouette", "calinski_harabasz", "davies_bouldin"])
@pytest.mark.parametrize("k", range(2, 10))
def test_the_planted_number_is_chosen(k, rule):
    """Two to nine clusters of unequal size."""
    components, _ = planted(UNEQUAL[:k], seed=k)
    assert chosen(components, rule=rule) == [k]


@pytest.mark.parametrize("k", range(2, 8))
def test_the_planted_number_is_the_most_stable(k):
    """Equally large, equally far clusters: any other number cuts another way each time."""
    components, _ = planted([40] * k, seed=k)
    table = score(components, rule="stability", resamples=10)
    assert table.index[table["is_chosen"]].tolist() == [k]
    assert table.loc[k, "stability"] > 0.95
    assert table.loc[[1, k], "stability"].isna().tolist() == [True, False]


def test_stability_tells_that_there_is_nothing():
    """Without clusters no candidate is stable, although one has the best silhouette."""
    table = score(noise(), resamples=10)
    assert (table["stability"].drop(1) < 0.5).all()
    assert table["is_chosen"].sum() == 1


def test_scores_are_those_of_scikit_learn():
    """Every score equals scikit-learn's on the labels of the same fit."""
    components = noise()
    rows, table = array_of(components), score(components)
    for k in range(2, 11):
        _, labels, _, inertia = fit_kmeans(rows, [k], starts=3, seed=7)[k][:4]
        expected = [
            silhouette_score(rows, labels),
            calinski_harabasz_score(rows, labels),
            davies_bouldin_score(rows, labels),
            inertia,
            np.bincount(labels).min(),
        ]
        names = ["silhouette", "calinski_harabasz", "davies_bouldin", "inertia"]
        actual = table.loc[k, [*names, "smallest_cluster"]].astype(float)
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9)


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


@given(st.integers(0, 1000), st.integers(3, 60), st.data())
@settings(max_examples=50, deadline=None)
def test_one_pass_silhouettes_equal_scikit_learn(seed, stores, data):
    """Several labelings at once, with copies of stores and single stores, to 1e-9."""
    rows = np.random.default_rng(seed).integers(0, 6, size=(stores, 3)).astype(float)
    labelings = []
    for k in data.draw(st.lists(st.integers(2, stores - 1), min_size=1, max_size=4)):
        labels = np.random.default_rng(seed + k).permutation(np.arange(stores) % k)
        labelings.append(labels)
    np.testing.assert_allclose(
        mean_silhouettes(rows, labelings, seed=0),
        [np.mean(silhouette_samples(rows, labels)) for labels in labelings],
        rtol=0,
        atol=1e-9,
    )


def test_silhouette_of_many_stores_uses_one_sample():
    """Above 10,000 stores a sample stands for all: close, repeatable, the same for every k."""
    generator = np.random.default_rng(0)
    truth = generator.integers(3, size=11_000)
    rows = 6 * np.eye(3)[truth] + generator.normal(size=(11_000, 3))
    other = (rows[:, 0] > 3).astype(int)
    both = mean_silhouettes(rows, [truth, other], seed=1)
    exact = silhouette_score(rows, truth)
    assert both[0] == pytest.approx(exact, abs=0.005)
    assert both[0] != exact
    assert mean_silhouettes(rows, [other, truth], seed=1) == both[::-1]
    assert mean_silhouettes(rows, [truth], seed=2) != both[:1]


def test_one_cluster_is_always_a_row():
    """k = 1 has the total inertia, no other score, and is valid."""
    components, _ = planted([50, 40], seed=0)
    row = score(components).loc[1]
    rows = array_of(components)
    assert row["inertia"] == pytest.approx(90 * rows.var(axis=0).sum())
    assert row[["silhouette", "calinski_harabasz", "davies_bouldin", "stability"]].isna().all()
    assert (row["smallest_cluster"], row["is_valid"], row["is_chosen"]) == (90, True, False)
    assert row["reason"].startswith("not chosen: one cluster is kept only when no other")


def test_reasons_of_a_choice():
    """The chosen, the lower and the invalid candidate each say why, with numbers."""
    components, _ = planted([20, 20, 20], seed=0)
    table = score(components, maximum=4, minimum_cluster_size=11)
    best, lower = table.loc[3, "silhouette"], table.loc[2, "silhouette"]
    assert table.loc[2, "reason"] == (
        f"not chosen: silhouette {lower:.3f} is lower than {best:.3f} of k = 3"
    )
    assert table.loc[3, "reason"] == f"chosen: best silhouette ({best:.3f}) of 2 valid candidates"
    smallest = table.loc[4, "smallest_cluster"]
    assert table.loc[4, "reason"] == (
        f"not valid: smallest cluster has {smallest} stores, minimum is 11"
    )
    assert table["is_valid"].tolist() == [True, True, True, False]
    by_distance = score(components, maximum=4, minimum_cluster_size=11, rule="davies_bouldin")
    assert " is higher than " in by_distance.loc[2, "reason"]


def test_nearly_equal_scores_are_written_with_enough_digits():
    """Two scores that differ in a late digit do not read as equal."""
    reasons = " ".join(score(noise(seed=4))["reason"])
    for seed in range(1, 8):
        reasons += " ".join(score(noise(seed=seed, stores=60), maximum=9)["reason"])
    pairs = [part.split(" of k")[0] for part in reasons.split("silhouette ") if " lower " in part]
    assert len(pairs) > 20
    assert all(
        first != second for first, second in (pair.split(" is lower than ") for pair in pairs)
    )
    assert any(len(pair.split(" ")[0]) > len("0.123") for pair in pairs)


def test_a_tie_goes_to_the_smallest_k():
    """Two corners, then four: both numbers are perfectly stable, the smaller is chosen."""
    spots = np.repeat([[0.0, 0], [0, 1], [100, 0], [100, 1]], 30, axis=0)
    components = long_frame(spots + np.random.default_rng(0).normal(size=spots.shape) / 1000)
    table = score(components, rule="stability", maximum=4)
    assert table.loc[[2, 4], "stability"].tolist() == [1, 1]
    assert table.index[table["is_chosen"]].tolist() == [2]
    assert table.loc[4, "reason"] == (
        "not chosen: stability 1.000 is equal to that of k = 2, which is smaller"
    )


def test_setting_rule():
    """The rules disagree on stretched clusters, and each chooses its own best."""
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(300, 2)) * [10, 1] + np.repeat([[0, 0], [0, 12]], 150, axis=0)
    components = long_frame(rows)
    answers = set()
    for rule, direction in RULES.items():
        table = score(components, rule=rule)
        answers.update(table.index[table["is_chosen"]])
        assert (direction * table[rule]).idxmax() == table.index[table["is_chosen"]].item()
        assert f"best {rule} (" in table.loc[table["is_chosen"], "reason"].item()
    assert len(answers) > 1


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


def test_no_candidate_is_valid():
    """One cluster is chosen when every other number has too small clusters."""
    components, _ = planted([30, 30], seed=0)
    table = score(components, minimum_cluster_size=31)
    assert table.index[table["is_chosen"]].tolist() == [1]
    assert table.loc[1, "reason"] == (
        "chosen: no candidate from 2 to 10 has every cluster at the minimum of 31 stores"
    )
    assert table["is_valid"].tolist() == [True] + [False] * 9


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


def test_stability_looks_at_all_stores():
    """Excluded stores halfway between two clusters join now the one, now the other."""
    generator = np.random.default_rng(0)
    sides = np.repeat([[-9.0], [9.0]], 40, axis=0) + generator.normal(size=(80, 1))
    between = np.zeros((40, 1))
    everyone = long_frame(np.vstack([sides, between]))
    outliers = excluding(everyone, [f"s{number:04d}" for number in range(80, 120)])
    assert score(long_frame(sides), maximum=2, resamples=20).loc[2, "stability"] == 1
    seeds = [
        score(everyone, outliers=outliers, maximum=2, resamples=20, seed=seed).loc[2, "stability"]
        for seed in (1, 2)
    ]
    assert max(seeds) < 1
    # The fit has one optimum, so it is the draw of the resamples that the seed moves.
    assert seeds[0] != seeds[1]


@pytest.mark.parametrize(
    ("rows", "changes", "reason"),
    [
        ([[5.0]], {}, "(1) have 1 distinct row"),
        ([[0.1], [0.1], [0.1]], {}, "(3) have 1 distinct row"),
        ([[0.0], [1.0]], {"minimum": 3}, "no candidate from 3 to 10 can be fitted"),
        ([[0.0], [1.0]], {"maximum": 1}, "with a maximum of 1 the settings allow no other"),
    ],
)
def test_nothing_but_one_cluster_can_be_fitted(rows, changes, reason):
    """A single store, equal stores, or a range out of reach: one cluster, and why."""
    table = score(long_frame(rows), **changes)
    assert table.index.tolist() == [1]
    assert table.loc[1, "is_chosen"]
    assert reason in table.loc[1, "reason"]


def test_candidates_end_at_the_distinct_rows():
    """Ten stores on three spots have at most three clusters, which then are perfect."""
    table = score(long_frame(np.repeat([[0.0], [1.0], [9.0]], [4, 3, 3], axis=0)))
    assert table.index.tolist() == [1, 2, 3]
    assert table.loc[3, ["silhouette", "inertia"]].tolist() == [1, 0]


def test_one_store_per_cluster_has_no_ratio_scores():
    """Where each store is its own cluster two scores are not defined, and never chosen."""
    components = long_frame([[0.0], [10.0], [11.0]])
    table = score(components, minimum_cluster_size=1, rule="davies_bouldin")
    assert table.loc[3, ["calinski_harabasz", "davies_bouldin"]].isna().all()
    assert table.loc[3, "silhouette"] == 0
    assert table.loc[3, "reason"] == (
        "not chosen: davies_bouldin is not defined for one store per cluster"
    )
    pair = score(long_frame([[0.0], [9.0]]), minimum_cluster_size=1, rule="davies_bouldin")
    assert pair.loc[1, "reason"] == "chosen: no valid candidate has a davies_bouldin"


def test_more_fixed_clusters_than_stores_are_as_many_as_can_be():
    """One small category does not stop the others; the reason says what happened."""
    table = score(noise(stores=5), fixed=31)
    assert list(table.index[table["is_chosen"]]) == [5]
    assert table.loc[5, "reason"].startswith(
        "chosen: the settings fix 31, but the fitted stores (5) have 5 distinct rows"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rule": "elbow"},
            "rule 'elbow' is not a score: choose one of silhouette, calinski_harabasz, "
            "davies_bouldin, stability",
        ),
        ({"rule": "inertia"}, "rule 'inertia' is not a score"),
        ({"fixed": 0}, "0 clusters cannot be fitted"),
        ({"resamples": 3}, "resamples 3: give an even number, 2 or more"),
        ({"resamples": 0}, "resamples 0: give an even number, 2 or more"),
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
@settings(max_examples=20, deadline=None)
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
    rivals = RULES[rule] * table.loc[table["is_valid"], rule].dropna()
    assert (RULES[rule] * winner[rule] >= rivals - 1e-9).all() or rivals.empty
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
