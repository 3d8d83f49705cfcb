"""For whatever stands in the files: the sums close, and no store is lost or doubled."""

from __future__ import annotations

import copy
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from compiled_line import CompiledLine
from conftest import SPARE, Chain
from hypothesis import example, given, settings
from random_chain import COLUMNS, Table, chains
from sums_oracle import Oracle

pytestmark = pytest.mark.end_to_end

EXAMPLES = 15
MANY_EXAMPLES = 130
EMPTY = {name: Table() for name in COLUMNS}
SALE = ("S1", "P1", "2025-01-06", "10", "1", "r1")
BREAD = {"products.csv": Table((("P1", "Food", "Bread"),))}
STATUSES = {"open": ["Open"], "closed": ["shut", "GONE"], "new": ["new"], "pilot": ["Pilot"]}
# A random chain may well be one that nobody would publish.
MAY_FAIL = {"not_too_many_rows_refused", "some_stores_are_clustered"}

SALES = {
    "files": "sales_*.csv",
    "columns": {
        "store_id": "Store",
        "product_id": "Product",
        "sold_on": "Day",
        "amount": "Amount",
        "quantity": "Units",
        "row_id": "Receipt",
    },
}
PRODUCTS = {
    "files": "products.csv",
    "columns": {"product_id": "Product", "category": "Category", "need_state": "Need"},
}
STORES = {
    "files": "stores.csv",
    "quoted_line_breaks": True,
    "columns": {
        "store_id": "Store",
        "store_name": "Name",
        "latitude": "Latitude",
        "longitude": "Longitude",
        "status": "State",
    },
    "attributes": {"zip": "Zip"},
    "statuses": STATUSES,
}
FOOTFALL = {
    "files": "footfall.csv",
    "key": "Store",
    "matches": "store_id",
    "combine": "mean",
    "features": {"visits": "Visits", "staff": {"column": "Staff", "combine": "sum"}},
}
AREAS = {
    "files": "areas.csv",
    "key": "Zip",
    "matches": "zip",
    "combine": "median",
    "features": {"income": "Income"},
    "attributes": {"county": "County"},
}
COUNTIES = {
    "files": "counties.csv",
    "key": "County",
    "matches": "county",
    "combine": "maximum",
    "features": {"rate": "Rate"},
}
FEEDS = {"footfall": FOOTFALL, "areas": AREAS, "counties": COUNTIES}
MARKERS = ["", "NA", "N/A", "NULL", "null", "NaN", "nan"]
QUALITY = {
    "returns": "net",
    "unmapped_bucket": None,
    "missing_markers": MARKERS,
    "excluded_statuses": ["closed", "excluded"],
}
SMALL = {"cluster_count": {"maximum": 3, "resamples": 2}, "algorithm": {"starts": 1}}

VARIANTS = {
    "net": {
        "sources": {
            "sales": SALES
            | {
                "unique_by": ["store_id", "product_id", "sold_on"],
                "window": {"from": "2025-01-01", "to": "2025-06-30"},
            },
            "products": PRODUCTS,
            "stores": STORES,
            "feeds": FEEDS,
        },
    },
    "refuse": {
        "sources": {
            "sales": SALES | {"quoted_line_breaks": True},
            "products": PRODUCTS,
            "stores": STORES,
            "feeds": FEEDS,
        },
        "quality": {
            "returns": "refuse",
            "unmapped_bucket": "Other",
            "excluded_statuses": ["closed", "new", "pilot"],
        },
        "internal": {"filter": {"minimum_rows": 2, "minimum_sales": 5}},
    },
    "receipts": {
        "sources": {
            "sales": SALES | {"unique_by": ["row_id", "quantity"]},
            "products": PRODUCTS
            | {"columns": {"product_id": "Product", "need_state": "Need"}},
            "stores": STORES,
            "feeds": {"footfall": FOOTFALL},
        },
        "quality": {
            "unmapped_bucket": "nowhere",
            "missing_markers": [*MARKERS, "-999", "unknown"],
            "excluded_statuses": [],
        },
        "internal": {"extra_features": {"log_sales": True, "growth": True}},
    },
    "sales only": {
        "sources": {
            "sales": SALES
            | {
                "columns": {
                    name: SALES["columns"][name] for name in ("store_id", "product_id", "amount")
                },
                "unique_by": ["store_id", "product_id"],
            },
        },
    },
}  # fmt: skip


class Variant(NamedTuple):
    """A compiled project, its settings and the directory of its files."""

    line: CompiledLine
    settings: dict[str, Any]
    files: Path


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request: pytest.FixtureRequest, new_chain: Callable[[str], Chain]) -> Variant:
    chain = new_chain("sums")
    files = chain.path / "files"
    files.mkdir()
    for name in COLUMNS:
        Table().write(files / name)
    made = SPARE | copy.deepcopy(VARIANTS[request.param])
    sources = made["sources"]
    for source in [sources["sales"], *(sources.get(s) for s in ("products", "stores"))]:
        if source:
            source["files"] = str(files / source["files"])
    for feed in sources.get("feeds", {}).values():
        feed["files"] = str(files / feed["files"])
    made["quality"] = QUALITY | made.get("quality", {})
    made["internal"] = SMALL | made.get("internal", {})
    made["external"] = SMALL
    return Variant(CompiledLine(chain, made), made, files)


@settings(max_examples=EXAMPLES)
@given(chain=chains())
# a store that only a refused line of the store list names
@example(chain=EMPTY | BREAD | {"sales_1.csv": Table((SALE,)), "stores.csv": Table((("S2",),))})
# a store whose only row is a copy of another store's, if a receipt is there once
@example(chain=EMPTY | BREAD | {"sales_1.csv": Table((SALE, ("S2", *SALE[1:])))})
# of two fields too many the first is empty
@example(chain=EMPTY | BREAD | {"sales_1.csv": Table(((*SALE, "", "x"),))})
# nothing at all
@example(chain=EMPTY)
def test_sums_close_and_every_store_is_there_once(variant, chain):
    check(variant, chain)


@pytest.mark.long
@settings(max_examples=MANY_EXAMPLES)
@given(chain=chains())
def test_sums_close_for_many_chains(variant, chain):
    check(variant, chain)


def check(variant: Variant, chain: dict[str, Table]) -> None:
    """Write the files, build all tables and compare them with what plain Python finds."""
    for name, table in chain.items():
        table.write(variant.files / name)
    variant.line.run()
    statuses = {text.lower(): status for status, texts in STATUSES.items() for text in texts}
    oracle = Oracle(chain, variant.settings, statuses)
    check_rows(variant, oracle)
    check_sales(variant, oracle)
    check_needs(variant, oracle)
    check_stores(variant, oracle)
    check_feeds(variant, oracle)
    for name, sql in variant.line.tests.items():
        assert name in MAY_FAIL or variant.line.rows(sql) == [], name


def check_rows(variant: Variant, oracle: Oracle) -> None:
    """Every record is counted once, and every refused one is listed as it stands in its file."""
    listed = Counter(
        (source, Path(file).name, line, reason, raw)
        for source, file, line, reason, raw in variant.line.rows(
            "select source, file, line, reason, raw from marts.rejected_rows"
        )
    )
    assert listed == oracle.refused
    counted = variant.line.rows(
        "select source, rows_read, rows_accepted, rows_rejected from marts.data_coverage "
        "where category is null"
    )
    refused = Counter(source for source, *_ in oracle.refused.elements())
    sources = ["sales", *oracle.feeds]
    sources += [
        source for source in ("products", "stores") if variant.settings["sources"].get(source)
    ]
    assert sorted(counted) == sorted(
        (source, oracle.read[source], oracle.read[source] - refused[source], refused[source])
        for source in sources
    )


def check_sales(variant: Variant, oracle: Oracle) -> None:
    """Accepted sales are clustered, without a cluster or unmapped, to the last 0.0001."""
    query = "select coalesce(sum(sales_amount), 0) from marts."
    [[clustered]] = variant.line.rows(f"{query}store_clusters")
    [[without_cluster]] = variant.line.rows(f"{query}stores_without_cluster")
    [[unmapped]] = variant.line.rows(f"{query}unmapped_products where bucket is null")
    accepted = sum((sale.amount for sale in oracle.sales), Decimal(0))
    assert unmapped == sum(
        (sale.amount for sale in oracle.sales if sale.product_id not in oracle.needs), Decimal(0)
    )
    assert clustered + without_cluster + unmapped == accepted
    [coverage] = variant.line.rows(
        "select sales_read, sales_accepted, sales_clustered, sales_without_cluster, "
        "sales_unmapped, rows_returned, stores_read from marts.data_coverage "
        "where source = 'sales' and category is null"
    )
    returned = sum(sale.amount < 0 for sale in oracle.sales)
    figures = (clustered, without_cluster, unmapped, returned, len(oracle.selling))
    assert coverage == (oracle.sales_read, accepted, *figures)


def check_needs(variant: Variant, oracle: Oracle) -> None:
    """A product's sales are split evenly over its distinct need states, and nothing is lost."""
    parts: dict[tuple, Fraction] = defaultdict(Fraction)
    counts: Counter = Counter()
    mapped: dict[str, Decimal] = defaultdict(Decimal)
    products = {(sale.store_id, sale.product_id) for sale in oracle.sales}
    for sale in oracle.sales:
        needs = oracle.needs.get(sale.product_id, set())
        mapped[sale.store_id] += sale.amount if needs else 0
        for category, need in needs:
            parts[sale.store_id, category, need] += Fraction(sale.amount) / len(needs)
    for store, product in products:
        counts.update((store, *need) for need in oracle.needs.get(product, ()))
    built = variant.line.rows("select * from preprocessing.pre_need_sales")
    assert Counter(row[:3] for row in built) == Counter(parts.keys())
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for store, category, need, amount, _ in built:
        key = (store, category, need)
        assert abs(Fraction(amount) - parts[key]) <= Fraction(counts[key], 10_000)
        sums[store] += amount
    assert sums == {store: amount for store, amount in mapped.items() if store in sums}
    assert not any(amount for store, amount in mapped.items() if store not in sums)


def check_stores(variant: Variant, oracle: Oracle) -> None:
    """Every store is there once per category, with a cluster or the right reason."""
    totals: dict[tuple, list] = {}
    for store, category, _, amount, row_count in variant.line.rows(
        "select * from preprocessing.pre_need_sales"
    ):
        total = totals.setdefault((category, store), [Decimal(0), Decimal(0), 0])
        total[0] += amount
        total[1] += max(amount, Decimal(0))
        total[2] += row_count
    categories = {category for category, _ in totals}
    clustered = variant.line.rows("select category, store_id from marts.store_clusters")
    without = variant.line.rows(
        "select category, store_id, reason from marts.stores_without_cluster"
    )
    found = Counter([*clustered, *(row[:2] for row in without)])
    assert found == Counter((category, store) for category in categories for store in oracle.stores)
    accepting = {sale.store_id for sale in oracle.sales}
    limits = variant.settings["internal"].get("filter", {})
    # a thin store has a cluster by its external data, and a reason all the same
    thin = variant.line.rows(
        "select category, store_id, thin_reason from marts.store_clusters "
        "where thin_reason is not null"
    )
    assert not any(oracle.status_reason(store) for _, store, _ in thin)
    reasons = {(category, store): reason for category, store, reason in [*without, *thin]}
    for category, store in found:
        sales, positive, row_count = totals.get((category, store), (0, 0, 0))
        reason = (
            oracle.status_reason(store)
            or (store not in oracle.selling and "no sales at all")
            or (store not in accepting and "all its sales rows were refused")
            or ((category, store) not in totals and "no sales in the category")
            or (positive <= 0 and "no positive sales in the category")
            or (row_count < limits.get("minimum_rows", 1) and "fewer sales rows than the minimum")
            or (sales < limits.get("minimum_sales", 0) and "less sales than the minimum")
            or "nothing tells its stores apart"
        )
        if reason != "nothing tells its stores apart" or (category, store) in reasons:
            assert reasons.get((category, store)) == reason, (category, store)
    rows = variant.line.rows("select store_id from marts.stores")
    assert sorted(rows) == sorted((store,) for store in oracle.stores)


def check_feeds(variant: Variant, oracle: Oracle) -> None:
    """A store has one value of a feature, of the feed rows that it meets, each counted once."""
    built = variant.line.rows(
        "select store_id, feature, value from preprocessing.pre_external_values where is_fitted"
    )
    expected = oracle.external_values()
    assert Counter(row[:2] for row in built) == Counter(expected.keys())
    for store, feature, value in built:
        wanted = expected[store, feature]
        assert (value is None) == (wanted is None), (store, feature)
        assert value is None or math.isclose(value, wanted, rel_tol=1e-12, abs_tol=1e-12)
    matched = variant.line.rows(
        "select source, stores_matched, rows_unmatched from marts.data_coverage "
        "where stores_matched is not null"
    )
    meetings = {
        name: {store: oracle.matched(name, store) for store in oracle.stores}
        for name in oracle.feeds
    }
    assert sorted(matched) == sorted(
        (
            name,
            sum(bool(rows) for rows in of_feed.values()),
            len(oracle.feed_rows[name]) - len({row.line for r in of_feed.values() for row in r}),
        )
        for name, of_feed in meetings.items()
    )
