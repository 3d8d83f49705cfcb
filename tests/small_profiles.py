"""What the small published database says of each of its clusters."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]


def rules(cluster: Row, hostile: str) -> list[Row]:
    """Two rules, one of them with a name written to harm."""
    return [
        {
            "category": cluster["category"],
            "final_cluster_id": cluster["final_cluster_id"],
            "rule_number": number,
            "rule": f"{feature} share above {number}0 % and income below 31,000",
            "precision": 1 - number / 10,
            "recall": number / 3,
            "store_count": 5 + number,
            "rules_precision": 0.85,
            "rules_recall": 1.0,
        }
        for number, feature in enumerate(("Rolls", hostile), start=1)
    ]


def need_states(cluster: Row, names: Sequence[str]) -> list[Row]:
    """Half of the sales are of the need state of the cluster's number."""
    cluster_id, sales = cluster["final_cluster_id"], cluster["sales_amount"]
    shares = [0.5 if place == cluster_id else 0.25 for place in (1, 2, 3)]
    return [
        {
            "category": cluster["category"],
            "final_cluster_id": cluster_id,
            "need_state": need_state,
            "sales_amount": sales * Decimal(share),
            "share_of_cluster": share,
            "share_of_chain": 1 / 3,
            "index_vs_chain": 300 * share,
        }
        for need_state, share in zip(names, shares, strict=True)
    ]
