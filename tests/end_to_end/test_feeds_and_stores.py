"""Feeds of every grain and the statuses of stores, on a chain small enough to work out by hand."""

import copy
from decimal import Decimal

import pandas as pd
import pytest
import yaml
from conftest import SPARE

pytestmark = pytest.mark.end_to_end

STORES = [f"{number:03d}" for number in range(1, 25)]
CLOSED, NEW, UNKNOWN, WITHOUT_TOWN = "021", "022", "023", "024"
FORMATS = {**dict.fromkeys(STORES[:12], "Mall"), **dict.fromkeys(STORES[12:18], "Street"),
           **dict.fromkeys(STORES[18:20], "Station"), CLOSED: "Airport", NEW: "mall"}  # fmt: skip
COVERAGE = "select * from marts.data_coverage where category is null"


def _write(path, name, rows):
    (path / "data").mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(path / "data" / name, index=False)


def _write_files(path):
    """The first twelve stores sell rum, the others gin; they differ a little among themselves."""
    sales = []
    for number, store in enumerate(STORES):
        mix = (60, 30, 5 + number % 5, 5) if number < 12 else (5, 5 + number % 7, 60, 30)
        sales += [
            {"store": store, "product": product, "amount": amount}
            for product, amount in zip(("p1", "p2", "p3", "p4"), mix, strict=True)
        ]
    _write(path, "sales.csv", sales)
    needs = {"p1": "Rum", "p2": "RUMS", "p3": "Dry Gin", "p4": "Dry  Gin"}
    _write(path, "products.csv", [{"product": p, "need": need} for p, need in needs.items()])
    status = dict.fromkeys(STORES, "a") | {CLOSED: "X", NEW: "N", UNKNOWN: "moved"}
    _write(path, "stores.csv", [
        {"store": store, "status": status[store],
         "town": "" if store == WITHOUT_TOWN else f"Town {number % 4}"}
        for number, store in enumerate(STORES)
    ])  # fmt: skip
    # one row per store, ring and half: 10 n and 1 in the ring of 5, 100 n in the ring of 10
    _write(path, "rings.csv", [
        {"store": store, "ring": ring, "people": people, "income": income}
        for number, store in enumerate(STORES)
        for ring, people, income in (("5", 10 * number, 30), ("5", 1, 10 + number % 3),
                                     ("10", 100 * number, number % 5), ("30", number, 7))
        if not (ring == "30" and number > 2)
    ])  # fmt: skip
    # two months; the second says Mall of 001 as well, so that its format is the more frequent one
    _write(path, "formats.csv", [
        {"store": store, "format": form, "visits": 5 + int(store)}
        for form in ("", "Mall") for store, form in [*FORMATS.items(), ("001", form or "Kiosk")]
    ])  # fmt: skip
    # Town 0 lies in two counties, Town 2 in a row that cannot be read, nobody is in Town 9
    _write(path, "towns.csv", [
        {"town": town, "county": county, "area": area}
        for town, county, area in (("TOWN 0", "York", 3), ("Town 0", "Alba", 5),
                                   ("Town 1", "Alba", 9), ("Town 2", "Kent", "9,5"),
                                   ("Town 9", "Kent", 2))
    ])  # fmt: skip
    _write(path, "counties.csv", [{"county": "ALBA", "rain": 1}, {"county": "York", "rain": 2}])
    (path / "data/empty.csv").write_text("store,value\n")


SETTINGS = SPARE | {
    "sources": {
        "sales": {
            "files": "data/sales.csv",
            "columns": {"store_id": "store", "product_id": "product", "amount": "amount"},
        },
        "products": {
            "files": "data/products.csv",
            "columns": {"product_id": "product", "need_state": "need"},
        },
        "stores": {
            "files": "data/stores.csv",
            "columns": {"store_id": "store", "status": "status"},
            "statuses": {"open": ["A"], "closed": ["x"], "new": ["N"]},
            "attributes": {"town": "town"},
        },
        "feeds": {
            "rings": {
                "files": "data/rings.csv",
                "key": "store",
                "matches": "store_id",
                "combine": "mean",
                "split_by": {"sql": "ring || ' min'"},
                "features": {"people": {"column": "people", "combine": "sum"}, "income": "income"},
            },
            "formats": {
                "files": "data/formats.csv",
                "key": "store",
                "matches": "store_id",
                "combine": "maximum",
                "features": {"visits": "visits"},
                "categories": {"format": "format"},
            },
            "towns": {
                "files": "data/towns.csv",
                "key": "town",
                "matches": "town",
                "combine": "mean",
                "features": {"area": "area"},
                "attributes": {"county": "county"},
            },
            "counties": {
                "files": "data/counties.csv",
                "key": "county",
                "matches": "county",
                "combine": "mean",
                "features": {"rain": "rain"},
            },
            "empty": {
                "files": "data/empty.csv",
                "key": "store",
                "matches": "store_id",
                "combine": "mean",
                "features": {"nothing": "value"},
                "categories": {"nowhere": "store"},
            },
        },
    },
    "quality": {"maximum_rejected_share": 0.5, "excluded_statuses": ["closed", "new"]},
    "internal": {"cluster_count": {"fixed": 2}},
    "external": {"cluster_count": {"fixed": 2}, "encode": {"maximum_categories": 2}},
    "merging": {"minimum_cluster_size": 1},
}


def _build(chain, settings):
    # feeds are matched in the order of the settings, which is to stay
    text = yaml.safe_dump(settings, sort_keys=False)
    return chain.build("--vars", text)


@pytest.fixture(scope="module")
def fed(new_chain):
    """The chain, built with the settings above; `said` is what the build said."""
    chain = new_chain("fed")
    _write_files(chain.path)
    chain.said = _build(chain, SETTINGS)
    return chain


@pytest.fixture(scope="module")
def turned(fed, tmp_path_factory):
    """The same files with every option turned, published beside it."""
    settings = copy.deepcopy(SETTINGS)
    settings["quality"]["excluded_statuses"] = []
    settings["external"]["encode"]["maximum_categories"] = 9
    rings = settings["sources"]["feeds"]["rings"]
    del rings["split_by"]
    rings["features"]["people"]["combine"] = "maximum"
    rings["features"]["least"] = {"column": "people", "combine": "minimum"}
    rings["features"]["middle"] = {"column": "people", "combine": "median"}
    settings["sources"]["feeds"]["formats"]["categories"] = {"kind": "format"}
    # a copy, so that the tests of the first build can run in any order
    fed.environment["WAREHOUSE_DIR"] = str(tmp_path_factory.mktemp("turned"))
    _build(fed, settings)
    other = type(fed)(fed.path, fed.server, dict(fed.environment))
    del fed.environment["WAREHOUSE_DIR"]
    published = other.environment["WAREHOUSE_DIR"]
    other.published = lambda target="prod": fed.path / published / f"{target}.duckdb"
    return other


def _external(chain):
    """Raw values of the external side: stores as rows, features as columns."""
    return chain.query(
        "select store_id, feature, raw_value from marts.store_features where dataset = 'external'"
    ).pivot(index="store_id", columns="feature", values="raw_value")


def test_a_feed_of_rings_is_a_feature_per_ring_and_each_combines_in_its_own_way(fed):
    values = _external(fed)
    assert values.loc["003", "people 5 min"] == 10 * 2 + 1
    assert values.loc["003", "people 10 min"] == 200
    assert values.loc["003", "income 5 min"] == (30 + 12) / 2
    assert values.loc["003", "income 10 min"] == 2
    # two rings are allowed, and the one that few stores have is left out in the open
    assert "people 30 min" not in values
    rare = (
        fed.table("feature_selection").set_index("feature").loc[["people 30 min", "income 30 min"]]
    )
    assert not rare["is_used"].any()
    assert set(rare["reason"]) == {"more values than the maximum"}


def test_without_the_split_the_rings_are_one_feature_again(turned):
    values = _external(turned)
    assert not any(name.startswith("people ") for name in values)
    # 20, 1, 200 and 2, each combined in its own way; the incomes are 30, 12, 2 and 7
    assert values.loc["003", ["people", "least", "middle", "income"]].tolist() == [
        200,
        1,
        11,
        12.75,
    ]


def test_a_category_is_one_hot_with_the_rare_counted_as_other(fed):
    values = _external(fed)
    assert {name for name in values if "format" in name} == {
        "format = Mall", "format = Street", "format = other",
    }  # fmt: skip
    assert values.loc["001", "format = Mall"] == 1  # Mall three times, Kiosk once
    assert values.loc["013", ["format = Mall", "format = Street", "format = other"]].tolist() == [
        0, 1, 0,
    ]  # fmt: skip
    assert values.loc["019", "format = other"] == 1
    # no row of the feed: empty, not zero
    assert values.loc[UNKNOWN, ["format = Mall", "format = other", "visits"]].isna().all()
    rare = fed.query(
        "select feature, is_used from marts.feature_selection "
        "where reason = 'rare, counted as other'"
    )  # fmt: skip
    unused = fed.table("feature_selection").set_index("feature").loc[["nothing", "nowhere"]]
    assert set(unused["reason"]) == {"no value in any store"}
    # Airport and mall belong to stores that are closed or new and have no say here
    assert rare.to_dict("records") == [{"feature": "format = Station", "is_used": False}]


def test_more_categories_are_more_features(turned):
    values = _external(turned)
    assert {name for name in values if "kind" in name} == {
        f"kind = {text}" for text in ("Mall", "Street", "Station", "Airport", "mall")
    }
    similar = turned.table("similar_labels")
    assert ("kind", "Mall", "mall", "case") in set(
        similar[["belongs_to", "label", "similar_to", "how"]].itertuples(index=False, name=None)
    )


def test_every_source_has_its_coverage_and_every_feed_its_match_rate(fed):
    coverage = fed.query(COVERAGE).set_index("source")
    assert set(coverage.index) == {"sales", "products", "stores", *SETTINGS["sources"]["feeds"]}
    expected = {"rings": 24, "formats": 22, "towns": 12, "counties": 12, "empty": 0}
    assert coverage["stores_matched"].dropna().to_dict() == expected
    assert coverage["match_rate"].dropna().to_dict() == {
        name: matched / 24 for name, matched in expected.items()
    }
    # nobody is in Town 9, nor in York, whose only town counts for Alba
    assert coverage["rows_unmatched"].dropna().to_dict() == {
        "rings": 0, "formats": 0, "towns": 1, "counties": 1, "empty": 0,
    }  # fmt: skip
    assert (
        coverage.loc["empty", ["rows_read", "rows_accepted", "rows_rejected"]].tolist() == [0] * 3
    )
    assert "empty: 0.0 % of the stores matched" in fed.said


def test_every_store_without_a_match_is_listed_and_none_is_doubled(fed):
    gaps = fed.table("feed_gaps")
    assert gaps.groupby(["feed", "reason"]).size().to_dict() == {
        ("formats", "no row with this key"): 2,
        ("towns", "no value of the attribute"): 1,
        ("towns", "every row with this key was refused"): 6,
        ("towns", "no row with this key"): 5,
        ("counties", "no value of the attribute"): 12,
        ("empty", "no row with this key"): 24,
    }
    assert set(gaps.loc[gaps["reason"] == "no row with this key", "value"]) >= {"Town 3"}
    features = fed.query("select * from marts.store_features where dataset = 'external'")
    assert not features.duplicated(["store_id", "feature"]).any()


def test_a_key_with_two_counties_takes_one_and_says_so(fed, turned):
    expected = [{
        "feed": "towns", "key_value": "town 0", "attribute": "county", "used_value": "Alba",
        "other_values": "York", "store_count": 6,
    }]  # fmt: skip
    assert fed.table("feed_conflicts").to_dict("records") == expected
    assert _external(fed).loc["001", "rain"] == 1
    assert _external(fed).loc["001", "area"] == 4
    assert turned.table("feed_conflicts").to_dict("records") == expected


def test_a_feature_that_is_not_a_number_refuses_its_row_and_is_named(fed):
    refused = fed.table("rejected_rows").to_dict("records")
    assert [(row["source"], row["line"], row["reason"]) for row in refused] == [
        ("towns", 5, "a feature is not a number")
    ]
    assert ',"9,5"' in refused[0]["raw"]
    assert refused[0]["detail"] == "{area='9,5'}"


def test_closed_and_new_stores_have_a_reason_and_no_part_in_the_clusters(fed):
    without = fed.table("stores_without_cluster").set_index("store_id")
    assert without["reason"].to_dict() == {CLOSED: "the store is closed", NEW: "the store is new"}
    assert not {CLOSED, NEW} & set(fed.table("store_clusters")["store_id"])
    assert not {CLOSED, NEW} & set(fed.table("store_features")["store_id"])
    sold = fed.query("select sales_without_cluster from marts.data_coverage where category = 'all'")
    assert sold["sales_without_cluster"].tolist() == [Decimal(5 + 11 + 90 + 5 + 5 + 90)]
    status = fed.table("stores").set_index("store_id")["status"]
    assert status[[CLOSED, NEW, "001"]].tolist() == ["closed", "new", "open"]


def test_a_status_that_is_not_mapped_is_not_guessed(fed):
    store = fed.table("stores").set_index("store_id").loc[UNKNOWN]
    assert pd.isna(store["status"])
    assert store["status_text"] == "moved"
    assert UNKNOWN in set(fed.table("store_clusters")["store_id"])
    assert (
        "'moved' of 1 stores is not in sources.stores.statuses: clustered as any other" in fed.said
    )


def test_statuses_that_the_settings_do_not_exclude_are_clustered(turned):
    assert turned.table("stores_without_cluster").empty
    assert {CLOSED, NEW} <= set(turned.table("store_clusters")["store_id"])
    assert turned.table("stores").set_index("store_id").loc[CLOSED, "status"] == "closed"


def test_labels_that_may_be_one_are_reported_and_stay_two(fed):
    similar = fed.table("similar_labels")
    rows = similar[["kind", "belongs_to", "label", "similar_to", "how"]]
    assert set(rows.itertuples(index=False, name=None)) == {
        ("need_state", "all", "RUMS", "Rum", "plural"),
        ("need_state", "all", "Dry  Gin", "Dry Gin", "spaces"),
    }
    sold = pd.read_csv(fed.path / "data/sales.csv").groupby("product")["amount"].sum()
    rum = similar.set_index("label").loc["RUMS"]
    assert [rum["sales_amount"], rum["similar_sales_amount"]] == [sold["p2"], sold["p1"]]
    assert {"Rum", "RUMS"} <= set(fed.table("feature_selection")["feature"])
