"""The example whose amount is an expression of columns, on real data, against pandas."""

import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]


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


def test_the_demographics_explain_the_mix_of_stores_that_the_model_has_not_seen(dominicks):
    found = dominicks.table("external_explanation_summary").set_index("target")
    assert found["store_count"].tolist() == [83, 83]
    mix = found.loc["mix"]
    assert mix["explains"]
    assert 0.35 < mix["score"] < 0.6
    assert mix["p_value"] < 0.001
    assert mix["sentence"].startswith("External features explain the sales mix: ")
    # the stability gate finds no reliable structure on the internal side
    assert found.loc["clusters", "cluster_count"] == 1
    assert found.loc["clusters", "sentence"] == "There is one internal cluster: nothing to explain."
    features = dominicks.table("external_explanations")
    assert set(features["target"]) == {"mix"}
    leading = features.sort_values("rank").iloc[0]
    assert leading["feature"] in ("share of expensive homes", "income (logarithm)")
    assert leading["importance"] > leading["importance_spread"] > 0


def test_three_clusters_are_explained_and_with_mixed_up_demographics_they_are_not(
    dominicks, tmp_path
):
    folder = Path(dominicks.environment["DOMINICKS_DIR"])
    mixed = shutil.copytree(folder, tmp_path / "mixed")
    demographics = pd.read_csv(folder / "store_demographics.csv")
    order = np.random.default_rng(1).permutation(len(demographics))
    features = demographics.columns.drop("STORE")
    demographics[features] = demographics[features].to_numpy()[order]
    mixed.chmod(0o755)
    (mixed / "store_demographics.csv").unlink()
    demographics.to_csv(mixed / "store_demographics.csv", index=False)
    example = yaml.safe_load((dominicks.path / "examples/dominicks_orange_juice.yml").read_text())
    asked = json.dumps(example | {"internal": {"cluster_count": {"fixed": 3}}})
    answers = []
    for data in (folder, mixed):
        dominicks.dbt(
            "run", "--target", "dev", "--select", "+external_explanation_summary",
            "--vars", asked, DOMINICKS_DIR=str(data),
        )  # fmt: skip
        with duckdb.connect(str(dominicks.path / "warehouse/work/dev.duckdb")) as built:
            answers.append(built.sql("from marts.external_explanation_summary").df())
    real, shuffled = (answer.set_index("target").loc[["clusters", "mix"]] for answer in answers)
    assert (real["cluster_count"] == 3).all()
    assert (shuffled["cluster_count"] == 3).all()
    assert real["explains"].tolist() == [True, True]
    assert real.loc["clusters", "score"] > real.loc["clusters", "score_without"] + 0.15
    assert real.loc["clusters", "balanced_accuracy"] > 0.5
    assert shuffled["explains"].tolist() == [False, False]
    assert shuffled.loc["mix", "score"] < 0.05
    assert shuffled["sentence"].str.startswith("External features do not explain").all()
