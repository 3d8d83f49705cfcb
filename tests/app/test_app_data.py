"""What the data functions return is what plain SQL on the file returns."""

import duckdb
import pytest
from small_publish import CATEGORIES, HOSTILE_CATEGORY

from app.data import clusters, coverage, published, runs, stores


@pytest.fixture
def version(published_file):
    """The version of one published database."""
    return published.version()


@pytest.fixture
def ask(published_file):
    """Plain SQL on the published file, without the dashboard."""

    def _ask(sql, *parameters):
        with duckdb.connect(str(published_file), read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()

    return _ask


def rows(frame, *columns):
    """The named columns of a frame as a list of tuples."""
    return list(frame[list(columns)].itertuples(index=False, name=None))


def test_categories_come_by_name(version):
    assert clusters.categories(version) == sorted(CATEGORIES)


def test_category_without_any_cluster_is_still_listed(publish):
    publish(clustered=0)
    assert clusters.categories(published.version()) == sorted(CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
def test_sizes_are_those_of_the_clusters(version, ask, category):
    expected = ask(
        "select final_cluster_id, store_count, round(sales_amount)::bigint, sales_share, is_small "
        "from marts.clusters where category = ? order by store_count desc",
        category,
    )
    columns = ("cluster_id", "store_count", "sales_amount", "sales_share", "is_small")
    assert rows(clusters.sizes(version, category), *columns) == expected


def test_cluster_is_called_by_number_and_name_and_by_its_label_without_one(published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("update marts.clusters set name = ' ' where final_cluster_id = 3")
    names = clusters.sizes(published.version(), "Bakery").set_index("cluster_id")["cluster"]
    assert names[1] == "1 · Large suburban"
    assert names[3] == "3 · I3-E3"


def test_typical_store_has_id_and_name(version):
    assert clusters.sizes(version, "Bakery")["typical_store"][0] == "002 · Market Square 2"


def test_every_assigned_store_is_listed_once(version, ask):
    expected = ask(
        "select store_id, final_cluster_id, internal_cluster_id, confidence, is_reassigned, "
        "is_outlier from marts.store_clusters where category = ? "
        "order by final_cluster_id, store_id",
        HOSTILE_CATEGORY,
    )
    found = stores.assignments(version, HOSTILE_CATEGORY)
    assert len(found) == 38
    columns = ("store_id", "cluster_id", "internal_cluster_id", "confidence")
    assert rows(found, *columns, "is_reassigned", "is_outlier") == expected


def test_missing_external_cluster_stays_missing_and_others_whole_numbers(version):
    found = stores.assignments(version, "Bakery").set_index("store_id")["external_cluster_id"]
    assert found.isna().sum() == 4
    assert str(found["001"]) == "2"


def test_stores_are_found_by_clusters_and_by_text(version, ask):
    found = stores.assignments(version, "Bakery", [2, 3])
    expected = ask(
        "select count(*) from marts.store_clusters "
        "where category = 'Bakery' and final_cluster_id in (2, 3)"
    )
    assert [(len(found),)] == expected
    assert stores.assignments(version, "Bakery", text=" o'BRIEN ")["store_id"].tolist() == ["006"]
    assert stores.assignments(version, "Bakery", text="<img")["store_id"].tolist() == ["004"]
    assert stores.assignments(version, "Bakery", text="038")["store_id"].tolist() == ["038"]
    assert stores.assignments(version, "Bakery", [2], text="038").empty
    assert stores.assignments(version, "Bakery", text="100%").empty


def test_locations_leave_out_what_is_not_on_the_globe(published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("update marts.stores set latitude = 480 where store_id = '001'")
        writer.execute("update marts.stores set longitude = 'nan' where store_id = '002'")
    found = stores.locations(published.version(), "Bakery")
    assert len(found) == 34
    assert not {"001", "002", "013", "026"} & set(found["store_id"])


def test_totals_add_up_over_sources_and_categories(version, ask):
    found = coverage.totals(version)
    assert found["stores_clustered"] == 38
    assert found["clusters"] == 6
    assert found["categories"] == 2
    assert [(found["sales_planned"],)] == ask(
        "select round(sum(sales_amount))::bigint from marts.store_clusters"
    )
    assert found["sales_left_out_share"] == pytest.approx(102_079 / 2_000_000)
    assert (found["rows_rejected"], found["rows_read"]) == (47, 12_387)


def test_totals_of_an_empty_publish_are_empty_not_an_error(published_file):
    with duckdb.connect(str(published_file)) as writer:
        for table in published.CONTRACT:
            writer.execute(f"delete from marts.{table}")
    found = coverage.totals(published.version())
    assert found["stores_clustered"] == 0
    assert found["rows_rejected"] == 0


def test_stores_without_cluster_are_counted_by_reason(version, ask):
    expected = ask(
        "select reason, count(*), round(sum(sales_amount))::bigint "
        "from marts.stores_without_cluster where category = 'Bakery' group by reason "
        "order by reason"
    )
    found = coverage.stores_without_cluster(version, "Bakery")
    assert rows(found, "reason", "stores", "sales_amount") == expected


def test_each_dataset_has_the_chosen_count_and_its_reason(version):
    found = clusters.count_reasons(version, "Bakery")
    assert rows(found, "dataset", "k") == [("internal", 3), ("external", 4)]
    assert found["reason"][1] == "stable in 94 % of the bootstraps"


def test_latest_run_is_the_one_that_published(version):
    run = runs.latest(version)
    assert (run["run_id"], run["target"]) == ("5f0c2a9e-full", "prod")
    assert run["versions"] == {"dbt": "1.11.16", "duckdb": "1.5.5", "scikit-learn": "1.9.1"}


@pytest.mark.parametrize("versions", [None, "", "not json", "[1]", "3"])
def test_unreadable_versions_are_no_versions(published_file, versions):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("update marts.runs set versions = ?", [versions])
    assert runs.latest(published.version())["versions"] == {}


def test_no_run_is_no_error(published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("delete from marts.runs")
    assert runs.latest(published.version()) is None
