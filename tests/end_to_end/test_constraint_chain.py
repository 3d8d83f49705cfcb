"""All constraints at once on a chain whose clusters are known: each holds, and says what it did."""

import pandas as pd
import pytest
import yaml
from source_chain import FEW_CLUSTERS, NEED_STATES, PRODUCTS, build

pytestmark = pytest.mark.end_to_end

STORES = [f"{number:03d}" for number in range(80)]
EXCLUDED, WITHOUT_REGION, OVERRIDDEN, HELD = "079", "007", "041", "072"
TOGETHER, APART = ["000", "040"], ["008", "016", "024"]
THIN, TOLD = "080", "081"
"""Two that sell nothing and have visits; a person decides for one."""


def region_of(number):
    return "" if number == int(WITHOUT_REGION) else ("North", "South")[number // 2 % 2]


def banner_of(number):
    return ("Maxi", "Mini")[number // 4 % 2]


def tables():
    """Rum or tea, few or many visits, two regions, two banners: five stores of each."""
    sales = [
        {"store": store, "product": product, "amount": amount + number % (3 + place)}
        for number, store in enumerate(STORES)
        for place, (product, amount) in enumerate(
            zip(PRODUCTS, (60, 30, 5, 5) if number < 40 else (5, 5, 60, 30), strict=True)
        )
    ]
    overrides = [
        (OVERRIDDEN, "1", "Ann", "has a terrace", "2999-12-31"),
        (HELD, "1_1/North/Maxi", "Bob", "stays as it is", ""),
        ("002", "1", "Ann", "was a trial", "2020-12-31"),
        ("xyz", "1", "Ann", "does not exist", ""),
        (EXCLUDED, "1", "Ann", "is left out", ""),
        ("003", "99", "Ann", "wrong cluster", ""),
        ("004", "1", "", "nobody says so", ""),
        (TOLD, "2", "Ann", "opens soon", ""),
    ]
    return {
        "sales": pd.DataFrame(sales),
        "products": pd.DataFrame(NEED_STATES.items(), columns=["product", "need"]),
        "stores": pd.DataFrame(
            {"store": [*STORES, THIN, TOLD], "region": map(region_of, range(82)),
             "banner": map(banner_of, range(82))}
        ),
        "visits": pd.DataFrame(
            {"store": [*STORES, THIN, TOLD],
             "visits": [100 + n % 2 * 100 + n // 10 for n in range(82)]}
        ),
        "overrides": pd.DataFrame(
            overrides, columns=["store", "cluster", "author", "reason", "until"]
        ),
    }  # fmt: skip


SOURCES = {
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
        "columns": {"store_id": "store"},
        "attributes": {"region": "region", "banner": "banner"},
    },
    "overrides": {
        "files": "data/overrides.csv",
        "columns": {
            "store_id": "store",
            "cluster": "cluster",
            "author": "author",
            "reason": "reason",
            "until": "until",
        },
    },
    "feeds": {
        "visits": {
            "files": "data/visits.csv",
            "key": "store",
            "matches": "store_id",
            "combine": "mean",
            "features": {"visits": "visits"},
        }
    },
}
SETTINGS = FEW_CLUSTERS | {
    "sources": SOURCES,
    "quality": {"maximum_rejected_share": 0.5},
    "merging": {
        "minimum_cluster_size": 5,
        "excluded_stores": [EXCLUDED],
        "split_before": "region",
        "split_after": "banner",
        "together": {"twins": TOGETHER},
        "apart": {"rivals": [*APART, THIN]},
    },
}


@pytest.fixture(scope="module")
def held(new_chain):
    made = new_chain("constraints")
    (made.path / "data").mkdir()
    for name, table in tables().items():
        table.to_csv(made.path / f"data/{name}.csv", index=False)
    made.said = build(made, SETTINGS)
    return made


@pytest.fixture(scope="module")
def stores(held):
    """The stores that the clusters were found by."""
    return held.table("store_clusters").query("thin_reason.isna()").set_index("store_id")


@pytest.fixture(scope="module")
def thin(held):
    """The stores that sell nothing."""
    return held.table("store_clusters").query("thin_reason.notna()").set_index("store_id")


def test_every_store_but_the_excluded_one_has_a_cluster(held, stores):
    assert sorted(stores.index) == STORES[:-1]
    [row] = held.table("stores_without_cluster").to_dict("records")
    assert row["store_id"] == EXCLUDED
    assert row["reason"] == "excluded by merging.excluded_stores"
    fitted = held.query("select distinct store_id from marts.store_features")
    assert EXCLUDED not in set(fitted["store_id"])


def test_labels_carry_the_values_that_split_them(stores):
    others = stores.drop(index=[OVERRIDDEN])
    for store, row in others.iterrows():
        _, region, banner = row["final_label"].split("/")
        assert region == (region_of(int(store)) or "unknown")
        assert banner == banner_of(int(store))
        assert row["merged_label"].endswith(f"/{region}")
    assert stores["final_label"].nunique() == 17


def test_a_small_cluster_stays_within_its_value_and_says_why(held):
    clusters = held.table("clusters").set_index("final_label")
    label = held.query(f"""
        select final_label from marts.store_clusters where store_id = '{WITHOUT_REGION}'
    """)["final_label"][0]  # fmt: skip
    assert clusters.loc[label, "store_count"] == 1
    assert "no other cluster of 'unknown'" in clusters.loc[label, "small_reason"]
    small = clusters[clusters["is_small"]]
    assert small["small_reason"].notna().all()
    assert clusters.loc[~clusters["is_small"], "small_reason"].isna().all()
    reasons = " ".join(small["small_reason"])
    assert "stores were moved out: kept apart: merging.apart.rivals" in reasons
    assert "stores were moved out: override by Ann: has a terrace" in reasons


def test_groups_are_together_and_apart(stores):
    assert stores.loc[TOGETHER, "final_cluster_id"].nunique() == 1
    assert stores.loc[APART, "final_cluster_id"].nunique() == 3


def test_only_who_has_a_reason_has_moved(held, stores):
    moves = held.table("cluster_moves").set_index("store_id")
    moves = moves.drop(TOLD)
    assert set(moves.index) == set(stores.index[stores["is_reassigned"]])
    assert len(set(moves.index) & set(TOGETHER)) == 1
    assert len(set(moves.index) & set(APART)) == 2
    assert set(moves.index) <= {*TOGETHER, *APART, OVERRIDDEN}
    assert moves.loc[OVERRIDDEN, "reason"] == "override by Ann: has a terrace"
    assert (moves["from_distance"] < moves["to_distance"]).all()


def test_every_override_says_what_became_of_it(held, stores):
    overrides = held.table("cluster_overrides").set_index("store_id")
    assert overrides["status"].to_dict() == {
        OVERRIDDEN: "applied", HELD: "applied", "002": "expired", "xyz": "refused",
        EXCLUDED: "refused", "003": "refused", TOLD: "applied",
    }  # fmt: skip
    assert "no source knows the store" in overrides.loc["xyz", "explanation"]
    assert "excluded by merging.excluded_stores" in overrides.loc[EXCLUDED, "explanation"]
    assert "there is no such cluster; there are 1 (" in overrides.loc["003", "explanation"]
    rejected = held.table("rejected_rows")
    assert rejected[["source", "reason"]].values.tolist() == [["overrides", "author is missing"]]
    assert stores.loc[OVERRIDDEN, "final_cluster_id"] == 1
    by_override = set(stores.index[stores["assignment_basis"] == "override"])
    assert by_override == {OVERRIDDEN, HELD}


def test_a_thin_store_obeys_a_person_and_no_group(held, thin):
    assert list(thin.index) == [THIN, TOLD]
    assert thin["assignment_basis"].to_dict() == {THIN: "external_only", TOLD: "override"}
    assert thin["is_reassigned"].to_dict() == {THIN: False, TOLD: True}
    assert thin.loc[TOLD, "final_cluster_id"] == 2
    told = held.table("cluster_overrides").set_index("store_id").loc[TOLD]
    assert told["explanation"] == (
        f"put into {thin.loc[TOLD, 'final_label']}, whatever its external data say"
    )
    move = held.table("cluster_moves").set_index("store_id").loc[TOLD]
    assert move["reason"] == "override by Ann: opens soon"
    assert (move["to_label"], move["to_distance"]) == tuple(
        thin.loc[TOLD, ["final_label", "distance"]]
    )
    assert move["from_label"].endswith("/North/Maxi")
    assert move["from_label"] != move["to_label"]
    group = held.table("constraints_applied").set_index("store_id").loc[THIN]
    assert (group["constraint_kind"], group["to_label"]) == (
        "apart", thin.loc[THIN, "final_label"],
    )  # fmt: skip
    assert group["explanation"].startswith("not held: a thin store (no sales at all)")


def test_every_constraint_says_what_it_did(held, stores):
    told = held.table("constraints_applied")
    kinds = told["constraint_kind"].value_counts().to_dict()
    assert kinds == {
        "split_before": 79, "split_after": 79, "apart": 4, "together": 2, "excluded_stores": 1,
    }  # fmt: skip
    groups = told[told["constraint_kind"].isin(["together", "apart"])].set_index("store_id")
    groups = groups.drop(THIN)
    moved = groups[groups["from_label"] != groups["to_label"]]
    assert len(moved) == 3
    assert moved["explanation"].str.startswith("kept ").all()
    stayed = groups[groups["from_label"] == groups["to_label"]]
    assert (stayed["explanation"] == "stays where it was").all()
    assert (groups["to_label"] == stores.loc[groups.index, "final_label"]).all()


def test_a_store_outside_the_fit_is_scored_within_its_values(held):
    """The excluded store sells tea, has many visits, and is a Mini in the South."""
    scores = held.table("store_scores").set_index("store_id")
    assert list(scores.index) == [EXCLUDED, THIN, TOLD]
    score = scores.loc[EXCLUDED]
    assert score["final_label"].endswith("/South/Mini")


@pytest.mark.parametrize(
    ("merging", "sentences"),
    [
        (
            {"excluded_stores": ["79"], "together": {"twins": ["000", "x", "y"]}},
            [
                "merging.excluded_stores names '79', and no source knows a store of that id",
                "merging.together.twins names 'x', 'y', and no source knows a store of that id",
            ],
        ),
        (
            {"apart": {"rivals": STORES[:79:8]}, "together": {}},
            ["merging.apart.rivals keeps 10 stores of 'North/Maxi' apart, and the number of"],
        ),
    ],
)
def test_what_cannot_hold_stops_the_run_with_a_sentence(held, merging, sentences):
    over = SETTINGS | {"merging": SETTINGS["merging"] | merging}
    said = held.dbt(
        "run", "--target", "prod", "--vars", yaml.safe_dump(over), "--select",
        "stg_settings", "pre_store_statuses", "mrg_splits", "mrg_constrained", check=False,
    )  # fmt: skip
    for sentence in sentences:
        assert sentence in " ".join(said.split())
