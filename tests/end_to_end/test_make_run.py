"""What `make run` leaves behind on the sample chain."""

import json

import duckdb
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

pytestmark = pytest.mark.end_to_end

CONTRACT = {
    "store_clusters",
    "clusters",
    "cluster_features",
    "cluster_rules",
    "cluster_count_scores",
    "cluster_metrics",
    "metrics_per_cluster",
    "need_state_sales",
    "store_silhouettes",
    "cluster_merges",
    "cluster_moves",
    "cluster_changes",
    "cluster_registry",
    "feature_drift",
    "run_stability",
    "store_cluster_history",
    "cluster_overrides",
    "constraints_applied",
    "store_features",
    "external_explanation_summary",
    "external_explanations",
    "feature_selection",
    "rejected_rows",
    "data_coverage",
    "feed_conflicts",
    "feed_gaps",
    "model_parameter_history",
    "model_parameters",
    "similar_labels",
    "store_reasons",
    "store_attributes",
    "store_projection",
    "store_scores",
    "stores",
    "stores_without_cluster",
    "unmapped_products",
    "runs",
    "run_steps",
}


@pytest.fixture(scope="module")
def truth(chain):
    """The planted groups of every store that the clustering can find."""
    planted = pd.read_csv(chain.path / "data/truth/stores.csv", dtype=str)
    found = chain.table("store_clusters")
    return found.merge(
        planted[planted["internal_group"].notna()], on=["category", "store_id"], validate="1:1"
    )


def test_it_says_what_was_found_and_what_to_open_next(chain):
    assert "Published warehouse/prod.duckdb" in chain.said
    assert "sales rows" in chain.said
    thin = chain.table("store_clusters").query("thin_reason.notna()")["store_id"].nunique()
    assert f"in a cluster ({thin} of them in some category by external data alone)" in chain.said
    for category in chain.table("clusters")["category"].unique():
        assert f"{category}: " in chain.said
    assert "make dashboard" in chain.said
    assert "make docs" in chain.said


def test_every_table_of_the_contract_is_there_with_a_comment_on_every_column(chain):
    tables = chain.query("select * from duckdb_tables() where schema_name = 'marts'")
    assert set(tables["table_name"]) == CONTRACT
    assert tables["comment"].str.len().gt(20).all()
    columns = chain.query("select * from duckdb_columns() where schema_name = 'marts'")
    assert columns["comment"].notna().all()
    assert columns["comment"].str.len().gt(0).all()


def test_the_planted_groups_are_found_on_each_side_and_together(truth):
    for _, stores in truth.groupby("category"):
        assert len(stores) > 200
        known = stores[stores["external_group"].notna() & stores["external_cluster_id"].notna()]
        both = known["internal_group"] + known["external_group"]
        assert adjusted_rand_score(stores["internal_group"], stores["internal_cluster_id"]) >= 0.95
        assert adjusted_rand_score(known["external_group"], known["external_cluster_id"]) >= 0.95
        assert adjusted_rand_score(both, known["final_cluster_id"]) >= 0.95


def test_the_planted_small_combination_is_dissolved_in_every_category(chain):
    moves = chain.table("cluster_moves")
    clusters = chain.table("clusters")
    assert set(moves["category"]) == set(clusters["category"])
    assert not clusters["is_small"].any()
    assert moves["reason"].str.contains("too small").all()
    folded = set(zip(moves["category"], moves["from_label"], strict=True))
    kept = set(zip(clusters["category"], clusters["final_label"], strict=True))
    assert not folded & kept


def test_every_planted_defect_is_refused_with_its_reason_and_its_line(chain):
    rejected = chain.table("rejected_rows")
    planted = json.loads((chain.path / "data/truth/dirt.json").read_text())["kinds"]
    counts = rejected.groupby(["source", "reason"]).size()
    for kind, source, reason in [
        ("duplicate_rows", "sales", "row is there twice"),
        ("text_in_amount", "sales", "amount is not a number"),
        ("unreadable_date", "sales", "date is not a date"),
        ("missing_store_id", "sales", "store id is missing"),
        ("missing_product_id", "sales", "product id is missing"),
        ("products_without_need_state", "products", "need state is missing"),
        ("duplicate_store_rows", "stores", "store is there twice"),
        ("text_in_neighbourhood", "neighbourhoods", "a feature is not a number"),
    ]:
        assert counts[source, reason] == planted[kind]["count"], kind

    lines = (chain.path / "data/internal/sales.csv").read_text().splitlines()
    refused_sales = rejected[rejected["source"] == "sales"]
    assert refused_sales["raw"].tolist() == [lines[line - 1] for line in refused_sales["line"]]


def test_sums_close_to_the_row_and_to_the_cent(chain):
    # counted from the file, without the project's own SQL
    sales = pd.read_csv(chain.path / "data/internal/sales.csv", dtype=str)
    amounts = pd.to_numeric(sales["sales_amount"], errors="coerce")
    total = chain.query(
        "select * from marts.data_coverage where source = 'sales' and category is null"
    ).iloc[0]
    assert total["rows_read"] == len(sales)
    assert total["rows_read"] == total["rows_accepted"] + total["rows_rejected"]
    assert float(total["sales_read"]) == pytest.approx(amounts.sum(), abs=0.005)
    assert total["sales_read"] == total["sales_accepted"] + total["sales_rejected"]
    assert total["sales_accepted"] == (
        total["sales_clustered"] + total["sales_without_cluster"] + total["sales_unmapped"]
    )
    assert total["sales_unmapped"] > 0
    of_stores = chain.query("select sum(sales_amount) as total from marts.store_clusters")
    assert of_stores["total"][0] == pytest.approx(float(total["sales_clustered"]), abs=0.005)


def test_no_store_is_lost_or_doubled(chain):
    planted = pd.read_csv(chain.path / "data/stores.csv", dtype=str)["store_id"]
    sold = pd.read_csv(chain.path / "data/internal/sales.csv", dtype=str)["store_id"].dropna()
    everyone = set(planted) | set(sold)
    clustered = chain.table("store_clusters")
    without = chain.table("stores_without_cluster")
    for category in clustered["category"].unique():
        with_id = list(clustered.loc[clustered["category"] == category, "store_id"])
        without_id = list(without.loc[without["category"] == category, "store_id"])
        assert len(with_id + without_id) == len(set(with_id + without_id))
        assert everyone <= set(with_id + without_id)


def test_stores_without_sales_are_planned_by_where_they_stand(chain):
    planted = pd.read_csv(chain.path / "data/truth/stores.csv", dtype=str)
    found = chain.table("store_clusters")
    is_thin = found["thin_reason"].notna()
    thin, fitted = found[is_thin], found[~is_thin]
    assert set(thin["thin_reason"]) >= {"no sales at all", "no sales in the category"}
    assert thin["assignment_basis"].eq("external_only").all()
    assert thin["internal_cluster_id"].isna().all()
    assert not thin["is_reassigned"].any()
    assert thin["confidence"].between(0, 1).all()
    # sales that nobody clusters by are no sales: the planted groups have none of these stores
    groups = found.merge(planted, on=["category", "store_id"])
    is_thin = groups["thin_reason"].notna()
    assert groups.loc[is_thin, "internal_group"].isna().all()
    known = groups[groups["external_group"].notna() & groups["external_cluster_id"].notna()]
    usual = known[known["thin_reason"].isna()].groupby(["category", "external_group"])
    usual = usual["external_cluster_id"].agg(lambda clusters: clusters.mode()[0])
    of_thin = known[known["thin_reason"].notna()]
    expected = usual.loc[list(zip(of_thin["category"], of_thin["external_group"], strict=True))]
    assert len(expected) > 10
    assert (of_thin["external_cluster_id"].to_numpy() == expected.to_numpy()).mean() >= 0.9
    pair = ["category", "external_cluster_id", "final_cluster_id"]
    assert len(thin.merge(fitted[pair].drop_duplicates(), on=pair)) == len(thin)
    # every other store without a cluster is one that nothing is known of, or that only a feed knows
    of_feeds = chain.table("stores").query("not is_listed and not is_in_sales")["store_id"]
    assert len(of_feeds) > 0
    assert not found["store_id"].isin(of_feeds).any()
    without = chain.table("stores_without_cluster")
    without = without[~without["store_id"].isin(of_feeds)]
    scores = chain.table("store_scores").query("basis != 'internal_only'")
    assert without.merge(scores, on=["category", "store_id"]).empty
    counts = chain.table("clusters")
    assert counts["thin_store_count"].sum() == len(thin)
    assert counts["store_count"].sum() == len(found)


def test_ids_keep_their_zeros(chain):
    assert "0007" in set(chain.table("store_clusters")["store_id"])


def test_the_run_is_on_record(chain):
    runs = chain.table("runs")
    assert list(runs["status"]) == ["success"]
    assert json.loads(runs["settings"][0])["internal"]["cluster_count"]["rule"] == "median"
    assert json.loads(runs["versions"][0])["duckdb"] == duckdb.__version__
    assert set(chain.table("store_clusters")["run_id"]) == set(runs["run_id"])
    steps = chain.table("run_steps")
    assert {"store_clusters", "ml_internal_centroids"} <= set(steps["node"])


def test_the_duckdb_shell_reads_the_published_file(chain):
    said = chain.run(
        "duckdb", "-readonly", "warehouse/prod.duckdb", "-csv",
        "-c", "select count(*) as n from marts.store_clusters",
    )  # fmt: skip
    assert said.split()[-1] == str(len(chain.table("store_clusters")))


def test_the_working_file_is_another_file(chain):
    assert (chain.path / "warehouse/work/prod.duckdb").exists()
    schemas = chain.query("select distinct schema_name from duckdb_tables()")
    assert list(schemas["schema_name"]) == ["marts"]


def test_every_clustered_store_has_a_place_on_the_map(chain):
    counted = chain.query("""
        select dataset, method, category, count(*) as placed
        from marts.store_projection group by all
    """).set_index(["dataset", "method", "category"])["placed"]
    clustered = chain.query("""
        select category, count(*) as stores
        from marts.store_clusters where internal_cluster_id is not null group by category
    """).set_index("category")["stores"]
    for method in ("pca", "tsne"):
        assert counted["internal", method].to_dict() == clustered.to_dict()
        assert set(counted["joint", method].index) == set(clustered.index)
        assert set(counted["external", method].index) == {"all"}
