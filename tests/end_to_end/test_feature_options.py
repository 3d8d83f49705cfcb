"""Every option of the feature steps, turned in a real run: the published tables move with it.

What comes before the features is built once; each case goes on from a copy of that file.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.end_to_end
LOW = {"threshold": 2, "maximum_share": 0.2, "minimum_stores": 20}
BASE = {"internal": {"outliers": LOW}, "external": {"outliers": LOW}}
FEATURE_TABLES = ("stg_settings", "path:models/features", "store_features", "feature_selection")
SIDES = ("internal", "external")


def outliers(method: str, policy: str = "exclude_from_fit", **more: object) -> dict:
    return {"outliers": {"method": method, "policy": policy, **more}}


# One change for each side, which do not touch each other here: half as many runs.
CASES = {
    "correlation, mean": ({"filter": {"maximum_correlation": 0.3}}, {"impute": {"method": "mean"}}),
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
}


@dataclass
class Run:
    """What a run left: the two published tables, and which stores are outliers."""

    store_features: pd.DataFrame
    feature_selection: pd.DataFrame
    outliers: dict[str, pd.DataFrame]

    def values(self, side: str) -> pd.Series:
        """What the clustering of one side saw."""
        rows = self.store_features[self.store_features["dataset"] == side]
        return rows.set_index(["category", "store_id", "feature"])["model_value"]

    def reasons(self, side: str) -> list[str]:
        return self.feature_selection.loc[
            self.feature_selection["dataset"] == side, "reason"
        ].tolist()


def read(path) -> Run:
    with duckdb.connect(str(path), read_only=True) as connection:

        def table(name: str) -> pd.DataFrame:
            return connection.execute(f"select * from {name} order by all").df()

        flagged = {side: table(f"features.feat_{side}_outliers") for side in SIDES}
        return Run(table("marts.store_features"), table("marts.feature_selection"), flagged)


@pytest.fixture(scope="module")
def runs(new_chain) -> dict[str, Run]:
    chain = new_chain("options")
    sample = ("--stores", "60", "--weeks", "8", "--categories", "2")
    chain.run("python", "-m", "python_ml.sample_data", "--out", "data", *sample)
    build = ("dbt", "run", "--target", "prod", "--threads", "2", "--vars")
    chain.run(*build, yaml.safe_dump(BASE), "--select", "+store_features", "+feature_selection")

    def turn(name: str) -> Run:
        folder = chain.path / "cases" / name
        shutil.copytree(chain.path / "warehouse", folder / "warehouse")
        user = {
            side: change | {"outliers": LOW | change.get("outliers", {})}
            for side, change in zip(SIDES, CASES[name], strict=True)
        }
        said = chain.run(
            *build,
            yaml.safe_dump(user),
            "--select",
            *FEATURE_TABLES,
            WAREHOUSE_DIR=str(folder / "warehouse"),
            DBT_TARGET_PATH=str(folder / "target"),
            DBT_LOG_PATH=str(folder / "logs"),
        )
        assert "Completed successfully" in said
        return read(folder / "warehouse/work/prod.duckdb")

    done = {"as it is": read(chain.path / "warehouse/work/prod.duckdb")}
    with ThreadPoolExecutor(3) as pool:
        return done | dict(zip(CASES, pool.map(turn, CASES), strict=True))


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


def test_imputers_differ_where_a_value_was_missing(runs):
    frames = {}
    for name in CASES:
        if "impute" in CASES[name][1]:
            frame = runs[name].store_features
            assert frame["is_imputed"].any()
            frames[name] = tuple(frame.loc[frame["is_imputed"], "model_value"].round(9))
    assert len(set(frames.values())) == len(frames) == 7


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


def test_clip_cuts(runs):
    assert runs["clip, knn"].values("internal").abs().max() == 1
    assert runs["as it is"].values("internal").abs().max() > 1


def test_every_method_finds_other_outliers(runs):
    for side, place in (("internal", 0), ("external", 1)):
        names = [name for name in CASES if "outliers" in CASES[name][place]]
        names = [name for name in names if "kept" not in name and "winsorised" not in name]
        found = {name: runs[name].outliers[side] for name in ["as it is", *names]}
        assert len({tuple(frame["score"].round(9)) for frame in found.values()}) == len(found)
        for name, frame in found.items():
            method = CASES[name][place]["outliers"]["method"] if name in CASES else "knn_distance"
            assert frame["is_outlier"].any() == (method != "none"), name


@pytest.mark.parametrize("side", SIDES)
def test_winsorising_marks_the_values_it_pulls_in_and_excludes_nobody(runs, side):
    assert not runs["as it is"].store_features["is_winsorised"].any()
    assert runs["as it is"].outliers[side]["is_excluded"].any()
    for name, change in CASES.items():
        policy = change[SIDES.index(side)].get("outliers", {}).get("policy", "exclude_from_fit")
        run = runs[name]
        rows = run.store_features[run.store_features["dataset"] == side]
        assert rows["is_winsorised"].any() == (policy == "winsorise"), name
        if policy != "exclude_from_fit":
            assert not run.outliers[side]["is_excluded"].any(), name
