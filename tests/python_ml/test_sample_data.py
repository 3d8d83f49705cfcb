"""The sample chain holds the truth and the defects it says it holds."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from python_ml import sample_data
from python_ml.sample_data import Settings, make_world, sales_chunks, write_sample_data

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "stores": 120,
    "weeks": 10,
    "categories": 3,
    "products_per_need_state": 3,
    "seed": 11,
}


def write(folder, *, file_format="csv", dirt=True, **changes):
    """Write a small chain and return its folder."""
    write_sample_data(folder, **(SMALL | changes), file_format=file_format, dirt=dirt)
    return folder


def read(path):
    """Read a file as text, with empty cells as missing."""
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        return frame.astype("str").mask(frame.isna())
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def read_truth(folder):
    """Read the true groups."""
    return read(folder / "truth" / "stores.csv")


def read_kinds(folder):
    """Read the planted dirt by kind."""
    return json.loads((folder / "truth" / "dirt.json").read_text())["kinds"]


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


def digests(folder):
    """Hash every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


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
    [(120, 12, 1), (120, 12, 2), (240, 12, 2), (240, 12, 7), (600, 6, 3)],
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


# --- the files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path, file_format):
    """Files depend on the seed and on nothing else."""
    first, again = (write(tmp_path / name, file_format=file_format) for name in ("a", "b"))
    other = write(tmp_path / "c", file_format=file_format, seed=12)
    assert digests(first) == digests(again)
    same = {name for name in digests(other) if digests(other)[name] == digests(first)[name]}
    # Which products there are does not depend on chance.
    assert same == {"internal/products.csv"}


@pytest.mark.parametrize("dirt", [True, False])
def test_both_formats_hold_the_same(tmp_path, dirt):
    """CSV and Parquet hold the same rows in the same order."""
    in_csv = write(tmp_path / "csv", dirt=dirt)
    in_parquet = write(tmp_path / "parquet", dirt=dirt, file_format="parquet")
    left = read(in_csv / "internal" / "sales.csv")
    right = read(in_parquet / "internal" / "sales.parquet")
    if not dirt:
        left["sales_amount"] = left["sales_amount"].astype(float)
        right["sales_amount"] = right["sales_amount"].astype(float)
    pd.testing.assert_frame_equal(left, right, check_dtype=False)
    others = [
        {k: v for k, v in digests(f).items() if "sales" not in k} for f in (in_csv, in_parquet)
    ]
    assert others[0] == others[1]


def test_parquet_is_typed_when_it_can_be(tmp_path):
    """Only dirt turns dates and amounts into text."""
    clean = write(tmp_path / "clean", file_format="parquet", dirt=False)
    dirty = write(tmp_path / "dirty", file_format="parquet")
    text, units = pa.string(), pa.int32()
    typed = pa_parquet.read_schema(clean / "internal" / "sales.parquet")
    assert typed.types == [text, text, pa.date32(), units, pa.float64()]
    untyped = pa_parquet.read_schema(dirty / "internal" / "sales.parquet")
    assert untyped.types == [text, text, text, units, text]


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


# --- streaming ---------------------------------------------------------------------------------


def test_the_size_of_the_chunks_changes_nothing():
    """Chunks of any size make the same file."""
    world = make_world(Settings(**SMALL, dirt=True))
    tables = []
    for chunk_rows in (1, 5_000, 10**9):
        chunks = list(sales_chunks(world, chunk_rows=chunk_rows))
        parts = [sample_data.sales_table(world, chunk, ".csv") for chunk in chunks]
        tables.append(pa.concat_tables(parts).combine_chunks())
    assert len(chunks) == 1
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])


def test_chunks_do_not_grow_with_the_rows():
    """Ten times the stores need no larger chunks."""
    most = []
    for stores in (60, 600):
        world = make_world(Settings(**(SMALL | {"stores": stores, "weeks": 4}), dirt=False))
        sizes = [len(chunk) for chunk in sales_chunks(world, chunk_rows=2_000)]
        assert all(size >= 2_000 for size in sizes[:-1])
        most.append(max(sizes))
    assert most[1] <= 1.1 * most[0]


# --- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stores", 10),
        ("weeks", 0),
        ("weeks", 2.5),
        ("categories", 0),
        ("products_per_need_state", -1),
        ("seed", -1),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_allowed(tmp_path, name, value):
    """The sentence names the argument, its value and the range."""
    with pytest.raises(ValueError, match=f"^{name} is {value}; it must be a whole number from"):
        write(tmp_path / "out", **{name: value})
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused(tmp_path):
    """Only the two formats are written."""
    with pytest.raises(ValueError, match="must be csv or parquet"):
        write(tmp_path, file_format="xlsx")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--stores", "5"], "stores is 5; it must be a whole number from 60 to 100,000."),
        (["--rows", "10"], "10 sales rows cannot come out of 240 stores and 4 categories"),
        (["--rows", "100", "--weeks", "9"], "give --rows or --weeks, not both"),
        (["--format", "xlsx"], "invalid choice: 'xlsx'"),
    ],
)
def test_the_command_refuses_in_a_sentence(tmp_path, capsys, arguments, sentence):
    """The command explains what is wrong and writes nothing."""
    with pytest.raises(SystemExit) as stopped:
        sample_data.main(["--out", str(tmp_path / "out"), *arguments])
    assert stopped.value.code == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("rows", "stores"), [(40_000, 240), (300_000, 240), (250_000, 60), (900_000, 600)]
)
def test_about_as_many_rows_as_asked_for(rows, stores):
    """The row count asked for is met, to a week."""
    weeks, products = sample_data.size_for_rows(
        rows, stores=stores, categories=4, products_per_need_state=3
    )
    world = make_world(Settings(stores, weeks, 4, products, 5, True))
    made = sum(map(len, sales_chunks(world, chunk_rows=100_000)))
    # A whole week more or less is all that can be chosen.
    assert made == pytest.approx(rows, rel=0.03 + 0.5 / weeks)


def test_files_of_others_are_left_alone(tmp_path):
    """Real data in the folder is never replaced."""
    own_sales = tmp_path / "internal" / "sales.csv"
    own_sales.parent.mkdir()
    own_sales.write_text("mine")
    with pytest.raises(FileExistsError, match="was not written as sample data"):
        write(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["sales.csv"]
    assert own_sales.read_text() == "mine"


def test_a_second_run_leaves_one_sales_file(tmp_path):
    """Changing the format does not leave the sales there twice."""
    write(tmp_path)
    write(tmp_path, file_format="parquet")
    assert [path.name for path in (tmp_path / "internal").glob("sales.*")] == ["sales.parquet"]


def test_the_plain_command_writes_the_year_2025(tmp_path):
    """The first command of the documentation gives one full year."""
    result = subprocess.run(
        [sys.executable, "-m", "python_ml.sample_data", "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("Wrote ")
    sales = pd.read_csv(tmp_path / "internal" / "sales.csv", dtype=str)
    assert 500_000 < len(sales) <= 800_000
    weeks = sorted(set(sales["week"]) - {sample_data.UNREADABLE_DATE})
    assert (len(weeks), weeks[0], weeks[-1]) == (52, "2025-01-06", "2025-12-29")
    assert read(tmp_path / "external" / "footfall.csv")["month"].nunique() == 12
