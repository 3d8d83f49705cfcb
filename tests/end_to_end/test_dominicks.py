"""The example whose amount is an expression of columns, on real data, against pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def dominicks(run_example):
    """The chain of the example, built with `make run`."""
    return run_example("dominicks_orange_juice")


@pytest.fixture(scope="module")
def juice(dominicks) -> pd.DataFrame:
    """The sales as pandas reads them: units times the price of the row's own brand."""
    folder = Path(dominicks.environment["DOMINICKS_DIR"])
    rows = pd.read_csv(folder / "sales.csv.gz", dtype={"store": str, "brand": str})
    brands = pd.read_csv(folder / "brands.csv", dtype=str).set_index("brand")["product"]
    prices = rows[[f"price{number}" for number in range(1, 12)]].to_numpy()
    price = prices[np.arange(len(rows)), rows["brand"].astype(int) - 1]
    amount = (np.exp(rows["logmove"]) * price).round(4)
    return rows.assign(amount=amount, product=rows["brand"].map(brands))


def test_every_row_and_every_cent_is_accounted_for(dominicks, juice):
    total = dominicks.query(
        "select * from marts.data_coverage where source = 'sales' and category is null"
    ).iloc[0]
    assert len(juice) == 106_139
    assert total["rows_read"] == total["rows_accepted"] == len(juice)
    assert total["rows_rejected"] == total["rows_returned"] == total["sales_unmapped"] == 0
    # each amount is money, exact to 0.0001: exp may differ in its last bit, and round to the other
    assert float(total["sales_read"]) == pytest.approx(juice["amount"].sum(), rel=1e-9)
    closes = dominicks.query(
        "select sales_read = sales_clustered as closes from marts.data_coverage "
        "where source = 'sales' and category is null"
    )
    assert closes["closes"].all()


def test_every_store_has_a_cluster_and_its_own_sales(dominicks, juice):
    clustered = dominicks.table("store_clusters").set_index("store_id")
    assert len(clustered) == juice["store"].nunique() == 83
    assert dominicks.table("stores_without_cluster").empty
    of_stores = juice.groupby("store")["amount"].sum()
    found = clustered["sales_amount"].astype(float)
    pd.testing.assert_series_equal(
        found.sort_index(), of_stores.sort_index(), check_names=False, rtol=1e-9
    )
    sizes = dominicks.table("clusters")["store_count"]
    assert sizes.sum() == 83


def test_the_sales_mix_is_the_share_of_each_brand(dominicks, juice):
    mix = juice.pivot_table(index="store", columns="product", values="amount", aggfunc="sum")
    mix = mix.div(mix.sum(axis=1), axis=0)
    found = dominicks.query(
        "select store_id, feature, raw_value from marts.store_features where dataset = 'internal'"
    ).pivot(index="store_id", columns="feature", values="raw_value")
    assert found.shape == (83, 11)
    pd.testing.assert_frame_equal(
        found.sort_index(), mix.sort_index(), check_names=False, rtol=0, atol=1e-9
    )


def test_the_demographics_reach_every_store(dominicks):
    feed = dominicks.query("select * from marts.data_coverage where match_rate is not null")
    assert feed["source"].tolist() == ["demographics"]
    assert feed[["rows_read", "rows_accepted", "stores_matched"]].to_numpy().tolist() == [[83] * 3]
    assert feed["match_rate"].tolist() == [1.0]
    assert feed["rows_unmatched"].tolist() == [0]
    assert dominicks.table("feed_gaps").empty
    assert dominicks.table("rejected_rows").empty
    folder = Path(dominicks.environment["DOMINICKS_DIR"])
    listed = pd.read_csv(folder / "store_demographics.csv", dtype={"STORE": str}).set_index("STORE")
    found = dominicks.query(
        "select store_id, feature, raw_value from marts.store_features where dataset = 'external'"
    ).pivot(index="store_id", columns="feature", values="raw_value")
    assert found.shape == (83, 11)
    income = found["income (logarithm)"].sort_index()
    np.testing.assert_allclose(income, listed["INCOME"].sort_index(), rtol=1e-12)
    assert not dominicks.table("store_features")["is_imputed"].any()
    assert dominicks.table("feature_selection")["is_used"].all()
