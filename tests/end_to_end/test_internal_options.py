"""What tells stores apart beside the sales mix, and where unmapped sales go, on a planted chain."""

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import SPARE

pytestmark = pytest.mark.end_to_end

WEEKS = pd.date_range("2025-01-06", periods=52, freq="7D")
STORES = 40
EXTRAS = ["growth", "log sales", "seasonality", "share of chain"]
# the need states of each product; that p9 is not in the list is planted
PRODUCTS = {
    "p1": ["gin"],
    "p2": ["rum"],
    "p3": ["tea"],
    "p4": ["milk"],
    "p5": ["gin", "rum"],
    "p6": ["gin", "milk", "tea"],
}
CATEGORY = {"gin": "drinks", "rum": "drinks", "tea": "breakfast", "milk": "breakfast"}


def planted_stores() -> pd.DataFrame:
    """One row per store: how it grows in drinks and swings in breakfast, and its mix."""
    chance = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "store_id": [f"s{number:02d}" for number in range(STORES)],
            "growth": np.linspace(-0.8, 0.8, STORES),
            "swing": chance.permutation(np.linspace(0, 0.6, STORES)),
            "size": np.exp(chance.normal(9, 0.5, STORES)),
            "mix": np.where(np.arange(STORES) % 2, 0.2, 0.6) + chance.uniform(0, 0.2, STORES),
        }
    )


def planted_sales(stores: pd.DataFrame) -> pd.DataFrame:
    """One row per store, product and week, in cents.

    Drinks step up by exp(growth) after half of the weeks. Breakfast sells 1 + swing from January
    to June, which is 26 weeks, and 1 - swing in the other 26.
    """
    rows = stores.merge(pd.DataFrame({"week": WEEKS}), how="cross")
    is_late = rows["week"] >= WEEKS[26]
    drinks = rows["size"] * np.exp(rows["growth"] * is_late)
    breakfast = rows["size"] * np.where(is_late, 1 - rows["swing"], 1 + rows["swing"])
    amounts = {
        "p1": drinks * rows["mix"],
        "p2": drinks * (1 - rows["mix"]),
        "p3": breakfast * rows["mix"],
        "p4": breakfast * (1 - rows["mix"]),
        "p5": drinks / 7,
        # a cent for three need states of two categories: the test periods_close adds the parts up
        "p6": pd.Series(0.01, index=rows.index),
        "p9": pd.Series(12.34, index=rows.index).where(rows["store_id"] < "s30"),
    }
    long = pd.concat(
        rows[["store_id", "week"]].assign(product_id=product, cents=(100 * amount).round())
        for product, amount in amounts.items()
    ).dropna()
    return long.reset_index(drop=True).astype({"cents": int})


def write_chain(chain, sales: pd.DataFrame) -> None:
    """Write what the settings below read."""
    folder = chain.path / "data"
    folder.mkdir(exist_ok=True)
    written = sales.assign(amount=[f"{cents / 100:.2f}" for cents in sales["cents"]])
    written.drop(columns="cents").to_csv(folder / "sales.csv", index=False)
    pairs = [(p, CATEGORY[need], need) for p, needs in PRODUCTS.items() for need in needs]
    products = pd.DataFrame(pairs, columns=["product_id", "category", "need_state"])
    products.to_csv(folder / "products.csv", index=False)


def settings(*extras: str, bucket: str | None = None, **columns: str) -> str:
    """The settings of the planted chain with some extra features."""
    names = {"store_id": "store_id", "product_id": "product_id", "amount": "amount"}
    of_products = {"product_id": "product_id", "category": "category", "need_state": "need_state"}
    return yaml.safe_dump(
        SPARE
        | {
            "sources": {
                "sales": {"files": "data/sales.csv", "columns": names | {"sold_on": "week"}},
                "products": {"files": "data/products.csv", "columns": of_products | columns},
            },
            "internal": {
                "transform": {"method": "none"},
                "extra_features": dict.fromkeys(extras, True),
            },
            "quality": {"unmapped_bucket": bucket},
        }
    )


def build(chain, user: str) -> dict[str, pd.DataFrame]:
    """Build and give back the published tables that are looked at."""
    chain.build("--vars", user)
    names = ("store_features", "feature_selection", "unmapped_products", "data_coverage")
    return {name: chain.table(name) for name in names}


def feature(tables: dict, category: str, name: str, column: str = "raw_value") -> np.ndarray:
    """One value per store, by store id."""
    table = tables["store_features"]
    found = table[(table["category"] == category) & (table["feature"] == name)]
    return found.sort_values("store_id")[column].to_numpy()


@pytest.fixture(scope="module")
def planted(new_chain):
    """A chain with planted growth and seasons, not yet built."""
    made = new_chain("internal_options")
    write_chain(made, planted_sales(planted_stores()))
    return made


@pytest.fixture(scope="module")
def one_half(planted):
    """Built with two of the extra features and without a bucket."""
    return build(planted, settings("log_sales", "growth"))


@pytest.fixture(scope="module")
def other_half(planted):
    """Built with the other two, and a bucket."""
    user = settings("share_of_chain", "seasonality", bucket="what is left")
    return build(planted, user)


def sales_by_category() -> pd.DataFrame:
    """The sales by store and category, in money, straight from the planted rows."""
    sales = planted_sales(planted_stores())
    needs = sales["product_id"].map(PRODUCTS).dropna()
    parts = sales.assign(need=needs, money=sales["cents"] / 100 / needs.str.len())
    parts = parts.dropna(subset="need").explode("need")
    parts["category"] = parts["need"].map(CATEGORY)
    return parts.groupby(["store_id", "category"])["money"].sum().unstack()


def test_the_extra_features_are_those_that_were_asked_for(one_half, other_half):
    def extras(tables):
        found = tables["feature_selection"]
        found = found[(found["feature"].isin(EXTRAS)) & found["is_used"]]
        return sorted(found.loc[found["category"] == "drinks", "feature"])

    assert extras(one_half) == ["growth", "log sales"]
    assert extras(other_half) == ["seasonality", "share of chain"]
    # what the clustering saw: scaled, one value for each store
    assert np.isfinite(feature(one_half, "drinks", "growth", "model_value")).sum() == STORES
    assert np.isfinite(feature(other_half, "drinks", "seasonality", "model_value")).sum() == STORES


def test_the_planted_growth_is_found(one_half):
    stores = planted_stores()
    found = feature(one_half, "drinks", "growth")
    np.testing.assert_allclose(found, stores["growth"], atol=1e-5)
    swing = np.log((1 - stores["swing"]) / (1 + stores["swing"]))
    np.testing.assert_allclose(feature(one_half, "breakfast", "growth"), swing, atol=1e-5)


def test_the_planted_seasons_are_found(other_half):
    stores = planted_stores()
    found = feature(other_half, "breakfast", "seasonality")
    np.testing.assert_allclose(found, stores["swing"], atol=1e-5)
    # half of the year at 1 and half at exp(growth) lie tanh(growth / 2) around their mean
    step = np.tanh(stores["growth"].abs() / 2)
    np.testing.assert_allclose(feature(other_half, "drinks", "seasonality"), step, atol=1e-5)


@pytest.mark.parametrize("category", ["drinks", "breakfast"])
def test_size_is_the_logarithm_and_the_share_of_the_sales(one_half, other_half, category):
    sales = sales_by_category()[category]
    np.testing.assert_allclose(feature(one_half, category, "log sales"), np.log(sales), rtol=1e-8)
    share = feature(other_half, category, "share of chain")
    np.testing.assert_allclose(share, sales / sales.sum(), rtol=1e-8)


def test_the_mix_does_not_depend_on_the_number_of_rows_a_sale_is_written_in(planted, one_half):
    sales = planted_sales(planted_stores())
    # some rows in three parts, that is 2, 2 and the rest in cents; others as they are
    parts = sales[sales.index % 3 == 0]
    small = parts.assign(cents=2)
    rest = parts.assign(cents=parts["cents"] - 4)
    write_chain(planted, pd.concat([sales[sales.index % 3 != 0], small, small, rest]))
    again = build(planted, settings())
    write_chain(planted, sales)
    before = one_half["store_features"]
    before = before[~before["feature"].isin(EXTRAS)].reset_index(drop=True)
    assert len(again["store_features"]) == len(before) == STORES * 4
    pd.testing.assert_frame_equal(again["store_features"], before, check_exact=True)
    # p5 belongs to gin and rum, half each
    stores = planted_stores()
    share = (stores["mix"] + 1 / 14) / (1 + 1 / 7)
    np.testing.assert_allclose(feature(again, "drinks", "gin"), share, atol=1e-5)


def test_unmapped_sales_are_counted_by_product(one_half):
    [product] = one_half["unmapped_products"].to_dict("records")
    assert product["product_id"] == "p9"
    assert product["bucket"] is None
    assert (product["row_count"], product["store_count"]) == (30 * 52, 30)
    assert float(product["sales_amount"]) == pytest.approx(30 * 52 * 12.34)
    coverage = one_half["data_coverage"]
    [total] = coverage[coverage["category"].isna() & (coverage["source"] == "sales")].to_dict(
        "records"
    )
    assert total["sales_unmapped"] == product["sales_amount"]


def test_unmapped_sales_go_into_the_bucket(other_half):
    [product] = other_half["unmapped_products"].to_dict("records")
    assert (product["product_id"], product["bucket"]) == ("p9", "what is left")
    coverage = other_half["data_coverage"].set_index("category")
    assert (coverage["sales_unmapped"].dropna() == 0).all()
    assert coverage.loc["what is left", "sales_accepted"] == product["sales_amount"]
    assert (feature(other_half, "what is left", "what is left") == 1).sum() == 30


def test_a_need_state_that_is_called_like_an_extra_feature_stops_the_build(planted):
    user = settings("growth", need_state={"sql": "replace(need_state, 'tea', 'growth')"})
    said = planted.build("--select", "+pre_internal_values", "--vars", user, check=False)
    assert "The need state 'growth' of the category 'breakfast' is called like" in said
    assert "set internal.extra_features.growth to false" in said
