"""Methods and small clusters, set in real runs: the tables move as they should."""

from __future__ import annotations

import shutil

import duckdb
import pandas as pd
import pytest
import yaml
from sklearn.metrics import adjusted_rand_score

pytestmark = pytest.mark.end_to_end

MARTS = ("store_clusters", "clusters", "cluster_moves", "cluster_merges")
KEY = ["category", "store_id"]
LARGE = {"minimum_cluster_size": 15}
RUNS = {
    "fold": LARGE,
    "nearest_large": LARGE | {"small_clusters": "nearest_large"},
    "per_store": LARGE | {"small_clusters": "per_store", "maximum_distance": 1.6},
    "size": LARGE | {"small_clusters": "size", "maximum_cluster_size": 20},
    "joint": {"method": "joint", "external_weight": 0, "minimum_cluster_size": 1},
    "consensus": {"method": "consensus", "maximum_clusters": 2},
}


def fitted(stores: pd.DataFrame) -> pd.DataFrame:
    """The stores that clusters are made of: thin ones join what is there."""
    return stores[stores["thin_reason"].isna()].reset_index(drop=True)


@pytest.fixture(scope="module")
def runs(small) -> dict[str, dict[str, pd.DataFrame]]:
    """The marts of every run."""

    def turn(name: str) -> dict[str, pd.DataFrame]:
        folder = small.path / "merging" / name
        shutil.copytree(small.path / "warehouse", folder / "warehouse")
        small.dbt(
            *("run", "--target", "prod"),
            *("--vars", yaml.safe_dump({"merging": RUNS[name]})),
            # by their paths: the project is called store_clusters too
            *("--select", "stg_settings", "path:models/merging"),
            *(f"path:models/marts/{mart}.sql" for mart in MARTS),
            # the figures of the stages are not asked for
            *("--exclude", "mrg_stages+"),
            WAREHOUSE_DIR=str(folder / "warehouse"),
            DBT_TARGET_PATH=str(folder / "target"),
            DBT_LOG_PATH=str(folder / "logs"),
        )
        path = folder / "warehouse/work/prod.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = {
                mart: connection.execute(f"select * from marts.{mart} order by all").df()
                for mart in MARTS
            }
        clusters = tables["clusters"]
        counted = clusters["store_count"] - clusters["thin_store_count"]
        return tables | {
            "store_clusters": fitted(tables["store_clusters"]),
            "clusters": clusters.assign(store_count=counted),
        }

    return {name: turn(name) for name in RUNS}


@pytest.mark.parametrize("name", RUNS)
def test_every_store_is_in_one_cluster_and_every_move_is_told(small, runs, name):
    tables, before = runs[name], fitted(small.table("store_clusters"))
    stores, moves = tables["store_clusters"], tables["cluster_moves"]
    pd.testing.assert_frame_equal(stores[KEY], before[KEY])
    # what each side says is the same, whatever is made of it
    sides = ["internal_cluster_id", "external_cluster_id"]
    # with thin stores beside them the numbers of the others may be missing
    pd.testing.assert_frame_equal(stores[sides], before[sides], check_dtype=False)
    moved = stores[stores["is_reassigned"]]
    assert moved[KEY].to_numpy().tolist() == moves[KEY].to_numpy().tolist()
    merges = tables["cluster_merges"]
    told = merges.groupby(["category", "from_label"])["moved_store_count"].sum()
    gone = moved.groupby(["category", "merged_label"]).size()
    assert (told.reindex(gone.index) >= gone).all()


@pytest.mark.parametrize("name", ["fold", "nearest_large", "per_store", "size"])
def test_clusters_have_the_minimum_or_say_why_not(runs, name):
    clusters = runs[name]["clusters"]
    small_ones = clusters[clusters["store_count"] < 15]
    assert clusters["is_small"].tolist() == (clusters["store_count"] < 15).tolist()
    assert clusters["small_reason"].notna().tolist() == clusters["is_small"].tolist()
    if name == "per_store":
        # the limit left some where they were
        assert len(small_ones)
        assert small_ones["small_reason"].str.contains(r"away, the limit is 1\.6").all()
        assert (runs[name]["cluster_moves"]["reason"].str.contains("too small")).all()
        # and parted others
        stores = runs[name]["store_clusters"]
        assert (stores.groupby(["category", "merged_label"])["final_label"].nunique() > 1).any()
    else:
        assert small_ones.empty
    if name == "size":
        assert (clusters["store_count"] <= 20).all()
        said = set(runs[name]["cluster_moves"]["reason"])
        assert "clusters were brought to a size within the minimum and the maximum" in said
    assert set(runs[name]["cluster_merges"]["mode"]) == {name}


def test_each_mode_has_clusters_of_its_own(runs):
    finals = {name: runs[name]["store_clusters"]["final_label"].tolist() for name in RUNS}
    modes = ["fold", "nearest_large", "per_store", "size"]
    assert len({tuple(finals[name]) for name in modes}) == len(modes)
    labels = {tuple(runs[name]["store_clusters"]["merged_label"]) for name in modes}
    assert len(labels) == 1


@pytest.mark.parametrize("name", ["fold", "nearest_large"])
def test_whole_clusters_move_and_each_lost_one_is_a_row_of_the_log(runs, name):
    stores, merges = runs[name]["store_clusters"], runs[name]["cluster_merges"]
    assert (stores.groupby(["category", "merged_label"])["final_label"].nunique() == 1).all()
    lost = (
        stores.groupby("category")["merged_label"].nunique()
        - stores.groupby("category")["final_label"].nunique()
    )
    assert merges.groupby("category").size().to_dict() == lost[lost > 0].to_dict()
    assert (merges["moved_store_count"] == merges["from_store_count"]).all()


def test_joint_without_external_weight_finds_the_internal_clusters(runs):
    stores = runs["joint"]["store_clusters"]
    assert stores["merged_label"].str.fullmatch(r"j\d+").all()
    assert runs["joint"]["cluster_merges"].empty
    for _, own in stores.groupby("category"):
        assert own["internal_cluster_id"].nunique() > 1
        assert adjusted_rand_score(own["internal_cluster_id"], own["final_cluster_id"]) == 1


def test_consensus_is_kept_to_the_maximum_number_of_clusters(runs):
    tables = runs["consensus"]
    assert tables["store_clusters"]["merged_label"].str.fullmatch(r"c\d+").all()
    found = tables["store_clusters"].groupby("category")["merged_label"].nunique()
    assert (found > 2).any()
    assert (tables["clusters"].groupby("category").size() <= 2).all()
    assert "maximum_clusters" in set(tables["cluster_merges"]["mode"])
    said = tables["cluster_moves"]["reason"]
    assert said.str.contains(r"more clusters than the maximum \(2\)").any()
