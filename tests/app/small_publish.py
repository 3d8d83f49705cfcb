"""A small published database, as a full build would leave it."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

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
CATEGORIES = ("Bakery", HOSTILE_CATEGORY)
CLUSTER_NAMES = ("Large suburban", HOSTILE_CLUSTER, "Coast and holiday")
CENTRES = ((48.2, 16.4), (47.1, 15.4), (48.3, 14.3))

SCHEMA = """
create schema marts;
create table marts.store_clusters (
    category varchar, store_id varchar, store_name varchar, internal_cluster_id integer,
    external_cluster_id integer, merged_label varchar, final_cluster_id integer,
    final_label varchar, is_reassigned boolean, is_outlier boolean, assignment_basis varchar,
    distance double, second_cluster_id integer, second_distance double, confidence double,
    sales_amount decimal(18, 2), run_id varchar
);
create table marts.clusters (
    category varchar, final_cluster_id integer, final_label varchar, name varchar,
    store_count bigint, sales_amount decimal(18, 2), sales_share double, is_small boolean,
    medoid_store_id varchar, run_id varchar
);
create table marts.stores (
    store_id varchar, store_name varchar, latitude double, longitude double
);
create table marts.stores_without_cluster (
    category varchar, store_id varchar, reason varchar, sales_amount decimal(18, 2)
);
create table marts.cluster_count_scores (
    category varchar, dataset varchar, k integer, silhouette double, smallest_cluster integer,
    is_valid boolean, is_chosen boolean, reason varchar
);
create table marts.data_coverage (
    source varchar, category varchar, rows_read bigint, rows_accepted bigint,
    rows_rejected bigint, sales_accepted decimal(18, 2), sales_unmapped decimal(18, 2),
    sales_without_cluster decimal(18, 2)
);
create table marts.runs (
    run_id varchar, target varchar, status varchar, started_at timestamp, seconds double,
    settings varchar, versions varchar
);
"""


def write_published(path: Path, *, run_id: str = "5f0c2a9e-full", clustered: int = 38) -> None:
    """Write a database of 40 stores.

    In each category the first `clustered` stores are in three clusters, the rest in none.
    """
    stores = [_store(number) for number in range(1, 41)]
    names = {store_id: name for store_id, name, _, _ in stores}
    assigned, clusters, left_out, scores = [], [], [], []
    for category in CATEGORIES:
        for number in range(1, clustered + 1):
            assigned.append(_assignment(category, number, names, run_id))
        total = sum(row[15] for row in assigned if row[0] == category)
        for cluster_id, name in enumerate(CLUSTER_NAMES, start=1):
            rows = [row for row in assigned if row[0] == category and row[6] == cluster_id]
            if not rows:
                continue
            sales = sum(row[15] for row in rows)
            share, medoid = float(sales / total), rows[0][1]
            label = f"I{cluster_id}-E{cluster_id}"
            key = (category, cluster_id, label, name)
            clusters.append((*key, len(rows), sales, share, len(rows) < 8, medoid, run_id))
        for number in range(clustered + 1, 41):
            reason = "no sales in the period" if number % 2 else "fewer than 8 weeks of sales"
            left_out.append((category, f"{number:03d}", reason, 1_000 + number))
        for k in (2, 3, 4):
            reason = "the silhouette is highest here (0.41) and every cluster is large enough"
            scores.append((category, "internal", k, 0.3 + 0.11 * (k == 3), 6, True, k == 3, reason))
    scores.append(("all", "external", 2, 0.3, 9, True, False, "lower silhouette"))
    scores.append(("all", "external", 4, 0.4, 9, True, True, "stable in 94 % of the bootstraps"))
    coverage = [
        ("transactions", None, 12_345, 12_300, 45, 2_000_000, 100_000, 2_079),
        ("transactions", "Bakery", 6_000, 5_990, 10, 900_000, 0, 1_000),
        ("sites", None, 42, 40, 2, None, None, None),
    ]
    versions = '{"dbt": "1.11.16", "duckdb": "1.5.5", "scikit-learn": "1.9.1"}'
    runs = [
        ("0ld00000", "prod", "success", datetime(2026, 11, 1, 6, 0), 60.0, "{}", "{}"),
        (run_id, "prod", "success", datetime(2026, 11, 23, 6, 26), 61.5, "{}", versions),
    ]

    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA)
        for table, rows in (
            ("stores", stores),
            ("store_clusters", assigned),
            ("clusters", clusters),
            ("stores_without_cluster", left_out),
            ("cluster_count_scores", scores),
            ("data_coverage", coverage),
            ("runs", runs),
        ):
            if rows:
                marks = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
                values = [value for row in rows for value in row]
                connection.execute(f"insert into marts.{table} values {marks}", values)


def _store(number: int) -> tuple:
    """A store near one of three towns; every thirteenth without coordinates."""
    name = HOSTILE_STORES.get(number, f"Market Square {number}")
    if number % 13 == 0:
        return (f"{number:03d}", name, None, None)
    latitude, longitude = CENTRES[number % 3]
    east, north = (number * 37 % 17 - 8) / 25, (number * 53 % 19 - 9) / 35
    return (f"{number:03d}", name, latitude + north, longitude + east)


def _assignment(category: str, number: int, names: dict[str, str], run_id: str) -> tuple:
    """A store in the cluster of its number: half in 1, a third in 2, the rest in 3."""
    cluster_id = (1, 2, 1, 2, 1, 3)[number % 6]
    store_id = f"{number:03d}"
    external = None if number % 9 == 0 else cluster_id
    basis = "internal_only" if external is None else "model"
    label = f"I{cluster_id}-E{cluster_id}"
    sales = Decimal(10_000 + 731 * number * (1 if category == "Bakery" else 2)) + Decimal("0.75")
    return (
        category,
        store_id,
        names[store_id],
        cluster_id,
        external,
        label,
        cluster_id,
        label,
        number % 10 == 0,
        number % 12 == 0,
        basis,
        0.5,
        cluster_id % 3 + 1,
        1.5,
        (number * 7 % 40 + 55) / 100,
        sales,
        run_id,
    )
