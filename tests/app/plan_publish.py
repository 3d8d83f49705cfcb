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

FILLED = (
    "cluster_changes",
    "cluster_features",
    "cluster_merges",
    "cluster_moves",
    "cluster_rules",
    "need_state_sales",
    "store_reasons",
)
"""Tables whose rows are those of a plan, or none."""


def write_plan(path: Path, *, clustered: int = 38) -> None:
    """Write what `write_published` writes, with hostile names and all that a plan shows."""
    write_published(path, clustered=clustered)
    with duckdb.connect(str(path)) as connection:
        for table in FILLED:
            connection.execute(f"delete from marts.{table}")
        for number, name in HOSTILE.items():
            for table in ("stores", "store_clusters"):
                connection.execute(
                    f"update marts.{table} set store_name = ? where store_id = ?",
                    [name, f"{number:03d}"],
                )
        # twelve need states share the sales to the last digit: the last one takes what is left
        connection.execute(
            """
            insert into marts.need_state_sales (
                category, final_cluster_id, need_state, sales_amount,
                share_of_cluster, share_of_chain, index_vs_chain
            )
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
            insert into marts.cluster_features (
                category, final_cluster_id, dataset, feature, cluster_mean,
                chain_mean, index_vs_chain, effect_size, is_used, rank
            )
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
            insert into marts.cluster_moves (
                category, store_id, from_label, to_label, from_distance,
                to_distance, reason
            )
            select category, store_id, 'I9-E9', final_label, 0.25, 1.5, $reason
            from marts.store_clusters where is_reassigned or store_id < '009'
            """,
            {"reason": HOSTILE[1] + LONG},
        )
        connection.execute(
            """
            insert into marts.cluster_rules (
                category, final_cluster_id, rule_number, rule, precision,
                recall, store_count
            )
            select category, final_cluster_id, part, $rule || part, 0.9, 0.5, 7
            from marts.clusters, unnest(range(1, 6)) as parts (part)
            """,
            {"rule": HOSTILE[7] + LONG},
        )
        connection.execute(
            """
            insert into marts.cluster_changes (
                category, store_id, previous_cluster_id, final_cluster_id,
                reason
            )
            select category, store_id, 3, final_cluster_id, $reason
            from marts.store_clusters where store_id < '005'
            """,
            {"reason": HOSTILE[3]},
        )
        connection.execute(
            """
            insert into marts.store_reasons (
                category, store_id, rank, dataset, feature, value
            )
            select category, store_id, 1, 'internal', $feature, 0.5 from marts.store_clusters
            """,
            {"feature": HOSTILE[7]},
        )
        connection.execute(
            "comment on column marts.clusters.store_count is 'Number of stores, counted.'"
        )
