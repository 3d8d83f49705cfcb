"""Planning by category on real data; conftest says where the data is looked for.

A run of all 49 product groups takes minutes: here are the sales of ten of them, large and small.
"""

import duckdb
import pytest
from conftest import ROOT, real_data

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]
EXAMPLE = "iowa_liquor_categories"
SALES = "sales_2021-11_2022-10.parquet"
GROUPS = [
    "AGED DARK RUM",
    "AMERICAN CORDIALS & LIQUEURS",  # 2 stores
    "AMERICAN SLOE GINS",  # nearly all stores sell one product of it alone
    "CORN WHISKIES",
    "FLAVORED GIN",
    "IMPORTED DRY GINS",
    "IMPORTED VODKA",  # 3 stores
    "IRISH WHISKIES",
    "SCOTCH WHISKIES",
    "TENNESSEE WHISKIES",
]


@pytest.fixture(scope="module")
def iowa(new_chain):
    """The chain of the example, with a folder of the sales of some groups and all else as it is."""
    variable, folder = real_data("iowa_liquor")
    made = new_chain(EXAMPLE)
    some = made.path / "iowa"
    some.mkdir()
    for file in folder.iterdir():
        if file.name != SALES:
            (some / file.name).symlink_to(file)
    duckdb.execute(
        f"""
        copy (
            select sales.*
            from read_parquet('{folder / SALES}') as sales
            inner join read_csv('{folder / "products.csv"}', all_varchar = true) as products
                using ("Item Number")
            where products."Category Name" in (select unnest(?))
        ) to '{some / SALES}' (format parquet)
        """,
        [GROUPS],
    )
    made.environment[variable] = str(some)
    settings = (ROOT / f"examples/{EXAMPLE}.yml").read_text()
    made.said = made.build("--vars", settings)
    return made


def test_every_category_has_clusters_or_a_reason(iowa):
    clustered = iowa.query(
        "select category, count(distinct final_cluster_id) as clusters, "
        "count(*) filter (where thin_reason is null) as stores "
        "from marts.store_clusters group by category"
    ).set_index("category")
    assert set(clustered.index) == set(GROUPS) - {"AMERICAN SLOE GINS"}
    large = clustered[clustered["stores"] >= 100]
    assert len(large) == 7
    # where the stores of a category pass into one another, both sides say that there is one cluster
    one = large.index[large["clusters"] == 1]
    assert len(one) <= 2
    chosen = iowa.query("select * from marts.cluster_count_scores where is_chosen")
    chosen = chosen[chosen["category"].isin(one)]
    assert len(chosen) == 2 * len(one)
    assert chosen["reason"].str.contains("no reliable structure: .*lowest border density").all()
    without = iowa.table("stores_without_cluster").query("category == 'AMERICAN SLOE GINS'")
    assert "nothing tells its stores apart" in set(without["reason"])
    chosen = iowa.query(
        "select category, dataset, k, reason from marts.cluster_count_scores where is_chosen"
    )
    few = chosen[chosen["reason"].str.contains("too few stores")]
    assert few[["category", "dataset", "k", "reason"]].sort_values("category").values.tolist() == [
        [category, "internal", 1, f"chosen: too few stores ({stores}, minimum is 10)"]
        for category, stores in (("AMERICAN CORDIALS & LIQUEURS", 2), ("IMPORTED VODKA", 3))
    ]


def test_every_category_has_an_external_model_of_its_own_stores(iowa):
    stores = iowa.query(
        "select category, dataset, count(distinct store_id) as stores "
        "from marts.store_features group by category, dataset"
    ).pivot(index="category", columns="dataset", values="stores")
    assert set(stores.index) == set(GROUPS)
    assert (stores["external"] <= stores["internal"]).all()
    assert (stores["external"] > 0.95 * stores["internal"]).sum() >= 8
    assert stores["external"].nunique() >= 8


def test_every_store_is_there_once_in_every_category(iowa):
    times = iowa.query(
        """
        select category, store_id, count(*) as times
        from (
            select category, store_id from marts.store_clusters
            union all
            select category, store_id from marts.stores_without_cluster
        )
        group by category, store_id
        """
    )
    assert (times["times"] == 1).all()
    assert len(times) == len(GROUPS) * iowa.query("select count(*) as n from marts.stores")["n"][0]


def test_every_cent_is_accounted_for(iowa):
    closes = iowa.query(
        "select category, sales_accepted = sales_clustered + sales_without_cluster "
        "+ sales_unmapped as closes, sales_clustered / sales_accepted as share "
        "from marts.data_coverage where source = 'sales'"
    )
    assert closes["closes"].all()
    assert len(closes) == len(GROUPS) + 1
    assert closes.loc[closes["category"].isna(), "share"].item() > 0.9
