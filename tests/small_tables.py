"""What the small published database holds: 40 stores, two categories, three clusters."""

from decimal import Decimal
from math import cos, sin
from typing import Any

import small_models
import small_runs
from small_profiles import need_states, rules

HOSTILE_STORES = {
    4: "<img src=x onerror=alert(1)>",
    5: "**Bold** [link](https://evil.example) :red[x] :material/home: $a^2$",
    6: 'O\'Brien "Quotes" & Sons',
    7: "=1+1",
    8: "%{x} <b>not bold</b>",
    9: "😀 متجر \u202eerots",
    11: "<script>alert(1)</script>" + "long " * 60,
}
HOSTILE_CLUSTER = 'Town <b>centre</b> & "market" **halls**'
HOSTILE_CATEGORY = "Dairy & <b>eggs</b> **fresh**"
HOSTILE_FEATURE = "=<i>Free</i> from **milk** & %{x}"
CATEGORIES = ("Bakery", HOSTILE_CATEGORY)
CLUSTER_NAMES = ("Large suburban", HOSTILE_CLUSTER, "Coast and holiday")
CENTRES = ((48.2, 16.4), (47.1, 15.4), (48.3, 14.3))
FEATURES = {
    "internal": ("Rolls", "Whole grain", HOSTILE_FEATURE),
    "external": ("income", "population density", "visits"),
}
REGIONS = ("North", "South", "West")
STAGES = ("internal", "external", "merged", "final")
Row = dict[str, Any]


def tables(run_id: str, clustered: int) -> dict[str, list[Row]]:
    """Rows of each table; in each category the first `clustered` stores are in clusters."""
    stores = [_store(number) for number in range(1, 41)]
    assigned = [
        _assignment(category, stores[number - 1], number, run_id)
        for category in CATEGORIES
        for number in range(1, clustered + 1)
    ]
    left_out = [
        {
            "category": category,
            "store_id": f"{number:03d}",
            "reason": "no sales in the period" if number % 2 else "fewer than 8 weeks of sales",
            "sales_amount": 1_000 + number,
        }
        for category in CATEGORIES
        for number in range(clustered + 1, 41)
    ]
    return {
        "stores": stores,
        "store_attributes": [
            {"store_id": store["store_id"], "attribute": "region", "value": REGIONS[number % 3]}
            for number, store in enumerate(stores[1:])
        ],
        "store_clusters": assigned,
        "clusters": _clusters(assigned, run_id),
        "stores_without_cluster": left_out,
        "cluster_rules": [
            row for one in _clusters(assigned, run_id) for row in rules(one, HOSTILE_FEATURE)
        ],
        "need_state_sales": [
            row
            for one in _clusters(assigned, run_id)
            for row in need_states(one, FEATURES["internal"])
        ],
        "cluster_moves": [_move(row) for row in assigned if row["is_reassigned"]],
        "store_features": _features(clustered) if clustered else [],
        "feature_selection": _selection(),
        "cluster_count_scores": _scores(),
        "cluster_metrics": _metrics() if clustered else [],
        "store_silhouettes": [_silhouette(row, stage) for row in assigned for stage in STAGES],
        "store_projection": [
            row for one in assigned for side in FEATURES for row in _projections(one, side)
        ],
        "cluster_changes": [_change(row) for row in assigned if int(row["store_id"]) % 8 == 0],
        "run_stability": _stability(run_id) if clustered else [],
        **small_models.tables(assigned, left_out, FEATURES),
        **small_runs.tables(run_id),
    }


DERIVED = (
    """
    insert into marts.cluster_features (
        category, final_cluster_id, dataset, feature, cluster_mean, chain_mean,
        index_vs_chain, effect_size, is_used, rank
    )
    with valued as (
        select
            assigned.category, assigned.final_cluster_id, features.dataset, features.feature,
            features.raw_value
        from marts.store_clusters as assigned
        inner join marts.store_features as features
            on features.store_id = assigned.store_id
            and features.category in (assigned.category, 'all')
    ),

    chain as (
        select category, feature, avg(raw_value) as mean, stddev_pop(raw_value) as deviation
        from valued
        group by all
    )

    select
        valued.category, final_cluster_id, dataset, valued.feature, avg(raw_value),
        any_value(mean), 100 * avg(raw_value) / any_value(mean),
        (avg(raw_value) - any_value(mean)) / any_value(deviation), true,
        row_number() over (
            partition by valued.category, final_cluster_id
            order by abs(avg(raw_value) - any_value(mean)) / any_value(deviation) desc
        )
    from valued
    inner join chain on chain.category = valued.category and chain.feature = valued.feature
    group by valued.category, final_cluster_id, dataset, valued.feature
    """,
)
"""Statements that fill tables from others."""


def _store(number: int) -> Row:
    """A store near one of three towns; every thirteenth without coordinates."""
    latitude, longitude = CENTRES[number % 3]
    east, north = (number * 37 % 17 - 8) / 25, (number * 53 % 19 - 9) / 35
    is_placed = number % 13 != 0
    return {
        "store_id": f"{number:03d}",
        "store_name": HOSTILE_STORES.get(number, f"Market Square {number}"),
        "latitude": latitude + north if is_placed else None,
        "longitude": longitude + east if is_placed else None,
        "status": ("open", "new", "<b>closing</b>")[number % 7 % 3],
        "is_listed": True,
        "is_in_sales": True,
        "is_in_feeds": number % 9 != 0,
    }


def _assignment(category: str, store: Row, number: int, run_id: str) -> Row:
    """A store in the cluster of its number: half in 1, a third in 2, the rest in 3."""
    cluster_id = (1, 2, 1, 2, 1, 3)[number % 6]
    external = None if number % 9 == 0 else cluster_id
    is_reassigned = number % 10 == 0
    sales = Decimal(10_000 + 731 * number * (1 if category == "Bakery" else 2)) + Decimal("0.75")
    return {
        "category": category,
        "store_id": store["store_id"],
        "store_name": store["store_name"],
        "internal_cluster_id": cluster_id,
        "external_cluster_id": external,
        "merged_label": f"I{cluster_id}-E{9 if is_reassigned else cluster_id}",
        "final_cluster_id": cluster_id,
        "final_label": f"I{cluster_id}-E{cluster_id}",
        "is_reassigned": is_reassigned,
        "is_outlier": number % 12 == 0,
        "is_noise": False,
        "assignment_basis": "internal_only" if external is None else "model",
        "distance": 0.5,
        "second_cluster_id": cluster_id % 3 + 1,
        "second_distance": 1.5,
        "confidence": (number * 7 % 40 + 55) / 100,
        "sales_amount": sales,
        "run_id": run_id,
    }


def _clusters(assigned: list[Row], run_id: str) -> list[Row]:
    """Count the clusters of the assignments."""
    found = []
    for category in CATEGORIES:
        total = sum(row["sales_amount"] for row in assigned if row["category"] == category)
        for cluster_id, name in enumerate(CLUSTER_NAMES, start=1):
            rows = [
                row
                for row in assigned
                if row["category"] == category and row["final_cluster_id"] == cluster_id
            ]
            if not rows:
                continue
            sales = sum(row["sales_amount"] for row in rows)
            found.append(
                {
                    "category": category,
                    "final_cluster_id": cluster_id,
                    "final_label": f"I{cluster_id}-E{cluster_id}",
                    "name": name,
                    "store_count": len(rows),
                    "sales_amount": sales,
                    "sales_share": float(sales / total),
                    "is_small": len(rows) < 8,
                    "medoid_store_id": rows[0]["store_id"],
                    "run_id": run_id,
                }
            )
    return found


def _move(row: Row) -> Row:
    """Why a store was moved, and how far."""
    return {
        "category": row["category"],
        "store_id": row["store_id"],
        "from_label": row["merged_label"],
        "to_label": row["final_label"],
        "from_distance": 0.25,
        "to_distance": 1.25,
        "reason": "its cluster was too small (<3 stores>)",
    }


def _change(row: Row) -> Row:
    """A store that was in the cluster before its own; one in eight is new."""
    number = int(row["store_id"])
    previous = None if number == 8 else row["final_cluster_id"] % 3 + 1
    return {
        "category": row["category"],
        "store_id": row["store_id"],
        "previous_cluster_id": previous,
        "previous_label": previous and f"I{previous}-E{previous}",
        "previous_name": previous and CLUSTER_NAMES[previous - 1],
        "final_cluster_id": row["final_cluster_id"],
        "final_label": row["final_label"],
        "name": CLUSTER_NAMES[row["final_cluster_id"] - 1],
        "reason": "its data changed" if previous else "new store",
    }


def _stability(run_id: str) -> list[Row]:
    """What is left of the run before."""
    return [
        {
            "category": category,
            "previous_run_id": "0ld00000",
            "shared_store_count": 37,
            "new_store_count": 1,
            "gone_store_count": 0,
            "moved_store_count": 3,
            "moved_share": 3 / 37,
            "border_share": 1 / 3,
            "adjusted_rand": 0.9,
            "note": "final clusters",
            "run_id": run_id,
        }
        for category in CATEGORIES
    ]


def _features(clustered: int) -> list[Row]:
    """Values that are higher in higher clusters; some are missing and imputed."""
    rows = []
    for dataset, names in FEATURES.items():
        for category in CATEGORIES if dataset == "internal" else ("all",):
            for number in range(1, clustered + 1):
                cluster_id = (1, 2, 1, 2, 1, 3)[number % 6]
                for place, feature in enumerate(names):
                    spread = sin(number * (place + 2)) / 4
                    value = (0.2 if dataset == "internal" else 100) * (
                        1 + cluster_id * (place + 1) / 6 + spread
                    )
                    missing = number % 17 == 0 and place == 2
                    rows.append(
                        {
                            "category": category,
                            "store_id": f"{number:03d}",
                            "dataset": dataset,
                            "feature": feature,
                            "raw_value": None if missing else value,
                            "model_value": cluster_id - 2 + spread,
                            "is_imputed": missing,
                            "is_winsorised": number == 1,
                        }
                    )
    return rows


def _selection() -> list[Row]:
    """All features are used but one."""
    return [
        {
            "category": category if dataset == "internal" else "all",
            "dataset": dataset,
            "feature": feature,
            "is_used": feature != "visits",
            "reason": "used" if feature != "visits" else "says the same as population density",
            "missing_share": 0.05,
            "variance": 0.5,
        }
        for dataset, names in FEATURES.items()
        for feature in names
        for category in (CATEGORIES if dataset == "internal" else ("all",))
    ]


def _scores() -> list[Row]:
    """Three numbers of clusters a category, two for the external side."""
    reason = "the silhouette is highest here (0.41) and every cluster is large enough"
    found = [(c, "internal", k, 0.3 + 0.11 * (k == 3), k == 3, reason) for c in CATEGORIES
             for k in (2, 3, 4)]  # fmt: skip
    found += [
        ("all", "external", 2, 0.3, False, "lower silhouette"),
        ("all", "external", 4, 0.4, True, "stable in 94 % of the bootstraps"),
    ]
    return [
        {
            "category": category,
            "dataset": dataset,
            "k": k,
            "silhouette": silhouette,
            "simplified_silhouette": silhouette + 0.05,
            "calinski_harabasz": 100.0 / k,
            "davies_bouldin": 0.5 + k / 10,
            "inertia": 50.0 / k,
            "gap": 0.2 + 0.1 * is_chosen,
            "gap_standard_error": 0.01,
            "bic": 500.0 - 10 * is_chosen,
            "stability": 0.94,
            "smallest_cluster": 6,
            "minimum_size": 5,
            "is_valid": True,
            "is_chosen": is_chosen,
            "reason": reason,
        }
        for category, dataset, k, silhouette, is_chosen, reason in found
    ]


def _metrics() -> list[Row]:
    """How good the clusters of each stage are; finer ones a little better."""
    values = {"silhouette": 0.5, "mix_homogeneity": 0.8, "mix_homogeneity_chain": 0.7,
              "variance_explained": 0.6, "cluster_count": 3, "smallest_cluster": 6,
              "store_count": 38, "davies_bouldin": 0.7}  # fmt: skip
    return [
        {"category": category, "stage": stage, "metric": metric,
         "value": value + (0.02 if stage == "merged" and value < 1 else 0)}
        for category in CATEGORIES
        for stage in STAGES
        for metric, value in values.items()
    ]  # fmt: skip


def _silhouette(row: Row, stage: str) -> Row:
    """The silhouette of a store in its cluster of a stage."""
    column = {"merged": "merged_label"}.get(stage, f"{stage}_cluster_id")
    value = sin(int(row["store_id"])) / 2 + 0.4
    return {
        "category": row["category"],
        "stage": stage,
        "store_id": row["store_id"],
        "cluster": None if row[column] is None else str(row[column]),
        "silhouette": value,
        "simplified_silhouette": value,
    }


def _projections(row: Row, dataset: str) -> list[Row]:
    """A place for each store, apart by its cluster."""
    number, cluster_id = int(row["store_id"]), row["final_cluster_id"]
    return [
        {
            "category": row["category"],
            "dataset": dataset,
            "method": method,
            "store_id": row["store_id"],
            "x": 3 * cos(2 * cluster_id) + cos(number),
            "y": 3 * sin(2 * cluster_id) + sin(number),
            "z": cos(3 * number) if method == "pca" else None,
        }
        for method in ("pca", "tsne")
    ]
