"""What was read and refused, what the feeds lack, and which labels look alike."""

from collections.abc import Sequence

import pandas as pd

from app.data.published import Version, query


def by_reason(version: Version) -> pd.DataFrame:
    """Return one row per source and reason, the most frequent first; needs `rejected_rows`."""
    return query(
        version,
        """
        select source, reason, count(*) as rows
        from marts.rejected_rows
        group by source, reason
        order by rows desc, source, reason
        """,
    )


def rows(
    version: Version,
    sources: Sequence[str] = (),
    reasons: Sequence[str] = (),
    most: int | None = None,
) -> pd.DataFrame:
    """Return the refused rows as they were read; needs `rejected_rows`.

    Parameters
    ----------
    sources, reasons
        Only those; none means all.
    most
        No more rows than this; `matching` says how many there are.
    """
    return query(
        version,
        """
        select source, file, line, reason, detail, raw, count(*) over () as matching
        from marts.rejected_rows
        where
            (len($sources::varchar[]) = 0 or list_contains($sources::varchar[], source))
            and (len($reasons::varchar[]) = 0 or list_contains($reasons::varchar[], reason))
        order by source, file, line, reason
        limit $most
        """,
        {"sources": list(sources), "reasons": list(reasons), "most": most},
    )


def by_source(version: Version) -> pd.DataFrame:
    """Return what was read of every source, and how many stores a feed knows."""
    found = query(
        version, "select * from marts.data_coverage where category is null order by source"
    )
    wanted = ["source", "rows_read", "rows_accepted", "rows_rejected", "rows_returned",
              "stores_matched", "match_rate", "rows_unmatched"]  # fmt: skip
    return found.reindex(columns=wanted)


def by_category(version: Version) -> pd.DataFrame:
    """Return how much of the sales and stores of every category is in clusters."""
    found = query(
        version,
        "select * from marts.data_coverage where category is not null order by category, source",
    )
    wanted = ["category", "source", "sales_accepted", "sales_unmapped", "sales_without_cluster",
              "stores_clustered", "stores_without_cluster"]  # fmt: skip
    money = ["sales_accepted", "sales_unmapped", "sales_without_cluster"]
    return found.reindex(columns=wanted).astype(dict.fromkeys(money, "float64"))


def feed_gaps(version: Version, most: int | None = None) -> pd.DataFrame:
    """Return the stores that a feed has no row for, and why; needs `feed_gaps`."""
    return query(
        version,
        """
        select
            gaps.feed, gaps.store_id, stores.store_name, gaps.attribute, gaps.value, gaps.reason,
            count(*) over () as matching
        from marts.feed_gaps as gaps
        left join marts.stores on stores.store_id = gaps.store_id
        order by gaps.feed, gaps.store_id
        limit $most
        """,
        {"most": most},
    )


def feed_conflicts(version: Version, most: int | None = None) -> pd.DataFrame:
    """Return where a feed says two things of the same place; needs `feed_conflicts`."""
    return query(
        version,
        """
        select *, count(*) over () as matching
        from marts.feed_conflicts
        order by feed, key_value, attribute
        limit $most
        """,
        {"most": most},
    )


def similar_labels(version: Version, most: int | None = None) -> pd.DataFrame:
    """Return the labels that may mean the same; needs `similar_labels`."""
    return query(
        version,
        """
        select
            kind, belongs_to, label, similar_to, how,
            round(sales_amount)::bigint as sales_amount,
            round(similar_sales_amount)::bigint as similar_sales_amount,
            count(*) over () as matching
        from marts.similar_labels
        order by sales_amount desc nulls last, kind, label, similar_to
        limit $most
        """,
        {"most": most},
    )


def unmapped_products(version: Version, most: int | None = None) -> pd.DataFrame:
    """Return sold products that no list knows; needs `unmapped_products`."""
    return query(
        version,
        """
        select
            product_id, bucket, round(sales_amount)::bigint as sales_amount, row_count, store_count,
            count(*) over () as matching
        from marts.unmapped_products
        order by sales_amount desc nulls last, product_id
        limit $most
        """,
        {"most": most},
    )
