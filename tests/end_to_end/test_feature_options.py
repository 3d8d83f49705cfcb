"""Every option of the features and the clustering, turned in a real run: what is published moves.

What comes before is built once; each case goes on from a copy of that file.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from feature_cases import BASE, CASES, CLUSTER_CASES, LOW, SIDES

pytestmark = pytest.mark.end_to_end
FEATURE_TABLES = ("stg_settings", "path:models/features", "store_features", "feature_selection")
CLUSTER_TABLES = ("stg_settings", "path:models/ml", "cluster_count_scores")


@dataclass
class Run:
    """What a run left: the published tables, and two steps on the way to them."""

    store_features: pd.DataFrame
    feature_selection: pd.DataFrame
    cluster_count_scores: pd.DataFrame
    imputed: dict[str, pd.DataFrame]
    outliers: dict[str, pd.DataFrame]

    def values(self, side: str) -> pd.Series:
        """What the clustering of one side saw."""
        rows = self.store_features[self.store_features["dataset"] == side]
        return rows.set_index(["category", "store_id", "feature"])["model_value"]

    def reasons(self, side: str) -> list[str]:
        return self.feature_selection.loc[
            self.feature_selection["dataset"] == side, "reason"
        ].tolist()

    def scores(self, side: str) -> pd.DataFrame:
        """The scores of the numbers of clusters of one side that were tried."""
        rows = self.cluster_count_scores
        return rows[(rows["dataset"] == side) & (rows["k"] > 1)].set_index(["category", "k"])


def read(path) -> Run:
    with duckdb.connect(str(path), read_only=True) as connection:

        def table(name: str) -> pd.DataFrame:
            return connection.execute(f"select * from {name} order by all").df()

        names = ("store_features", "feature_selection", "cluster_count_scores")
        imputed, outliers = (
            {side: table(f"features.feat_{side}_{step}") for side in SIDES}
            for step in ("imputed", "outliers")
        )
        imputed = {side: rows.query("is_fitted") for side, rows in imputed.items()}
        return Run(*(table(f"marts.{name}") for name in names), imputed, outliers)


def open_late(sales: Path) -> None:
    """Take the first half of the weeks from three stores."""
    rows = pd.read_csv(sales, dtype=str, keep_default_na=False)
    middle = sorted(rows["week"].value_counts().index[:8])[4]
    late = rows["store_id"].isin(["0002", "0003", "0004"]) & (rows["week"] < middle)
    assert late.any()
    rows[~late].to_csv(sales, index=False)


@pytest.fixture(scope="module")
def runs(new_chain) -> dict[str, Run]:
    chain = new_chain("options")
    sample = ("--stores", "60", "--weeks", "8", "--categories", "2")
    chain.run("python", "-m", "python_ml.sample_data", "--out", "data", *sample)
    open_late(chain.path / "data/internal/sales.csv")
    build = ("run", "--target", "prod", "--threads", "2", "--vars")
    tables = (
        "+store_features",
        "+feature_selection",
        "+cluster_count_scores",
        "+path:models/features",
    )
    chain.dbt(*build, yaml.safe_dump(BASE), "--select", *tables)

    def turn(name: str) -> Run:
        folder = chain.path / "cases" / name
        shutil.copytree(chain.path / "warehouse", folder / "warehouse")
        user = {
            side: BASE[side] | change | {"outliers": LOW | change.get("outliers", {})}
            for side, change in zip(SIDES, (CASES | CLUSTER_CASES)[name], strict=True)
        }
        said = chain.dbt(
            *build,
            yaml.safe_dump(user),
            "--select",
            *(FEATURE_TABLES if name in CASES else CLUSTER_TABLES),
            WAREHOUSE_DIR=str(folder / "warehouse"),
            DBT_TARGET_PATH=str(folder / "target"),
            DBT_LOG_PATH=str(folder / "logs"),
        )
        assert "Completed successfully" in said
        return read(folder / "warehouse/work/prod.duckdb")

    done = {"as it is": read(chain.path / "warehouse/work/prod.duckdb")}
    with ThreadPoolExecutor(3) as pool:
        names = [*CASES, *CLUSTER_CASES]
        return done | dict(zip(names, pool.map(turn, names), strict=True))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", CASES)
def test_what_the_clustering_sees_moves(runs, name, side):
    before, after = runs["as it is"].values(side), runs[name].values(side)
    assert before.index.equals(after.index)
    if (name, side) == ("ignored, mode", "internal"):
        assert before.equals(after)
    else:
        assert not before.equals(after)


@pytest.mark.parametrize(("name", "side"), [("correlation, mean", 0), ("envelope, correlation", 1)])
def test_a_correlated_feature_names_one_that_is_used(runs, name, side):
    selection = runs[name].feature_selection
    selection = selection[selection["dataset"] == SIDES[side]]
    found = selection[selection["reason"].str.startswith("correlated")]
    assert len(found) > 0
    assert not found["is_used"].any()
    partners = found["reason"].str.extract(r"^correlated (-?[01]\.\d\d) with (.+)$")
    assert partners[0].astype(float).abs().min() >= 0.3
    used = selection[selection["is_used"]]
    used = set(zip(used["category"], used["feature"], strict=True))
    assert set(zip(found["category"], partners[1], strict=True)) <= used
    assert not any("correlated" in reason for reason in runs["as it is"].reasons(SIDES[side]))


def test_an_ignored_feature_that_is_not_there_is_shown(runs):
    selection = runs["ignored, mode"].feature_selection
    row = selection[selection["feature"] == "No such thing"].iloc[0]
    assert row["reason"] == "ignored by the settings, and not in the data"
    assert (row["category"], row["dataset"], row["is_used"]) == ("all", "internal", False)
    assert "No such thing" not in set(runs["as it is"].feature_selection["feature"])


@pytest.mark.parametrize("side", SIDES)
def test_imputers_differ_where_a_value_was_missing(runs, side):
    stand_ins = {}
    for name in ("as it is", *CASES):
        if name == "as it is" or "impute" in CASES[name][SIDES.index(side)]:
            frame = runs[name].imputed[side]
            stand_ins.setdefault(tuple(frame.loc[frame["is_imputed"], "value"].round(9)), name)
    # where one feature has gaps, the first iteration is the last
    assert len(stand_ins) == {"internal": 7, "external": 8}[side]
    assert all(stand_ins)


@pytest.mark.parametrize(
    ("name", "side"), [("knn and raw, neighbours and clip", 0), ("iterative, raw", 1)]
)
def test_without_scale_the_clustering_sees_the_values_as_they_are(runs, name, side):
    seen = runs[name].values(SIDES[side]).dropna()
    imputed = runs[name].imputed[SIDES[side]]
    imputed = imputed.set_index(["category", "store_id", "feature"])["value"]
    pd.testing.assert_series_equal(
        seen.sort_index(), imputed.sort_index(), check_names=False, check_exact=True
    )


@pytest.mark.parametrize(("side", "ignored"), [("internal", "Black tea"), ("external", "visits")])
def test_every_filter_leaves_a_feature_out_and_says_why(runs, side, ignored):
    run = runs["filter, filter"]
    selection = run.feature_selection.query("dataset == @side")
    reasons = selection.set_index("feature")["reason"]
    assert reasons[ignored] == "ignored by the settings"
    assert "varies less than the minimum" in set(reasons)
    assert reasons.str.fullmatch(r"missing in \d+ % of the stores").any()
    assert set(runs["as it is"].reasons(side)) == {"used"}
    unused = selection.loc[~selection["is_used"], ["category", "feature"]]
    seen = run.store_features.query("dataset == @side and model_value.notna()")
    assert seen.merge(unused, on=["category", "feature"]).empty


def test_minmax_takes_the_fitted_stores_to_0_and_1(runs):
    values = fitted_values(runs["minmax, one neighbour"]).groupby("feature")["model_value"]
    assert values.min().round(9).eq(0).all()
    assert values.max().round(9).eq(1).all()


def test_maxabs_takes_the_fitted_stores_to_1_at_most(runs):
    values = fitted_values(runs["maxabs, iterative"])
    assert values["model_value"].abs().groupby(values["feature"]).max().round(9).eq(1).all()


def fitted_values(run: Run) -> pd.DataFrame:
    """The sales mix of the first category as it is clustered, without the stores left out."""
    rows = run.store_features.query("dataset == 'internal' and model_value.notna()")
    rows = rows[rows["category"] == rows["category"].min()]
    fitted = run.outliers["internal"].query("not is_excluded")
    return rows.merge(fitted, on=["category", "store_id"])


@pytest.mark.parametrize(
    ("name", "side"), [("clip, knn", "internal"), ("knn and raw, neighbours and clip", "external")]
)
def test_clip_cuts(runs, name, side):
    assert runs[name].values(side).abs().max() == 1
    assert runs["as it is"].values(side).abs().max() > 1


def test_every_method_finds_other_outliers(runs):
    for side, place in (("internal", 0), ("external", 1)):
        names = [name for name in CASES if "method" in CASES[name][place].get("outliers", {})]
        names = [name for name in names if "kept" not in name and "winsorised" not in name]
        found = {name: runs[name].outliers[side] for name in ["as it is", *names]}
        assert len({tuple(frame["score"].round(9)) for frame in found.values()}) == len(found)
        for name, frame in found.items():
            method = CASES[name][place]["outliers"]["method"] if name in CASES else "knn_distance"
            assert frame["is_outlier"].any() == (method != "none"), name


@pytest.mark.parametrize("side", SIDES)
def test_fewer_stores_are_outliers_where_the_settings_say_so(runs, side):
    def flagged(name: str) -> list[int]:
        outliers = runs[name].outliers[side]
        return outliers.groupby("category")["is_outlier"].sum().tolist()

    assert min(flagged("as it is")) > 1
    assert set(flagged("mean and threshold, threshold")) == {0}
    # 2 % of 60 stores is one
    assert set(flagged("mode and few, few")) == {1}
    assert (runs["constant and small, small"].outliers[side]["score"] == 0).all()


def test_a_neighbour_farther_away_is_a_longer_distance(runs):
    before, after = (
        runs[name].outliers["external"]["score"]
        for name in ("as it is", "knn and raw, neighbours and clip")
    )
    assert (after >= before).all()
    assert (after > before).any()


@pytest.mark.parametrize("side", SIDES)
def test_winsorising_marks_the_values_it_pulls_in_and_excludes_no_outlier(runs, side):
    assert not runs["as it is"].store_features["is_winsorised"].any()
    assert runs["as it is"].outliers[side]["is_excluded"].any()
    for name, change in CASES.items():
        policy = change[SIDES.index(side)].get("outliers", {}).get("policy", "exclude_from_fit")
        run = runs[name]
        rows = run.store_features[run.store_features["dataset"] == side]
        assert rows["is_winsorised"].any() == (policy == "winsorise"), name
        if policy != "exclude_from_fit":
            shares = rows.groupby(["category", "store_id"])["is_imputed"].mean()
            excluded = run.outliers[side].query("is_excluded").set_index(["category", "store_id"])
            assert set(excluded.index) == set(shares.index[shares > 0.5]), name


CLUSTER_SIDES = [
    (name, side, change)
    for name, changes in CLUSTER_CASES.items()
    for side, change in zip(SIDES, changes, strict=True)
]


@pytest.mark.parametrize(
    ("name", "side", "change"), CLUSTER_SIDES, ids=[" ".join(case[:2]) for case in CLUSTER_SIDES]
)
def test_the_scores_of_the_cluster_counts_move(runs, name, side, change):
    before, after = runs["as it is"].scores(side), runs[name].scores(side)
    count, algorithm = change.get("cluster_count", {}), change.get("algorithm", {})
    if "maximum" in count:
        assert set(before.index.get_level_values("k")) == set(range(2, 11))
        assert set(after.index.get_level_values("k")) == set(range(3, 6))
        before = before.loc[after.index]
    if "reduce" in change:
        assert not before["silhouette"].equals(after["silhouette"])
    if "minimum_cluster_size" in count:
        assert after["is_valid"].equals(after["smallest_cluster"] >= 10)
        assert not before["is_valid"].equals(after["is_valid"])
    if "resamples" in count or "seed" in algorithm:
        assert not before["stability"].equals(after["stability"])
    if "rule" in count:
        words = {
            "calinski_harabasz": "best Calinski-Harabasz",
            "davies_bouldin": "best Davies-Bouldin",
        }
        best = words.get(count["rule"], f"best {count['rule']}")
        assert after.loc[after["is_chosen"], "reason"].str.contains(best).all()
        assert not before["reason"].str.contains(best).any()
    if "starts" in algorithm:
        assert (before["inertia"] <= after["inertia"] * (1 + 1e-9)).all()
        assert (before["inertia"] < after["inertia"] * (1 - 1e-9)).any()
