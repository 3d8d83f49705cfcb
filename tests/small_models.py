"""What the small published database holds of the models, of single stores and of decisions."""

import json
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]

LATER = {
    "store_cluster_history": {
        "category": "varchar",
        "store_id": "varchar",
        "final_cluster_id": "integer",
        "final_label": "varchar",
        "name": "varchar",
        "valid_from": "timestamp",
        "valid_to": "timestamp",
    },
}
"""Published tables that have no contract beside a mart: it is a snapshot."""

SIDE = {
    "cluster_count": {"rule": "median", "fixed": None, "maximum": 10, "minimum_stability": 0.6},
    "algorithm": {"method": "kmeans", "starts": 3, "seed": 42},
}
SETTINGS = {
    "internal": SIDE,
    "external": SIDE,
    "merging": {
        "method": "cross",
        "internal_weight": 1,
        "external_weight": 1,
        "minimum_cluster_size": 0.05,
        "small_clusters": "fold",
        "maximum_distance": None,
        "maximum_clusters": None,
        "maximum_cluster_size": None,
    },
}
"""As far as a page reads them."""


def tables(
    assigned: list[Row], left_out: list[Row], features: dict[str, tuple[str, ...]]
) -> dict[str, list[Row]]:
    """Rows of each table, of the stores in clusters and of those in none."""
    return {
        "model_parameters": _parameters(assigned, features),
        "store_scores": [_score(row) for row in left_out if assigned],
        "store_reasons": [reason for row in assigned for reason in _reasons(row, features)],
        "store_cluster_history": [spell for row in assigned for spell in _spells(row)],
        "cluster_overrides": _overrides(assigned),
        "constraints_applied": _constraints(assigned),
        "feed_gaps": [
            {"feed": "sites", "store_id": "009", "attribute": "postal_code", "value": "<b>1010</b>",
             "reason": "no row with this key"},
        ],
        "similar_labels": [
            {"kind": "need_state", "belongs_to": "Bakery", "label": "Roll", "similar_to": "Rolls",
             "how": "plural", "sales_amount": 5, "similar_sales_amount": 900},
        ],
        "unmapped_products": [
            {"product_id": "=1+1", "bucket": None, "sales_amount": 12.5, "row_count": 3,
             "store_count": 2},
        ],
    }  # fmt: skip


def settings_text() -> str:
    """The settings as a run records them."""
    return json.dumps(SETTINGS)


def _parameters(assigned: list[Row], features: dict[str, tuple[str, ...]]) -> list[Row]:
    """Every feature is a component of its own; both sides count alike."""
    rows = []
    categories = sorted({row["category"] for row in assigned})
    for dataset, names in features.items():
        for category in categories if dataset == "internal" else ("all",) * bool(categories):
            for place, feature in enumerate(names, start=1):
                shared = {"category": category, "dataset": dataset, "feature": feature}
                rows += [
                    shared | {"parameter": "component_centre", "component": None, "value": 0.0},
                    shared | {"parameter": "loading", "component": place, "value": 1.0},
                ]
        for category in categories:
            for place in range(1, len(names) + 1):
                shared = {"category": category, "dataset": dataset, "feature": None}
                rows += [
                    shared | {"parameter": "space_centre", "component": place, "value": 0.0},
                    shared | {"parameter": "space_factor", "component": place, "value": 0.5},
                ]
    return rows


def _score(row: Row) -> Row:
    """The cluster that a store without one would join."""
    return {
        "category": row["category"],
        "store_id": row["store_id"],
        "final_cluster_id": 2,
        "final_label": "I2-E2",
        "reason": row["reason"],
        "basis": "external_only",
        "value_count": 3,
        "imputed_count": 1,
        "second_cluster_id": 1,
        "confidence": 0.25,
    }


def _reasons(row: Row, features: dict[str, tuple[str, ...]]) -> list[Row]:
    """Two features that speak for the cluster, and one that speaks against it."""
    return [
        {
            "category": row["category"],
            "store_id": row["store_id"],
            "rank": rank,
            "dataset": "internal",
            "feature": feature,
            "final_cluster_id": row["final_cluster_id"],
            "second_cluster_id": row["second_cluster_id"],
            "value": 0.5,
            "cluster_mean": 0.4,
            "second_cluster_mean": 0.1,
            "contribution": contribution,
            "sentence": f"{feature} is near the mean of its cluster",
        }
        for rank, feature, contribution in zip(
            (1, 2, 3), features["internal"], (0.5, 0.3, -0.2), strict=True
        )
    ]


def _spells(row: Row) -> list[Row]:
    """Every eighth store was elsewhere before."""
    shared = {"category": row["category"], "store_id": row["store_id"]}
    now = shared | {
        "final_cluster_id": row["final_cluster_id"],
        "final_label": row["final_label"],
        "name": "Now",
        "valid_from": datetime(2026, 11, 1, 6),
        "valid_to": None,
    }
    if int(row["store_id"]) % 8:
        return [now]
    before = now | {
        "final_cluster_id": row["final_cluster_id"] % 3 + 1,
        "name": "Then",
        "valid_from": datetime(2026, 10, 1, 6),
        "valid_to": datetime(2026, 11, 1, 6),
    }
    return [before, now]


def _overrides(assigned: list[Row]) -> list[Row]:
    """One decision that was applied and one that was refused."""
    return [
        {
            "category": row["category"],
            "store_id": row["store_id"],
            "cluster": cluster,
            "author": "<i>Ann</i>",
            "reason": "it was rebuilt",
            "until": date(2027, 1, 31),
            "status": status,
            "explanation": explanation,
        }
        for row, cluster, status, explanation in zip(
            assigned[:2],
            ("1", "99"),
            ("applied", "refused"),
            ("put into 1", "there is no cluster 99"),
            strict=False,
        )
    ]


def _constraints(assigned: list[Row]) -> list[Row]:
    """One store that was held with another."""
    return [
        {
            "category": row["category"],
            "store_id": row["store_id"],
            "constraint_kind": "together",
            "group_name": "twins",
            "from_label": "I3-E3",
            "to_label": row["final_label"],
            "explanation": "moved to the other stores of its group",
        }
        for row in assigned[:1]
    ]
