"""Internal preprocessing in polars: raw sales to the scaled feature matrix, default settings.

Lazy and streaming until one row per store and product is left; what follows is small. The search
for outliers is the function of `python_ml` that the models call, in every implementation.
"""

from pathlib import Path

import polars as pl

from benchmarks.rival import run
from python_ml.outliers import score_outliers

KEY = ["store_id", "product_id", "sold_on"]


def checked_sales(file: Path, markers: list[str]) -> pl.LazyFrame:
    """Every row of the file with its typed values, and why it is refused if it is."""
    if file.suffix == ".parquet":
        raw = pl.scan_parquet(file)
    else:
        raw = pl.scan_csv(file, infer_schema=False)
    kinds = raw.collect_schema()

    def given(name: str) -> pl.Expr:
        """The column without what counts as missing; only text can hold a marker."""
        column = pl.col(name)
        if kinds[name] != pl.String:
            return column
        text = column.str.strip_chars()
        return pl.when(~text.is_in(markers)).then(text)

    def number(name: str) -> pl.Expr:
        value = given(name).cast(pl.Float64, strict=False)
        return pl.when(value.is_finite()).then(value)

    def date(name: str) -> pl.Expr:
        if kinds[name] == pl.Date:
            return pl.col(name)
        return given(name).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)

    return raw.select(
        # categorical: a third less memory for the keys of all rows, and a little faster
        given("store_id").cast(pl.Categorical),
        given("product_id").cast(pl.Categorical),
        date("week").alias("sold_on"),
        # money is counted in whole ten-thousandths, so that sums are exact
        (number("sales_amount") * 10_000).round().cast(pl.Int64).alias("amount"),
        pl.when(given("store_id").is_null())
        .then(pl.lit("store id is missing"))
        .when(given("product_id").is_null())
        .then(pl.lit("product id is missing"))
        .when(given("sales_amount").is_null())
        .then(pl.lit("amount is missing"))
        .when(number("sales_amount").is_null())
        .then(pl.lit("amount is not a number"))
        .when(given("week").is_null())
        .then(pl.lit("date is missing"))
        .when(date("week").is_null())
        .then(pl.lit("date is not a date"))
        .when(given("units").is_not_null() & number("units").is_null())
        .then(pl.lit("quantity is not a number"))
        .alias("reason"),
    )


def product_sales(sales: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per store and product (returns netted), and the refused rows by reason."""
    accepted = (
        sales.filter(pl.col("reason").is_null())
        # of rows with the same key, the one with the smallest amount counts
        .group_by(KEY)
        .agg(pl.col("amount").min(), pl.len().alias("copies"))
        .group_by("store_id", "product_id")
        .agg(pl.col("amount").sum(), (pl.col("copies") - 1).sum().alias("twice"))
    )
    refused = sales.filter(pl.col("reason").is_not_null()).group_by("reason").len("rows")
    totals, refused = pl.collect_all([accepted, refused], engine="streaming")
    twice = pl.DataFrame({"reason": ["row is there twice"], "rows": [totals["twice"].sum()]})
    totals = totals.with_columns(pl.col("store_id", "product_id").cast(pl.String))
    return totals, pl.concat([refused, twice], how="vertical_relaxed")


def product_needs(file: Path) -> pl.DataFrame:
    """One row per product and need state, numbered within the product."""
    product = "product_id"
    return (
        pl.read_csv(file, infer_schema=False)
        .select(product, "category", "need_state")
        .drop_nulls()
        .unique()
        .sort(product, "category", "need_state")
        .with_columns(
            pl.int_range(1, pl.len() + 1).over(product).alias("number"),
            pl.len().cast(pl.Int64).over(product).alias("count"),
        )
    )


def shares(totals: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    """The sales mix: one row per category, store and need state."""
    amount, number, count = pl.col("amount"), pl.col("number"), pl.col("count")
    need_sales = (
        totals.join(needs, on="product_id")
        # the parts of a product differ by one ten-thousandth at most and add up exactly
        .with_columns(amount * number // count - amount * (number - 1) // count)
        .group_by("category", "store_id", pl.col("need_state").alias("feature"))
        .agg(pl.col("amount").sum())
    )
    stores = need_sales.group_by("category", "store_id").agg(
        pl.col("amount").sum().alias("sales"), pl.col("amount").clip(0).sum().alias("total")
    )
    return (
        stores.filter(pl.col("total") > 0, pl.col("sales") >= 0)
        .join(need_sales.select("category", "feature").unique(), on="category")
        .join(need_sales, on=["category", "store_id", "feature"], how="left")
        .with_columns(value=pl.col("amount").fill_null(0).clip(0) / pl.col("total"))
    )


def scaled_matrix(mix: pl.DataFrame, internal: dict) -> pl.DataFrame:
    """Centred log-ratio, median imputation, z-score over the stores that are no outliers."""
    clip = internal["scale"]["clip"]
    feature, value = ["category", "feature"], pl.col("value")
    logs = mix.filter(value.max().over(feature) > value.min().over(feature)).with_columns(
        pl.when(value > 0).then(value).otherwise(0.65 * value.filter(value > 0).min().over(feature))
        .log().alias("value")
    )  # fmt: skip
    imputed = logs.with_columns(value - value.mean().over("category", "store_id")).with_columns(
        value.fill_null(value.median().over(feature))
    )
    frame = imputed.select("category", "store_id", "feature", "value").to_pandas()
    outliers = pl.from_pandas(
        score_outliers(frame, settings=internal["outliers"], seed=internal["algorithm"]["seed"])
    )
    scales = (
        imputed.join(outliers.filter(~pl.col("is_outlier")), on=["category", "store_id"])
        .group_by(feature)
        .agg(value.mean().alias("centre"), value.std(ddof=0).alias("scale"))
        .filter(pl.col("scale") > 1e-9 * pl.max_horizontal(pl.col("centre").abs(), 1e-3))
    )
    return imputed.join(scales, on=feature).select(
        "category",
        "store_id",
        "feature",
        ((value - pl.col("centre")) / pl.col("scale")).clip(-clip, clip).alias("value"),
    )


def preprocess(sales: Path, products: Path, out: Path, settings: dict) -> None:
    """Write the matrix, and beside it the refused rows by reason, to Parquet files."""
    internal, markers = settings["internal"], settings["quality"]["missing_markers"]
    totals, refused = product_sales(checked_sales(sales, markers))
    mix = shares(totals, product_needs(products))
    matrix = scaled_matrix(mix, internal)
    matrix.write_parquet(out)
    refused.write_parquet(out.with_suffix(".refused.parquet"))


if __name__ == "__main__":
    run(preprocess)
