"""What the data functions return is what plain SQL on the file returns."""

import duckdb
import pandas as pd
import pytest
import streamlit as st
from small_publish import CATEGORIES, HOSTILE_CATEGORY

from app.data import (
    attributes,
    clusters,
    comparison,
    coverage,
    published,
    quality,
    runs,
    stores,
)


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


def test_every_connection_has_one_thread(warehouse, published_file):
    """With several, DuckDB 1.5.5 now and then stops at an aggregate over all rows."""
    [(threads,)] = published.read(
        published.version(), "select current_setting('threads') as threads"
    ).to_numpy()
    assert threads == 1


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
    columns = ("store_id", "final_cluster_id", "internal_cluster_id", "confidence")
    assert rows(found, *columns, "is_reassigned", "is_outlier") == expected


def test_missing_external_cluster_stays_missing_and_others_whole_numbers(version):
    found = stores.assignments(version, "Bakery").set_index("store_id")["external_cluster_id"]
    assert found.isna().sum() == 4
    assert str(found["001"]) == "2"


def test_stores_are_found_by_clusters_and_by_text(version, ask):
    found = stores.assignments(version, "Bakery", clusters=["2", "3"])
    expected = ask(
        "select count(*) from marts.store_clusters "
        "where category = 'Bakery' and final_cluster_id in (2, 3)"
    )
    assert [(len(found),)] == expected
    assert stores.assignments(version, "Bakery", text=" o'BRIEN ")["store_id"].tolist() == ["006"]
    assert stores.assignments(version, "Bakery", text="<img")["store_id"].tolist() == ["004"]
    assert stores.assignments(version, "Bakery", text="038")["store_id"].tolist() == ["038"]
    assert stores.assignments(version, "Bakery", clusters=["2"], text="038").empty
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


@pytest.mark.parametrize(
    ("stage", "column"),
    [
        ("final", "final_cluster_id"),
        ("merged", "merged_label"),
        ("internal", "internal_cluster_id"),
        ("external", "external_cluster_id"),
    ],
)
def test_clusters_of_a_stage_are_its_labels(version, ask, stage, column):
    expected = ask(
        f"select coalesce({column}::varchar, 'none') as cluster, count(*), "
        "round(sum(sales_amount))::bigint from marts.store_clusters where category = 'Bakery' "
        "group by all order by cluster"
    )
    found = clusters.at_stage(version, "Bakery", stage)
    assert sorted(rows(found, "cluster", "store_count", "sales_amount")) == expected
    assert found["store_share"].sum() == pytest.approx(1)
    assert found["sales_share"].sum() == pytest.approx(1)


def test_merged_label_is_coloured_as_the_cluster_that_grew_from_it(version):
    found = clusters.at_stage(version, "Bakery", "merged").set_index("cluster")
    assert found.loc["I2-E2", "colour_id"] == 2
    assert pd.isna(found.loc["I1-E9", "colour_id"])
    assert found.loc["I1-E9", "title"] == "I1-E9 · dissolved"
    assert found.index.tolist() == ["I1-E1", "I2-E2", "I3-E3", "I1-E9"]


def test_store_without_external_cluster_is_counted_as_such(version):
    found = clusters.at_stage(version, "Bakery", "external").set_index("cluster")
    assert found.loc["none", "store_count"] == 4
    assert found.loc["none", "title"] == "no cluster on this side"


def test_every_category_has_its_clusters(version):
    found = clusters.by_category(version, "final")
    assert found.groupby("category")["store_count"].sum().to_dict() == dict.fromkeys(CATEGORIES, 38)
    assert found.groupby("category")["store_share"].sum().tolist() == pytest.approx([1, 1])


def test_samples_take_of_every_cluster_its_share_and_are_always_the_same(version):
    found = stores.locations(version, "Bakery", most=12)
    assert found["placed"].tolist() == [36] * len(found)
    # picked by chance, as it were: of more stores it is nearer to the share
    assert abs(len(found) - 12) <= 4
    whole = stores.locations(version, "Bakery")["cluster"].value_counts() / 3
    sampled = found["cluster"].value_counts()
    assert (sampled - whole).abs().max() < 4
    st.cache_data.clear()
    again = stores.locations(version, "Bakery", most=12)
    assert found["store_id"].tolist() == again["store_id"].tolist()


def test_sample_of_many_rows_has_nearly_the_share_of_every_part(version):
    found = published.read(
        version,
        """
        with found as (
            select range as key, if(range % 10 = 0, 'small', 'large') as part from range(100_000)
        ),

        parts as (select part, min(hash(key)) as first from found group by part)

        select part, count(*) as rows
        from found
        inner join parts using (part)
        where in_sample(key, first, 100_000, 5_000)
        group by part
        """,
    )
    rows_of = found.set_index("part")["rows"]
    assert rows_of["small"] == pytest.approx(500, rel=0.15)
    assert rows_of["large"] == pytest.approx(4_500, rel=0.05)


def test_small_cluster_keeps_a_store_in_a_small_sample(version):
    assert stores.locations(version, "Bakery", most=1)["cluster"].nunique() == 3


def test_first_rows_of_a_list_know_how_many_match(version):
    found = stores.assignments(version, "Bakery", most=5)
    assert len(found) == 5
    assert found["matching"].unique().tolist() == [38]


def test_flows_are_the_pairs_of_labels(version, ask):
    expected = ask(
        "select merged_label, final_cluster_id::varchar as final, count(*) "
        "from marts.store_clusters where category = 'Bakery' group by all order by all"
    )
    found = comparison.flows(version, "Bakery", "merged", "final")
    assert sorted(rows(found, "from_cluster", "to_cluster", "store_count")) == expected


def test_moves_say_from_where_to_where_and_how_far(version):
    found = comparison.moves(version, "Bakery")
    assert found["store_id"].tolist() == ["010", "020", "030"]
    first = found.iloc[0]
    assert (first["from_label"], first["joined"]) == ("I1-E9", "1 · Large suburban")
    assert (first["from_distance"], first["to_distance"]) == (0.25, 1.25)


def test_stages_are_judged_in_their_order(version):
    found = quality.by_stage(version, "Bakery")
    assert found["stage"].tolist() == ["internal", "external", "merged", "final"]
    assert found["silhouette"].tolist() == [0.5, 0.5, 0.52, 0.5]


def test_changes_have_titles_and_new_stores_none_before(version):
    found = quality.changes(version, "Bakery").set_index("store_id")
    assert found.loc["008", "reason"] == "new store"
    assert pd.isna(found.loc["008", "before"])
    assert found.loc["016", "before"].startswith("2 · ")
    assert quality.stability(version, "Bakery")["moved_store_count"] == 3
    assert quality.stability(version, "none such") is None


def test_attribute_shares_are_those_of_each_cluster(version, ask):
    expected = ask(
        "select assigned.final_cluster_id::varchar, stores.status, count(*) "
        "from marts.store_clusters as assigned join marts.stores using (store_id) "
        "where category = 'Bakery' group by all order by all"
    )
    found = attributes.by_cluster(version, "Bakery", "final", "status")
    assert sorted(rows(found, "cluster", "value", "store_count")) == expected
    assert found.groupby("cluster")["store_share"].sum().tolist() == pytest.approx([1, 1, 1])


def test_attributes_of_the_store_list_are_shared_out_too(version, ask):
    assert attributes.listed(version) == ["region"]
    found = attributes.by_cluster(version, "Bakery", "final", "list:region")
    expected = ask(
        "select assigned.final_cluster_id::varchar, coalesce(listed.value, 'unknown'), count(*) "
        "from marts.store_clusters as assigned "
        "left join marts.store_attributes as listed using (store_id) "
        "where category = 'Bakery' group by all order by all"
    )
    assert sorted(rows(found, "cluster", "value", "store_count")) == expected
    # the first store has none
    assert found.loc[found["value"] == "unknown", "store_count"].sum() == 1


def test_rare_values_are_one_value(version):
    found = attributes.by_cluster(version, "Bakery", "final", "status", most=1)
    assert set(found["value"]) == {"open", "other"}
    assert found["store_count"].sum() == 38


def test_feature_is_cut_into_bands_of_as_many_stores(version):
    found = attributes.feature_by_cluster(version, "Bakery", "final", "visits")
    sizes = found.groupby("place")["store_count"].sum()
    assert sizes.loc[5] == 2
    assert sizes.loc[[1, 2, 3, 4]].tolist() == [9, 9, 9, 9]
    assert set(found[found["place"] == 5]["value"]) == {"unknown"}


def test_table_is_known_to_be_there_or_not(version):
    assert published.has_table(version, "cluster_moves")
    assert not published.has_table(version, "cluster_moves; drop")


def test_sources_are_listed_with_what_was_refused(version):
    assert rows(coverage.sources(version), "source", "rows_read", "rows_rejected") == [
        ("sites", 42, 2),
        ("transactions", 12_345, 45),
    ]


def test_history_of_runs_has_the_newest_first(version):
    assert runs.history(version)["run_id"].tolist() == ["5f0c2a9e-full", "0ld00000"]
