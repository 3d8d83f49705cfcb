"""Categories with external models of their own, or with too few stores for any, in real runs."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.end_to_end
STORES = [f"{number:03d}" for number in range(1, 91)]
TABLES = ("store_clusters", "cluster_count_scores", "feature_selection", "store_scores")
SOURCES = {
    "sales": {
        "files": "${DATA_DIR}/sales.csv",
        "columns": {"store_id": "store", "product_id": "product", "amount": "amount"},
    },
    "products": {
        "files": "${DATA_DIR}/products.csv",
        "columns": {"product_id": "product", "category": "category", "need_state": "need"},
    },
    "feeds": {
        "places": {
            "files": "${DATA_DIR}/places.csv",
            "key": "store",
            "matches": "store_id",
            "combine": "mean",
            "features": {"people": "people", "schools": "schools"},
        }
    },
}
APART = {"per_category": True, "category_features": {"tea": ["people"], "wine": ["schools"]}}
ONE_CATEGORY = SOURCES | {
    "products": {
        "files": "${DATA_DIR}/products.csv",
        "columns": {"product_id": "product", "need_state": "need"},
    }
}
# tea is sold by all stores, wine by the first 60, salt by seven of which one has no external data
SELLERS = {"tea": STORES, "wine": STORES[:60], "salt": STORES[:6] + STORES[-1:]}


def write_data(folder) -> None:
    """People part the stores into two groups, schools into three; the mix into two."""
    generator = np.random.default_rng(0)
    folder.mkdir()
    sales = [
        (store, f"{category} {need}", round(weight * generator.uniform(95, 105), 2))
        for category, stores in SELLERS.items()
        for store in stores
        for need, weight in zip("abc", (6, 3, 1) if int(store) % 5 < 2 else (1, 3, 6), strict=True)
    ]
    pd.DataFrame(sales, columns=["store", "product", "amount"]).to_csv(
        folder / "sales.csv", index=False
    )
    products = [(f"{category} {need}", category, need) for category in SELLERS for need in "abc"]
    pd.DataFrame(products, columns=["product", "category", "need"]).to_csv(
        folder / "products.csv", index=False
    )
    places = [
        (store, *(10 * group + generator.normal(scale=0.1) for group in groups_of(store)))
        for store in STORES[:-1]
    ]
    pd.DataFrame(places, columns=["store", "people", "schools"]).to_csv(
        folder / "places.csv", index=False
    )


def groups_of(store: str) -> tuple[int, int]:
    """The planted group by people and by schools."""
    return int(store) % 2, int(store) % 3


@pytest.fixture(scope="module")
def chain(new_chain):
    made = new_chain("apart")
    write_data(made.path / "data")
    return made


def run(chain, sources=SOURCES, *, check=True, **sections):
    """Build the tables and give them back, or what was said where the build has to fail."""
    user = yaml.safe_dump({"sources": sources, **sections}, sort_keys=False)
    select = [f"+{table}" for table in TABLES]
    command = ("run", "--target", "prod", "--select", *select, "--vars", user)
    said = chain.dbt(*command, check=check)
    if not check:
        return said
    with duckdb.connect(str(chain.path / "warehouse/work/prod.duckdb"), read_only=True) as opened:
        return {
            table: opened.execute(f"select * from marts.{table} order by all").df()
            for table in (*TABLES, "stores_without_cluster")
        }


@pytest.fixture(scope="module")
def apart(chain):
    return run(chain, external=APART)


def clusters_of(tables, category):
    """The stores that sell a category with their clusters, by store."""
    clusters = tables["store_clusters"].query("thin_reason.isna()")
    return clusters[clusters["category"] == category].set_index("store_id")


@pytest.mark.parametrize(("category", "place", "groups"), [("tea", 0, 2), ("wine", 1, 3)])
def test_external_clusters_are_those_planted_in_the_features_of_the_category(
    apart, category, place, groups
):
    found = clusters_of(apart, category)["external_cluster_id"].dropna()
    planted = pd.Series({store: groups_of(store)[place] for store in found.index})
    assert found.nunique() == groups
    assert len(pd.crosstab(found, planted).stack().loc[lambda count: count > 0]) == groups
    # only the stores that sell it, and of these only those with external data
    assert set(found.index) == set(SELLERS[category]) - {STORES[-1]}


def test_features_that_are_not_relevant_to_a_category_are_named(apart):
    selection = apart["feature_selection"].query("dataset == 'external'")
    reasons = selection.set_index(["category", "feature"])["reason"].to_dict()
    not_relevant = "not relevant to the category by the settings"
    assert reasons == {
        ("tea", "people"): "used",
        ("tea", "schools"): not_relevant,
        ("wine", "people"): not_relevant,
        ("wine", "schools"): "used",
        ("salt", "people"): "used",
        ("salt", "schools"): "used",
    }
    assert set(apart["cluster_count_scores"]["category"]) == set(SELLERS)


def test_a_store_that_does_not_sell_a_category_is_scored_by_its_external_model(apart):
    scores = apart["store_scores"].query("category == 'wine'").set_index("store_id")
    assert set(scores.index) == set(STORES[60:-1])
    fitted = clusters_of(apart, "wine")
    for store, cluster in scores["external_cluster_id"].items():
        alike = [other for other in fitted.index if groups_of(other)[1] == groups_of(store)[1]]
        assert set(fitted.loc[alike, "external_cluster_id"]) == {cluster}


def test_too_few_stores_are_one_cluster(apart):
    scores = apart["cluster_count_scores"].query("category == 'salt' and dataset == 'internal'")
    assert scores[["k", "is_chosen", "reason"]].values.tolist() == [
        [1, True, "chosen: too few stores (7, minimum is 10)"]
    ]
    assert set(clusters_of(apart, "salt")["internal_cluster_id"]) == {1}
    assert len(clusters_of(apart, "salt")) == 7


def test_too_few_stores_follow_the_external_side_if_they_are_to(chain, apart):
    few = {"minimum_stores": 8, "fallback": "external_only"}
    tables = run(chain, internal={"too_few_stores": few}, merging={"minimum_cluster_size": 1})
    salt = clusters_of(tables, "salt")
    assert set(salt["assignment_basis"]) == {"external_only"}
    assert salt["internal_cluster_id"].isna().all()
    assert (salt["merged_label"] == "0_" + salt["external_cluster_id"].astype(str)).all()
    of_tea = clusters_of(tables, "tea").loc[salt.index, "external_cluster_id"]
    assert salt["external_cluster_id"].equals(of_tea)
    without = tables["stores_without_cluster"].query("category == 'salt'").set_index("store_id")
    thin = tables["store_clusters"].query("category == 'salt' and thin_reason.notna()")
    assert set(thin["thin_reason"]) == {"no sales in the category"}
    assert {*salt.index, *thin["store_id"], *without.index} == set(STORES)
    reason = "too few stores in the category, and no external data"
    assert without.loc[STORES[-1], "reason"] == reason
    # the other categories are as ever
    for category in ("tea", "wine"):
        before, after = clusters_of(apart, category), clusters_of(tables, category)
        assert (before["internal_cluster_id"] == after["internal_cluster_id"]).all()
    assert "salt" not in set(
        tables["cluster_count_scores"].query("dataset == 'internal'")["category"]
    )


def test_too_few_stores_stop_the_build_if_they_are_to(chain):
    few = {"minimum_stores": 61, "fallback": "stop"}
    said = run(chain, internal={"too_few_stores": few}, check=False)
    assert "fewer stores than the minimum of 61 sell in salt (7), wine (60)." in said


def test_a_category_that_there_is_not_is_named(chain):
    wrong = {"per_category": True, "category_features": {"Tee": ["people"]}}
    said = run(chain, external=wrong, check=False)
    assert "external.category_features names the category 'Tee'" in said


def test_one_category_has_the_same_results_either_way(chain):
    """Every store sells in it, so that it is fitted to the same stores."""
    together, apart = (
        run(chain, ONE_CATEGORY, external={"per_category": answer}) for answer in (False, True)
    )
    assert set(together["store_clusters"]["external_cluster_id"].dropna()) == {1, 2, 3, 4, 5, 6}
    for name, table in together.items():
        kept = [column for column in table if column != "run_id"]
        pd.testing.assert_frame_equal(table[kept], apart[name][kept])
