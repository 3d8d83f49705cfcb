"""The sample chain holds the truth and the defects it says it holds."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sample_files import read, read_kinds, read_truth, write
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from python_ml import sample_data


def good_sales(folder):
    """Read the sales rows a careful reader keeps."""
    (path,) = (folder / "internal").glob("sales.*")
    sales = read(path).drop_duplicates().dropna(subset=["store_id", "product_id"])
    sales["week"] = pd.to_datetime(sales["week"], errors="coerce")
    sales["sales_amount"] = pd.to_numeric(sales["sales_amount"], errors="coerce")
    sales["units"] = sales["units"].astype(int)
    return sales.dropna()


def need_state_sales(folder):
    """Sum the sales by category, store and need state, split evenly over need states."""
    products = read(folder / "internal" / "products.csv").dropna(subset=["need_state"])
    products["part"] = 1 / products.groupby("product_id")["need_state"].transform("size")
    by_product = good_sales(folder).groupby(["store_id", "product_id"])["sales_amount"].sum()
    joined = by_product.reset_index().merge(products, on="product_id")
    amount = joined["sales_amount"] * joined["part"]
    return amount.groupby([joined["category"], joined["store_id"], joined["need_state"]]).sum()


def internal_features(sales, stores):
    """Standardise the centred log-ratios of the need-state shares."""
    amounts = sales.unstack().loc[stores]
    assert (amounts > 0).all(axis=None)
    logs = np.log(amounts)
    ratios = logs.sub(logs.mean(axis=1), axis=0)
    return (ratios - ratios.mean()) / ratios.std()


def external_features(folder, stores):
    """Join the feeds by store, fill gaps by the median and scale robustly."""
    codes = read(folder / "stores.csv").drop_duplicates().set_index("store_id")["postal_code"]
    neighbourhoods = read(folder / "external" / "neighbourhoods.csv").set_index("postal_code")
    footfall = read(folder / "external" / "footfall.csv").drop(columns="month")
    visits = footfall.set_index("store_id").apply(pd.to_numeric).groupby(level=0).median()
    places = neighbourhoods.apply(pd.to_numeric, errors="coerce").reindex(codes[stores])
    values = pd.concat([places.set_index(pd.Index(stores)), visits.reindex(stores)], axis=1)
    values = values.fillna(values.median())
    spread = (values.quantile(0.75) - values.quantile(0.25)) / 1.349
    return ((values - values.median()) / spread).clip(-5, 5)


def cluster_by_silhouette(features):
    """Cluster with the number of clusters that has the best silhouette."""
    values = features.to_numpy()
    best = (-1.0, None)
    for count in range(2, 11):
        labels = KMeans(count, n_init=5, random_state=0).fit_predict(values)
        if np.bincount(labels).min() >= 0.02 * len(values):
            best = max(best, (silhouette_score(values, labels), labels), key=lambda one: one[0])
    return best[1]


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    """Write a small chain with defects."""
    return write(tmp_path_factory.mktemp("dirty"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """Write the same chain without defects."""
    return write(tmp_path_factory.mktemp("clean"), dirt=False)


# --- the truth ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stores", "weeks", "seed"),
    [
        (120, 12, 1),
        (120, 12, 2),
        (240, 12, 2),
        (240, 12, 7),
        pytest.param(600, 6, 3, marks=pytest.mark.long),
    ],
)
def test_the_planted_groups_can_be_found(tmp_path, stores, weeks, seed):
    """The silhouette finds the right number of groups, and k-means the groups."""
    folder = write(tmp_path, stores=stores, weeks=weeks, seed=seed, categories=4)
    truth = read_truth(folder)
    sales = need_state_sales(folder)

    for category, rows in truth.dropna(subset=["internal_group"]).groupby("category"):
        labels = cluster_by_silhouette(internal_features(sales[category], rows["store_id"]))
        assert len(set(labels)) == rows["internal_group"].nunique(), category
        assert adjusted_rand_score(rows["internal_group"], labels) >= 0.97, category

    places = truth.drop_duplicates("store_id").dropna(subset=["external_group"])
    labels = cluster_by_silhouette(external_features(folder, places["store_id"].to_numpy()))
    assert len(set(labels)) == 3
    assert adjusted_rand_score(places["external_group"], labels) >= 0.97


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_combination_is_rare_and_all_others_are_not(tmp_path, seed):
    """Dissolving small clusters has one thing to do per category."""
    folder = write(tmp_path, stores=240, weeks=4, seed=seed, categories=4, dirt=False)
    for _, rows in read_truth(folder).groupby("category"):
        assert rows["internal_group"].value_counts(normalize=True).min() >= 0.15
        combinations = pd.crosstab(rows["internal_group"], rows["external_group"])
        first, second = np.sort(combinations.to_numpy().ravel())[:2]
        assert first == 4
        assert second >= 0.05 * 240


def test_defects_leave_the_rare_combinations_whole(tmp_path):
    """Stores of a rare combination keep their sales and their place."""
    rows = read_truth(write(tmp_path, stores=240, weeks=4, categories=4)).dropna()
    sizes = rows.groupby(["category", "internal_group", "external_group"]).size()
    assert sizes.groupby(level=0).min().tolist() == [4, 4, 4, 4]


def test_no_grouping_tells_another(clean):
    """Categories and places group the stores independently."""
    truth = read_truth(clean)
    groups = truth.pivot(index="store_id", columns="category", values="internal_group")
    groups["external"] = truth.groupby("store_id")["external_group"].first()
    for left in groups:
        for right in groups:
            if left != right:
                assert abs(adjusted_rand_score(groups[left], groups[right])) < 0.15


def test_stores_of_a_postal_code_agree_and_share_codes(clean):
    """The external group belongs to the postal code."""
    stores = read(clean / "stores.csv").set_index("store_id")
    external = read_truth(clean).groupby("store_id")["external_group"].first()
    assert (external.groupby(stores["postal_code"]).nunique() == 1).all()
    assert stores["postal_code"].nunique() < 0.5 * len(stores)


def test_every_store_sells_every_need_state_with_gaps_in_the_listing(clean):
    """Gaps in the listing leave no need state empty."""
    sold = need_state_sales(clean).unstack("store_id").groupby(level=0).count()
    assert (sold.to_numpy() >= 5).all()
    listed = good_sales(clean)[["store_id", "product_id"]].drop_duplicates()
    gap = 1 - len(listed) / (listed["store_id"].nunique() * listed["product_id"].nunique())
    assert 0.08 <= gap <= 0.2


def test_outlier_stores_are_far_out_but_nearest_to_their_own_group(tmp_path):
    """Outliers still have a group they belong to."""
    folder = write(tmp_path, stores=240)
    truth, sales = read_truth(folder), need_state_sales(folder)
    for category, rows in truth.dropna(subset=["internal_group"]).groupby("category"):
        rows = rows.set_index("store_id")
        features = internal_features(sales[category], rows.index)
        is_outlier = rows["is_outlier"] == "true"
        centres = features[~is_outlier].groupby(rows["internal_group"]).mean()
        offsets = features.to_numpy()[:, None, :] - centres.to_numpy()
        distances = pd.DataFrame(np.linalg.norm(offsets, axis=2), rows.index, centres.index)
        assert (distances.idxmin(axis=1) == rows["internal_group"])[is_outlier].all()
        usual = distances[~is_outlier].min(axis=1)
        assert distances[is_outlier].min(axis=1).min() > usual.quantile(0.99)


def test_the_huge_store_sells_far_more_than_any_other(dirty):
    """One store is out of all proportion."""
    totals = good_sales(dirty).groupby("store_id")["sales_amount"].sum().sort_values()
    assert totals.index[-1:].tolist() == read_kinds(dirty)["huge_stores"]["keys"]
    assert totals.iloc[-1] > 4 * totals.iloc[-2]


# --- the defects -------------------------------------------------------------------------------


def found_in_sales(folder, suffix):
    """Find the defects of the sales file, as a reader would."""
    sales = read(folder / "internal" / f"sales.{suffix}")
    products = read(folder / "internal" / "products.csv")
    stores = set(read(folder / "stores.csv")["store_id"])
    sold_products, sold_stores = (
        set(sales[column].dropna()) for column in ("product_id", "store_id")
    )
    rows_of_store = sales["store_id"].value_counts()
    category = products.drop_duplicates("product_id").set_index("product_id")["category"]
    categories_of_store = sales["product_id"].map(category).groupby(sales["store_id"]).nunique()
    is_small = rows_of_store <= sample_data.ROWS_OF_A_SMALL_STORE
    has_many_rows = rows_of_store.index.isin(is_small[~is_small].index)
    return {
        "returns": int((sales["units"].astype(int) < 0).sum()),
        "duplicate_rows": int(sales.duplicated().sum()),
        "text_in_amount": int(pd.to_numeric(sales["sales_amount"], errors="coerce").isna().sum()),
        "unreadable_date": int(pd.to_datetime(sales["week"], errors="coerce").isna().sum()),
        "missing_store_id": int(sales["store_id"].isna().sum()),
        "missing_product_id": int(sales["product_id"].isna().sum()),
        "unknown_products": sold_products - set(products["product_id"]),
        "products_without_need_state": set(
            products.loc[products["need_state"].isna(), "product_id"]
        ),
        "unknown_stores": sold_stores - stores,
        "stores_without_sales": stores - sold_stores,
        "stores_with_few_rows": set(is_small[is_small].index),
        "stores_selling_one_category": set(
            categories_of_store.index[
                (categories_of_store == 1)
                & categories_of_store.index.isin(rows_of_store.index[has_many_rows])
            ]
        ),
    }


def found_in_places(folder):
    """Find the defects of the store list and the external feeds."""
    stores = read(folder / "stores.csv")
    places = read(folder / "external" / "neighbourhoods.csv")
    footfall = read(folder / "external" / "footfall.csv")
    numbers = places.set_index("postal_code").apply(pd.to_numeric, errors="coerce")
    is_text = places.set_index("postal_code").notna() & numbers.isna()
    known = set(stores["store_id"])
    without_code = set(stores.loc[stores["postal_code"].isna(), "store_id"])
    without_footfall = known - set(footfall["store_id"])
    missing_codes = set(stores["postal_code"].dropna()) - set(places["postal_code"])
    has_no_place = stores["postal_code"].isna() | stores["postal_code"].isin(missing_codes)
    return {
        "duplicate_store_rows": set(stores.loc[stores.duplicated(), "store_id"]),
        "stores_without_postal_code": without_code,
        "postal_codes_without_neighbourhood": missing_codes,
        "text_in_neighbourhood": set(is_text.index[is_text.any(axis=1)]),
        "empty_neighbourhood_cells": int(places.isna().sum().sum()),
        "unknown_footfall_stores": set(footfall["store_id"]) - known,
        "stores_without_footfall": without_footfall,
        "empty_footfall_cells": int(footfall.isna().sum().sum()),
        "stores_without_external_data": without_footfall
        & set(stores.loc[has_no_place, "store_id"]),
    }


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
@pytest.mark.parametrize("stores", [60, 240])
def test_the_defects_in_the_files_are_the_ones_written_down(tmp_path, file_format, stores):
    """Reading the files finds every kind of defect as often as planted."""
    folder = write(tmp_path, file_format=file_format, stores=stores)
    kinds = read_kinds(folder)
    found = found_in_sales(folder, file_format) | found_in_places(folder)
    assert set(kinds) == {*found, "outlier_stores", "huge_stores"}
    for kind, value in found.items():
        assert kinds[kind]["count"] >= 1, kind
        if isinstance(value, int):
            assert kinds[kind]["count"] == value, kind
        else:
            keys = kinds[kind]["keys"]
            assert {key["store_id"] if isinstance(key, dict) else key for key in keys} == value
            assert kinds[kind]["count"] == len(value), kind
    assert 3 <= kinds["text_in_amount"]["count"] < kinds["duplicate_rows"]["count"]


def test_the_defects_are_few(dirty):
    """Shares of the frequent defects are the stated ones."""
    kinds = read_kinds(dirty)
    rows = len(read(dirty / "internal" / "sales.csv"))
    assert kinds["returns"]["count"] / rows == pytest.approx(0.002, rel=0.1)
    assert kinds["duplicate_rows"]["count"] / rows == pytest.approx(0.001, rel=0.1)


def test_row_defects_are_listed_by_the_row_they_hit(dirty):
    """The keys of the returns are those of the negative rows."""
    sales = read(dirty / "internal" / "sales.csv")
    is_return = sales["units"].astype(int) < 0
    columns = ["store_id", "product_id", "week"]
    found = Counter(sales.loc[is_return, columns].itertuples(index=False, name=None))
    keys = read_kinds(dirty)["returns"]["keys"]
    assert found == Counter(tuple(key[column] for column in columns) for key in keys)


def test_a_store_has_no_external_truth_only_without_any_external_row(dirty):
    """One known feed is enough to have a true external group."""
    external = read_truth(dirty).groupby("store_id")["external_group"].first()
    kinds = read_kinds(dirty)
    without = kinds["stores_without_external_data"]["keys"] + kinds["unknown_stores"]["keys"]
    assert set(external.index[external.isna()]) == set(without)


def test_a_clean_chain_has_no_defects(clean):
    """Without dirt every cell is filled, typed, unique and known."""
    assert read_kinds(clean) == {}
    sales = read(clean / "internal" / "sales.csv")
    products = read(clean / "internal" / "products.csv")
    stores = read(clean / "stores.csv")
    places = read(clean / "external" / "neighbourhoods.csv")
    footfall = read(clean / "external" / "footfall.csv")
    for frame in (sales, products, stores, places, footfall):
        assert frame.notna().all(axis=None)
        assert not frame.duplicated().any()
    assert not sales.duplicated(["store_id", "product_id", "week"]).any()
    assert (sales["units"].astype(int) > 0).all()
    assert (pd.to_datetime(sales["week"]).dt.day_of_week == 0).all()
    assert sales["sales_amount"].str.fullmatch(r"\d+\.\d\d").all()
    places.set_index("postal_code").apply(pd.to_numeric)
    assert set(sales["store_id"]) == set(stores["store_id"]) == set(footfall["store_id"])
    assert set(sales["product_id"]) <= set(products["product_id"])
    assert set(stores["postal_code"]) == set(places["postal_code"])
    assert set(read_truth(clean)["is_outlier"]) == {"false"}


def test_defects_do_not_change_the_groups(dirty, clean):
    """The same seed plants the same groups with and without dirt."""
    keys = ["category", "store_id"]
    both = read_truth(dirty).dropna().merge(read_truth(clean), on=keys)
    assert len(both) > 300
    assert (both["internal_group_x"] == both["internal_group_y"]).all()
    assert (both["external_group_x"] == both["external_group_y"]).all()


# --- the columns -------------------------------------------------------------------------------


def test_ids_keep_their_zeros(dirty):
    """Store ids and postal codes are text of fixed length."""
    assert read(dirty / "stores.csv")["store_id"].str.fullmatch(r"0\d{3}").all()
    assert read(dirty / "stores.csv")["postal_code"].dropna().str.fullmatch(r"0\d{4}").all()
    assert read(dirty / "internal" / "sales.csv")["store_id"].dropna().str.len().eq(4).all()
    assert read(dirty / "external" / "footfall.csv")["store_id"].str.len().eq(4).all()
    assert read_truth(dirty)["store_id"].str.len().eq(4).all()


def test_footfall_has_a_row_per_store_and_month_of_the_weeks(clean):
    """Footfall covers the months of the sales."""
    footfall = read(clean / "external" / "footfall.csv")
    weeks = pd.to_datetime(read(clean / "internal" / "sales.csv")["week"])
    assert set(footfall["month"]) == set(weeks.dt.strftime("%Y-%m-01"))
    assert footfall.groupby("store_id").size().nunique() == 1


def test_the_columns_are_the_promised_ones(dirty):
    """Each file has the documented columns in order."""
    columns = {
        "internal/sales.csv": "store_id product_id week units sales_amount",
        "internal/products.csv": "product_id product_name category need_state",
        "stores.csv": "store_id store_name region banner opened_on postal_code latitude longitude",
        "external/neighbourhoods.csv": "postal_code population_density median_income_eur "
        "share_under_35 household_size unemployment_rate",
        "external/footfall.csv": "store_id month visits weekend_share evening_share "
        "competitors_1km",
        "truth/stores.csv": "category store_id internal_group external_group is_outlier",
    }
    for name, expected in columns.items():
        assert list(read(dirty / name)) == expected.split(), name
