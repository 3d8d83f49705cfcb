"""Internal preprocessing in pandas: raw sales to the scaled feature matrix, default settings.

The whole file is held in memory. The search for outliers is the function of `python_ml` that the
models call, in every implementation.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rival import run
from python_ml.outliers import score_outliers

COLUMNS = ["store_id", "product_id", "week", "units", "sales_amount"]
KEY = ["store_id", "product_id", "sold_on"]


def checked_sales(file: Path, markers: list[str]) -> pd.DataFrame:
    """Every row of the file with its typed values, and why it is refused if it is."""
    if file.suffix == ".parquet":
        raw = pd.read_parquet(file, columns=COLUMNS)
    else:
        raw = pd.read_csv(
            file, usecols=COLUMNS, dtype="str", keep_default_na=False, engine="pyarrow"
        )
    for name in COLUMNS:
        if pd.api.types.is_string_dtype(raw[name]):
            text = raw[name].str.strip()
            raw[name] = text.mask(text.isin(markers))
    amount = pd.to_numeric(raw["sales_amount"], errors="coerce").replace([np.inf, -np.inf], np.nan)
    units = pd.to_numeric(raw["units"], errors="coerce").replace([np.inf, -np.inf], np.nan)
    day = raw["week"]
    if pd.api.types.is_string_dtype(day):
        day = day.str.slice(0, 10)
    day = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")
    faults = {
        "store id is missing": raw["store_id"].isna(),
        "product id is missing": raw["product_id"].isna(),
        "amount is missing": raw["sales_amount"].isna(),
        "amount is not a number": amount.isna(),
        "date is missing": raw["week"].isna(),
        "date is not a date": day.isna(),
        "quantity is not a number": raw["units"].notna() & units.isna(),
    }
    return pd.DataFrame(
        {
            "store_id": raw["store_id"].astype("category"),
            "product_id": raw["product_id"].astype("category"),
            "sold_on": day,
            # money is counted in whole ten-thousandths, so that sums are exact
            "amount": (amount * 10_000).round().astype("Int64"),
            "reason": pd.Categorical.from_codes(
                np.select(list(faults.values()), range(len(faults)), -1), categories=list(faults)
            ),
        }
    )


def product_sales(sales: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per store and product (returns netted), and the refused rows by reason."""
    accepted = sales.loc[sales["reason"].isna(), [*KEY, "amount"]].astype({"amount": "int64"})
    # of rows with the same key, the one with the smallest amount counts
    single = accepted.groupby(KEY, observed=True, sort=False)["amount"].min().reset_index()
    totals = single.groupby(["store_id", "product_id"], observed=True, sort=False)["amount"].sum()
    refused = sales["reason"].value_counts()
    refused = refused[refused > 0].rename_axis("reason").reset_index(name="rows")
    twice = {"reason": ["row is there twice"], "rows": [len(accepted) - len(single)]}
    return totals.reset_index(), pd.concat([refused.astype({"reason": "str"}), pd.DataFrame(twice)])


def product_needs(file: Path) -> pd.DataFrame:
    """One row per product and need state, numbered within the product."""
    columns = ["product_id", "category", "need_state"]
    needs = pd.read_csv(file, dtype="str", usecols=columns)[columns].dropna().drop_duplicates()
    products = needs.sort_values(columns).groupby("product_id")["product_id"]
    return needs.assign(number=products.cumcount() + 1, count=products.transform("size"))


def shares(totals: pd.DataFrame, needs: pd.DataFrame) -> pd.DataFrame:
    """The sales mix: one row per category, store and need state."""
    parts = totals.astype({"store_id": "str", "product_id": "str"}).merge(needs, on="product_id")
    amount, number, count = parts["amount"], parts["number"], parts["count"]
    # the parts of a product differ by one ten-thousandth at most and add up exactly
    parts["amount"] = amount * number // count - amount * (number - 1) // count
    need_sales = (
        parts.rename(columns={"need_state": "feature"})
        .groupby(["category", "store_id", "feature"], as_index=False)["amount"]
        .sum()
    )
    stores = (
        need_sales.assign(total=need_sales["amount"].clip(lower=0))
        .groupby(["category", "store_id"], as_index=False)
        .agg(sales=("amount", "sum"), total=("total", "sum"))
        .query("total > 0 and sales >= 0")
    )
    mix = stores.merge(need_sales[["category", "feature"]].drop_duplicates(), on="category")
    mix = mix.merge(need_sales, on=["category", "store_id", "feature"], how="left")
    mix["value"] = mix["amount"].fillna(0).clip(lower=0) / mix["total"]
    return mix[["category", "store_id", "feature", "value"]]


def scaled_matrix(mix: pd.DataFrame, internal: dict) -> pd.DataFrame:
    """Centred log-ratio, median imputation, z-score over the stores that are no outliers."""
    clip = internal["scale"]["clip"]
    feature = ["category", "feature"]
    values = mix.groupby(feature)["value"]
    mix = mix[values.transform("max") > values.transform("min")].copy()
    positive = mix["value"].where(mix["value"] > 0)
    smallest = positive.groupby([mix["category"], mix["feature"]]).transform("min")
    mix["value"] = np.log(positive.fillna(0.65 * smallest))
    mix["value"] -= mix.groupby(["category", "store_id"])["value"].transform("mean")
    mix["value"] = mix["value"].fillna(mix.groupby(feature)["value"].transform("median"))
    outliers = score_outliers(
        mix, settings=internal["outliers"], seed=internal["algorithm"]["seed"]
    )
    fitted = mix.merge(outliers[~outliers["is_outlier"]], on=["category", "store_id"])
    fitted = fitted.groupby(feature)["value"]
    scales = pd.DataFrame({"centre": fitted.mean(), "scale": fitted.std(ddof=0)})
    scales = scales[scales["scale"] > 1e-9 * scales["centre"].abs().clip(lower=1e-3)]
    matrix = mix.merge(scales.reset_index(), on=feature)
    matrix["value"] = ((matrix["value"] - matrix["centre"]) / matrix["scale"]).clip(-clip, clip)
    return matrix[["category", "store_id", "feature", "value"]]


def preprocess(sales: Path, products: Path, out: Path, settings: dict) -> None:
    """Write the matrix, and beside it the refused rows by reason, to Parquet files."""
    internal, markers = settings["internal"], settings["quality"]["missing_markers"]
    totals, refused = product_sales(checked_sales(sales, markers))
    mix = shares(totals, product_needs(products))
    matrix = scaled_matrix(mix, internal)
    matrix.to_parquet(out, index=False)
    refused.to_parquet(out.with_suffix(".refused.parquet"), index=False)


if __name__ == "__main__":
    run(preprocess)
