"""The example on real data; conftest says where the data is looked for."""

from decimal import Decimal

import pytest
from visits import dashboard

from app import catalogue

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]


@pytest.fixture(scope="module")
def iowa(run_example):
    """The chain of the example, built with `make run`."""
    return run_example("iowa_liquor")


def test_every_row_and_every_cent_is_accounted_for(iowa):
    coverage = iowa.table("data_coverage").set_index(["source", "category"])
    total = coverage.loc["sales"].iloc[-1]
    assert total["rows_read"] == total["rows_accepted"] == 2_565_951
    assert total["rows_returned"] == 606
    assert Decimal(str(total["sales_read"])).quantize(Decimal("0.01")) == Decimal("428418797.66")
    # in SQL, where money is decimal; pandas makes it binary
    closes = iowa.query(
        "select sales_accepted = sales_clustered + sales_without_cluster + sales_unmapped "
        "as closes from marts.data_coverage where source = 'sales'"
    )
    assert closes["closes"].all()


def test_every_store_is_accounted_for(iowa):
    clustered = iowa.table("store_clusters")
    without = iowa.table("stores_without_cluster")
    # 2,013 stores sold, 79 of them have closed since; of the 1,957 open ones 23 never sold
    is_thin = clustered["thin_reason"].notna()
    assert (~is_thin).sum() == 2_013 - 79 == 1_957 - 23
    assert clustered["thin_reason"].value_counts().to_dict() == {"no sales at all": 23}
    assert set(clustered.loc[is_thin, "assignment_basis"]) == {"external_only"}
    assert without["reason"].value_counts().to_dict() == {"the store is closed": 339}
    assert without["sales_amount"].sum() == pytest.approx(6_046_920.78, abs=0.005)
    assert len(clustered) + len(without) == 2_296
    status = iowa.table("stores").groupby(["status", "status_text"]).size().to_dict()
    assert status == {("open", "A"): 1_957, ("closed", "I"): 339}


def test_feeds_reach_the_stores_through_zip_county_and_town(iowa):
    feeds = iowa.query(
        "select source, stores_matched, match_rate, rows_unmatched from marts.data_coverage "
        "where stores_matched is not null"
    ).set_index("source")
    # 2,296 stores, of which one has no ZIP and four have one outside the list; 123 towns are
    # spelt in another way. Figures found with pandas, apart from this project.
    matched = {"zip": 2_291, "county": 2_291, "weather": 2_291, "town": 2_173}
    assert feeds["stores_matched"].to_dict() == matched
    assert feeds["match_rate"].to_dict() == {name: n / 2_296 for name, n in matched.items()}
    unmatched = {"zip": 576, "county": 0, "weather": 0, "town": 15}
    assert feeds["rows_unmatched"].to_dict() == unmatched


def test_every_store_that_a_feed_misses_is_listed_with_what_was_looked_for(iowa):
    gaps = iowa.table("feed_gaps")
    assert gaps.groupby(["feed", "reason"]).size().to_dict() == {
        ("zip", "no row with this key"): 4,
        ("zip", "no value of the attribute"): 1,
        ("county", "no value of the attribute"): 5,
        ("weather", "no value of the attribute"): 5,
        ("town", "no row with this key"): 123,
    }
    zips = gaps[gaps["feed"] == "zip"].set_index("store_id")["value"]
    assert zips.dropna().to_dict() == {
        "2687": "57222",
        "5054": "52087",
        "5091": "52671",
        "5142": "52303",
    }
    assert {"CLEARLAKE", "ST ANSGAR"} <= set(gaps.loc[gaps["feed"] == "town", "value"])
    assert iowa.table("feed_conflicts").empty


def test_labels_that_may_be_one_are_reported(iowa):
    similar = iowa.table("similar_labels")
    assert set(zip(similar["label"], similar["similar_to"], similar["how"], strict=True)) == {
        ("AMERICAN CORDIALS & LIQUEUR", "AMERICAN CORDIALS & LIQUEURS", "plural"),
        ("IMPORTED CORDIALS & LIQUEUR", "IMPORTED CORDIALS & LIQUEURS", "plural"),
        ("IMPORTED DISTILLED SPIRIT SPECIALTY", "IMPORTED DISTILLED SPIRITS SPECIALTY", "plural"),
        ("IMPORTED VODKA", "IMPORTED VODKAS", "plural"),
    }
    # nothing was merged: each is a need state of its own
    labels = set(similar["label"]) | set(similar["similar_to"])
    assert labels <= set(iowa.table("feature_selection")["feature"])


@pytest.mark.browser
def test_every_page_of_the_dashboard_opens(iowa, visit):
    with dashboard(iowa.path / "warehouse", "prod") as address:
        tab = visit(address)
        for page in catalogue.PAGES:
            tab.open(page.name)
            assert tab.page.locator("h1").inner_text() == page.title
            tab.check()
