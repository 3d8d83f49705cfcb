"""The example on real data; runs where the data is (IOWA_LIQUOR_DIR)."""

import os
from decimal import Decimal

import pytest

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(
        "IOWA_LIQUOR_DIR" not in os.environ,
        reason="IOWA_LIQUOR_DIR does not say where the Iowa data is; it is not part of the project",
    ),
]


@pytest.fixture(scope="module")
def iowa(new_chain):
    """The chain of the example, built with `make run`."""

    made = new_chain("iowa")
    made.environment["IOWA_LIQUOR_DIR"] = os.environ["IOWA_LIQUOR_DIR"]
    made.run("make", "run", "ENV=prod", "SETTINGS=examples/iowa_liquor.yml")
    return made


def test_every_row_and_every_cent_is_accounted_for(iowa):
    coverage = iowa.table("data_coverage").set_index(["source", "category"])
    total = coverage.loc["sales"].iloc[-1]
    assert total["rows_read"] == total["rows_accepted"] == 2_565_951
    assert total["rows_returned"] == 606
    assert Decimal(str(total["sales_read"])).quantize(Decimal("0.01")) == Decimal("428418797.66")
    assert total["sales_accepted"] == (
        total["sales_clustered"] + total["sales_without_cluster"] + total["sales_unmapped"]
    )


def test_every_store_is_accounted_for(iowa):
    clustered = iowa.table("store_clusters")
    without = iowa.table("stores_without_cluster")
    assert len(clustered) == 2_013
    assert set(without["reason"]) == {"no sales at all"}
    assert len(clustered) + len(without) == 2_296


def test_feeds_reach_the_stores_through_zip_county_and_town(iowa):
    matched = iowa.query(
        "select source, stores_matched from marts.data_coverage where stores_matched is not null"
    ).set_index("source")["stores_matched"]
    # 2,296 stores, of which one has no ZIP and some have one outside the list; 123 towns are
    # spelt in another way
    assert matched["zip"] == matched["county"] == matched["weather"] == 2_291
    assert matched["town"] == 2_173
