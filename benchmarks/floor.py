"""The floor: what DuckDB needs to read the same columns and group them, with no check at all.

One query, written by hand: the amount per store and need state, and something of every other
column that the models read, so that none is skipped. Amounts are grouped by product before the
join, which is faster than joining every row. Where the file holds planted defects, texts are cast
and what cannot be cast is null.
"""

import argparse
from pathlib import Path

import duckdb


def floor_query(sales: Path, products: Path, *, is_dirty: bool) -> str:
    """Return the query for one sales file.

    Examples
    --------
    >>> "try_cast" in floor_query(Path("sales.csv"), Path("products.csv"), is_dirty=False)
    False
    """
    if is_dirty:
        week, units, amount = (
            f"try_cast({column} as {kind})"
            for column, kind in (("week", "date"), ("units", "integer"), ("sales_amount", "double"))
        )
        reader = f"read_csv('{sales}', all_varchar = true)"
    else:
        week, units, amount = "week", "units", "sales_amount"
        reader = f"read_csv('{sales}')"
    if sales.suffix == ".parquet":
        reader = f"read_parquet('{sales}')"
    return f"""
        with product_sales as (
            select
                store_id,
                product_id,
                sum({amount}) as amount,
                sum({units}) as units,
                max({week}) as last_week
            from {reader}
            group by store_id, product_id
        )

        select
            product_sales.store_id,
            products.need_state,
            sum(product_sales.amount) as amount,
            sum(product_sales.units) as units,
            max(product_sales.last_week) as last_week
        from product_sales
        inner join read_csv('{products}') as products
            on product_sales.product_id = products.product_id
        group by product_sales.store_id, products.need_state
    """


def main() -> None:
    """Run the query and write its rows to a Parquet file."""
    parser = argparse.ArgumentParser(description="Run the floor query.")
    parser.add_argument("--sales", type=Path, required=True)
    parser.add_argument("--products", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--memory", required=True)
    parser.add_argument("--dirty", action="store_true")
    args = parser.parse_args()
    config = {"threads": args.threads, "memory_limit": args.memory}
    with duckdb.connect(config=config) as connection:
        query = floor_query(args.sales, args.products, is_dirty=args.dirty)
        connection.execute(f"copy ({query}) to '{args.out}' (format parquet)")


if __name__ == "__main__":
    main()
