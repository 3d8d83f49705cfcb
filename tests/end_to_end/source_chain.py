"""A small chain of two kinds of stores, and builds of it under names of their own."""

import duckdb
import yaml
from conftest import SPARE

STORES = [f"{number:03d}" for number in range(1, 41)]
PRODUCTS = ["0001", "0002", "0003", "0004"]
NEED_STATES = dict(zip(PRODUCTS, ["rum", "gin", "tea", "milk"], strict=True))
COVERAGE = "select * from marts.data_coverage where category is null"
FEW_CLUSTERS = SPARE | {
    "internal": {"cluster_count": {"fixed": 2}},
    "external": {"cluster_count": {"fixed": 2}},
    "merging": {"minimum_cluster_size": 1},
}


def mix_of(number: int) -> tuple[int, ...]:
    """What a store sells of each product: the first half rum, the others tea."""
    return (60, 30, 5 + number % 5, 5) if number < 20 else (5, 5 + number % 7, 60, 30)


def build(chain, settings, name=None, *, check=True):
    """Build and give back what was said; under a name the published file stands beside others."""
    chain.environment["WAREHOUSE_DIR"] = f"warehouse_{name}" if name else "warehouse"
    text = yaml.safe_dump(settings, sort_keys=False)
    return chain.build("--vars", text, check=check)


def published(chain, name, sql):
    """Read from what was built under a name."""
    path = chain.path / f"warehouse_{name}" / "prod.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).df()
