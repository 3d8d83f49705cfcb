"""A small published database with all that an export shows, and names that try to be more."""

from pathlib import Path

import duckdb
from small_publish import write_published

LONG = "Very long name " * 20
HOSTILE = {
    1: "=1+1",
    2: "+cmd|' /C calc'!A0",
    3: "@SUM(A1:A9)",
    4: "-2+3",
    5: "\tTabbed",
    6: "\rReturned",
    7: "<script>alert(1)</script>",
    8: "🍞🥐 Bäckerei",
    9: "حليب وأجبان",
    10: LONG,
    11: "https://evil.example/?a=1&b=2",
    12: "\uff1d1+1",
    13: '</td><svg onload="alert(1)">',
    14: "bell \x07 and \ufffe",
}
"""Names of stores by their number."""

TABLES = """
create or replace table marts.cluster_features (
    category varchar, final_cluster_id integer, dataset varchar, feature varchar,
    cluster_mean double, chain_mean double, index_vs_chain double, effect_size double,
    is_used boolean, rank integer
);
create or replace table marts.need_state_sales (
    category varchar, final_cluster_id integer, need_state varchar,
    sales_amount decimal(38, 4), share_of_cluster double, share_of_chain double,
    index_vs_chain double
);
create or replace table marts.cluster_moves (
    category varchar, store_id varchar, from_label varchar, to_label varchar,
    from_distance double, to_distance double, reason varchar
);
create or replace table marts.cluster_rules (
    category varchar, final_cluster_id integer, rule_number integer, rule varchar,
    precision double, recall double, store_count integer
);
create or replace table marts.cluster_changes (
    category varchar, store_id varchar, previous_cluster_id integer,
    present_cluster_id integer, reason varchar
);
create or replace table marts.cluster_merges (
    category varchar, step integer, from_label varchar, to_label varchar, mode varchar,
    from_store_count integer, to_store_count integer, distance double
);
create or replace table marts.store_reasons (
    category varchar, store_id varchar, rank integer, dataset varchar, feature varchar,
    value double
);
"""


def write_plan(path: Path, *, clustered: int = 38) -> None:
    """Write what `write_published` writes, with hostile names and all that a plan shows."""
    write_published(path, clustered=clustered)
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        for number, name in HOSTILE.items():
            for table in ("stores", "store_clusters"):
                connection.execute(
                    f"update marts.{table} set store_name = ? where store_id = ?",
                    [name, f"{number:03d}"],
                )
        # twelve need states share the sales to the last digit: the last one takes what is left
        connection.execute(
            """
            insert into marts.need_state_sales
            with parts as (
                select *, unnest(range(1, 13)) as part from marts.clusters
            )
            select
                category, final_cluster_id, coalesce($names[part], 'need ' || part),
                if(
                    part < 12, floor(sales_amount / 12),
                    sales_amount - 11 * floor(sales_amount / 12)
                ),
                1.0 / 12, 1.0 / 12, 100 + 40 * (part % 3 - 1)
            from parts
            """,
            {"names": list(HOSTILE.values())[:7]},
        )
        connection.execute(
            """
            insert into marts.cluster_features
            select
                category, final_cluster_id, if(part % 2 = 0, 'external', 'internal'),
                coalesce($names[part], 'feature ' || part), 2 * part, part,
                if(part % 5 = 0, null, 100 + 30 * (final_cluster_id - 2)),
                (final_cluster_id - 2) * (15 - part) / 5, true, part
            from marts.clusters, unnest(range(1, 15)) as parts (part)
            """,
            {"names": list(HOSTILE.values())},
        )
        connection.execute(
            """
            insert into marts.cluster_moves
            select category, store_id, 'I9-E9', final_label, 0.25, 1.5, $reason
            from marts.store_clusters where is_reassigned or store_id < '009'
            """,
            {"reason": HOSTILE[1] + LONG},
        )
        connection.execute(
            """
            insert into marts.cluster_rules
            select category, final_cluster_id, part, $rule || part, 0.9, 0.5, 7
            from marts.clusters, unnest(range(1, 6)) as parts (part)
            """,
            {"rule": HOSTILE[7] + LONG},
        )
        connection.execute(
            """
            insert into marts.cluster_changes
            select category, store_id, 3, final_cluster_id, $reason
            from marts.store_clusters where store_id < '005'
            """,
            {"reason": HOSTILE[3]},
        )
        connection.execute(
            """
            insert into marts.store_reasons
            select category, store_id, 1, 'internal', $feature, 0.5 from marts.store_clusters
            """,
            {"feature": HOSTILE[7]},
        )
        connection.execute(
            "comment on column marts.clusters.store_count is 'Number of stores, counted.'"
        )
