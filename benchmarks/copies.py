"""A large published file: the stores of a small one, copied as often as needed.

``python -m benchmarks.copies SAMPLE OUT --stores 1000000`` takes a published file and writes one
with so many stores. A copy has an id, a place and values of its own, a little beside those of its
original, and the clusters of its original. The tables about stores grow, and so do the stores and
sales of `clusters`. All others (runs, scores, rules, rejected rows ...) stay as they are.
"""

import argparse
from pathlib import Path

import duckdb

T_SNE_STORES = 1_000
"""The setting `projections.tsne_stores`: of more stores so many are placed by t-SNE."""

MEMORY = "6GB"


def _noise(*parts: str) -> str:
    """Return SQL for a number from -1 to 1, 0 for an original, always the same for a copy."""
    seed = ", ".join(("copies.store_id", *parts))
    return f"if(copies.number = 0, 0, hash({seed}) % 2001 / 1000.0 - 1)"


OWN = {
    "stores": {
        "store_name": "store_name || copies.suffix",
        "latitude": f"latitude + 0.2 * {_noise('1')}",
        "longitude": f"longitude + 0.3 * {_noise('2')}",
    },
    "store_clusters": {
        "store_name": "store_name || copies.suffix",
        "distance": f"distance * (1 + 0.05 * {_noise('category')})",
        "confidence": f"confidence * (1 - 0.05 * abs({_noise('category')}))",
    },
    "store_features": {
        name: f"{name} * (1 + 0.1 * {_noise('category', 'feature')})"
        for name in ("raw_value", "model_value")
    },
    "store_projection": {
        axis: f"{axis} + 0.1 * {_noise('category', 'dataset', 'method', place)}"
        for place, axis in (("1", "x"), ("2", "y"), ("3", "z"))
    },
    "store_silhouettes": {
        name: f"{name} - 0.1 * abs({_noise('category', 'stage')})"
        for name in ("silhouette", "simplified_silhouette")
    },
}
"""What a copy has of its own besides its id, by table and column."""

COPIES = """
create temp table copies as
select
    stores.store_id as original,
    repeated.number,
    repeated.suffix,
    stores.store_id || repeated.suffix as store_id
from sample.marts.stores
cross join (
    select range as number, if(range = 0, '', '-' || range) as suffix
    from range(1 + $stores::integer // (select count(*) from sample.marts.stores))
) as repeated
order by repeated.number, original
limit $stores
"""

COUNTED = """
with counted as (
    select
        category,
        final_cluster_id,
        count(*) as store_count,
        count(thin_reason) as thin_store_count,
        sum(sales_amount) as sales_amount
    from marts.store_clusters
    group by category, final_cluster_id
)

update marts.clusters
set
    store_count = counted.store_count,
    thin_store_count = counted.thin_store_count,
    sales_amount = counted.sales_amount
from counted
where
    counted.category = clusters.category
    and counted.final_cluster_id = clusters.final_cluster_id
"""


def write_copies(sample: Path, out: Path, stores: int) -> None:
    """Write a published file with so many stores; of fewer than there are, the first ones."""
    unfinished = out.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with duckdb.connect(str(unfinished), config={"memory_limit": MEMORY}) as connection:
        quoted = str(sample).replace("'", "''")  # `attach` takes no bound parameter
        connection.execute(f"attach '{quoted}' as sample (read_only)")
        [(own,)] = connection.execute("select current_database()").fetchall()
        connection.execute(f'copy from database sample to "{own}" (schema)')
        connection.execute(COPIES, {"stores": stores})
        tables = connection.execute("""
            select table_name, bool_or(column_name = 'store_id')
            from duckdb_columns()
            where database_name = 'sample' and schema_name = 'marts'
            group by table_name
        """).fetchall()
        for table, is_about_stores in tables:
            _fill(connection, table, is_about_stores=is_about_stores)
        connection.execute(COUNTED)
        connection.execute("detach sample")
    unfinished.replace(out)


def _fill(connection: duckdb.DuckDBPyConnection, table: str, *, is_about_stores: bool) -> None:
    """Fill a table, in the order in which a run publishes: with all copies if it has stores."""
    if not is_about_stores:
        connection.execute(f"insert into marts.{table} from sample.marts.{table}")
        return
    own = {"store_id": "copies.store_id"} | OWN.get(table, {})
    replaced = ", ".join(f"{sql} as {name}" for name, sql in own.items())
    kept = ""
    if table == "store_projection":
        kept = f"""
            qualify method <> 'tsne' or {T_SNE_STORES} >= row_number() over (
                partition by category, dataset, method order by hash(copies.store_id)
            )"""
    connection.execute(f"""
        insert into marts.{table}
        select {table}.* replace ({replaced})
        from sample.marts.{table}
        inner join copies on copies.original = {table}.store_id
        {kept}
        order by all
    """)


def main() -> None:
    """Write one file."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.copies",
        description="Write a large published file from a small one.",
    )
    parser.add_argument("sample", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--stores", type=int, required=True)
    args = parser.parse_args()
    if args.stores < 1:
        parser.error("--stores has to be above zero")
    write_copies(args.sample, args.out, args.stores)


if __name__ == "__main__":
    main()
