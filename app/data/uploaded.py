"""An uploaded table beside the published clusters, joined by the id of the store."""

from contextlib import closing

import duckdb
import pandas as pd
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression

from app.data import published
from app.data.macros import MACROS
from app.data.published import Version

MOST_LISTED = 1_000

_NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)


def numeric_columns(table: pa.Table) -> list[str]:
    """Return the columns that hold numbers."""
    return [field.name for field in table.schema if any(is_one(field.type) for is_one in _NUMBERS)]


def likely_id(table: pa.Table) -> str:
    """Return the column that most likely holds the ids of stores.

    Examples
    --------
    >>> likely_id(pa.table({"size": [1], "Store ID": ["007"]}))
    'Store ID'
    """
    names = table.column_names
    plain = {name: "".join(filter(str.isalnum, name.lower())) for name in names}
    for wanted in ("storeid", "store", "storenumber", "storeno", "id"):
        found = [name for name in names if plain[name] == wanted]
        if found:
            return found[0]
    return next((name for name in names if "store" in plain[name]), names[0])


def matches(version: Version, category: str, table: pa.Table, column: str) -> dict[str, int]:
    """Return how the rows of an upload relate to the stores of a category.

    Returns
    -------
    dict
        `rows`, `without_id` (rows), `ids` (different ones), `repeated` (rows beyond the first
        of an id), `matched` and `unmatched` (ids with and without a cluster), `absent` (stores
        with a cluster that the upload lacks), `matched_without_zeros` (unmatched ids that
        would be matched if leading zeros did not count).
    """
    return _ask(
        version,
        table,
        column,
        """
        with ids as (select distinct store_id from uploaded where store_id is not null),

        stores as (select store_id from marts.store_clusters where category = $category)

        select
            (select count(*) from uploaded) as "rows",
            (select count(*) from uploaded where store_id is null) as without_id,
            (select count(*) from ids) as ids,
            (select count(store_id) from uploaded) - (select count(*) from ids) as repeated,
            (select count(*) from ids semi join stores using (store_id)) as matched,
            (select count(*) from ids anti join stores using (store_id)) as unmatched,
            (select count(*) from stores anti join ids using (store_id)) as absent,
            (
                select count(*)
                from (from ids anti join stores using (store_id)) as left_over
                where ltrim(store_id, '0') in (select ltrim(store_id, '0') from stores)
            ) as matched_without_zeros
        """,
        {"category": category},
    ).to_dict("records")[0]


def unmatched(version: Version, category: str, table: pa.Table, column: str) -> pd.DataFrame:
    """Return the first ids of an upload that have no cluster, and in how many rows they stand."""
    return _ask(
        version,
        table,
        column,
        """
        select store_id, count(*) as "rows"
        from uploaded
        where
            store_id is not null
            and store_id not in (
                select store_id from marts.store_clusters where category = $category
            )
        group by store_id
        order by store_id
        limit $most
        """,
        {"category": category, "most": MOST_LISTED},
    )


def sizes(version: Version, category: str, table: pa.Table, column: str) -> pd.DataFrame:
    """Return one row per final cluster, as a chart of sizes takes it, of the matched stores.

    Returns
    -------
    DataFrame
        `cluster`, `title`, `colour_id`, `store_count`, `store_share` (of the matched stores),
        `sales_amount`, `sales_share` (published sales of the matched stores),
        `published_store_count`.
    """
    return _ask(
        version,
        table,
        column,
        """
        with placed as (
            select *, store_id in (select store_id from uploaded) as is_matched
            from stores_at($category, 'final')
        )

        select
            cluster,
            any_value(title) as title,
            any_value(colour_id)::integer as colour_id,
            count(*) filter (where is_matched) as store_count,
            coalesce(
                count(*) filter (where is_matched)
                / nullif(sum(count(*) filter (where is_matched)) over (), 0),
                0
            )::double as store_share,
            coalesce(round(sum(sales_amount) filter (where is_matched)), 0)::bigint
                as sales_amount,
            coalesce(
                sum(sales_amount) filter (where is_matched)
                / nullif(sum(sum(sales_amount) filter (where is_matched)) over (), 0),
                0
            )::double as sales_share,
            count(*) as published_store_count
        from placed
        group by cluster
        order by any_value(colour_id), cluster
        """,
        {"category": category},
    ).astype({"colour_id": "Int64"})


def by_cluster(
    version: Version, category: str, table: pa.Table, column: str, value: str
) -> pd.DataFrame:
    """Return how a numeric column of an upload is spread in each final cluster.

    Returns
    -------
    DataFrame
        One row per cluster with matched stores, and a last one of all of them: `title`,
        `row_count` (with a value), `mean`, `median`, `lower_quartile`, `upper_quartile`,
        `lowest`, `highest`.
    """
    return _ask(
        version,
        table,
        column,
        """
        with placed as (
            select placed.title, placed.colour_id, placed.cluster, uploaded.value::double as value
            from uploaded
            inner join stores_at($category, 'final') as placed
                on placed.store_id = uploaded.store_id
            where isfinite(uploaded.value::double)
        )

        select
            if(grouping(cluster) = 1, 'All matched stores', any_value(title)) as title,
            count(*) as row_count,
            avg(value) as mean,
            median(value) as median,
            quantile_cont(value, 0.25) as lower_quartile,
            quantile_cont(value, 0.75) as upper_quartile,
            min(value) as lowest,
            max(value) as highest
        from placed
        group by grouping sets ((cluster), ())
        having count(*) > 0
        order by grouping(cluster), any_value(colour_id), cluster
        """,
        {"category": category},
        value,
    )


def _ask(
    version: Version, table: pa.Table, column: str, sql: str, parameters: dict, value: str = ""
) -> pd.DataFrame:
    """Ask with the upload as `uploaded`: `store_id` as text, empty where blank, and `value`.

    Whatever its columns are called, no name of the upload becomes a part of the SQL.
    """
    taken = {"store_id": table.column(column)} | ({"value": table.column(value)} if value else {})
    with closing(published.connect(version, MACROS)) as connection:
        raw = connection.from_arrow(pa.table(taken))
        text = ColumnExpression("store_id").cast("VARCHAR")
        trimmed = duckdb.FunctionExpression("trim", text)
        blank = ConstantExpression("")
        store_id = duckdb.FunctionExpression("nullif", trimmed, blank).alias("store_id")
        columns = [store_id, *([ColumnExpression("value")] if value else [])]
        connection.register("uploaded", raw.select(*columns).to_arrow_table())
        return connection.execute(sql, parameters).df()
