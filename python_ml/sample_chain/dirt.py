"""The plan of the planted defects: which stores, postal codes and rows they hit."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from python_ml.sample_chain.chance import random_stream
from python_ml.sample_chain.groups import Category, Stores
from python_ml.sample_chain.request import LISTING_GAP_SHARE, SELLING_SHARE, Settings

# Share of the sales rows, and how many at least.
ROW_DIRT = {
    "returns": (0.002, 3),
    "duplicate_rows": (0.001, 3),
    "text_in_amount": (0.00005, 3),
    "unreadable_date": (0.00005, 3),
    "missing_store_id": (0.00005, 3),
    "missing_product_id": (0.00005, 3),
}


@dataclass(frozen=True)
class Dirt:
    """The planned defects: store and postal code numbers by kind, row defects by store."""

    stores: dict[str, np.ndarray]
    postal_codes: dict[str, np.ndarray]
    only_category: dict[int, int]
    rows: dict[int, dict[str, int]]


def plan_dirt(settings: Settings, stores: Stores, categories: list[Category]) -> Dirt:
    """Choose where the defects go, sparing the rare combinations as long as possible."""
    if not settings.dirt:
        return Dirt(stores=defaultdict(nothing), postal_codes=defaultdict(nothing),
                    only_category={}, rows={})  # fmt: skip
    rng = random_stream(settings.seed, "dirt")
    count = stores.listed_count
    order = np.lexsort((rng.random(count), stores.rarity))
    chosen = {"outlier_stores": _spread_over_groups(order, _scaled(4, 2, count), stores)}
    free = iter(order[~np.isin(order, chosen["outlier_stores"])])

    def take(number: int) -> np.ndarray:
        return np.array(sorted(next(free) for _ in range(number)), dtype=np.int64)

    chosen["huge_stores"] = take(_scaled(1, 1, count))
    chosen["stores_without_sales"] = take(_scaled(2, 2, count))
    chosen["stores_selling_one_category"] = take(_scaled(1, 1, count) * (len(categories) > 1))
    chosen["stores_with_few_rows"] = take(_scaled(1, 1, count))
    chosen["duplicate_store_rows"] = take(_scaled(1, 1, count))
    chosen["stores_without_postal_code"] = take(_scaled(2, 2, count))
    # One store has neither, so that a store without any external data exists.
    both = chosen["stores_without_postal_code"][:1]
    chosen["stores_without_footfall"] = np.sort(np.append(take(_scaled(4, 2, count)), both))
    only = chosen["stores_selling_one_category"]
    dirt = Dirt(
        stores=chosen,
        postal_codes=_plan_postal_code_dirt(rng, stores),
        only_category={int(store): i % len(categories) for i, store in enumerate(only)},
        rows={},
    )
    dirt.rows.update(_plan_row_dirt(rng, settings, ordinary_stores(stores, dirt), categories))
    return dirt


def nothing() -> np.ndarray:
    """Stand for a kind of dirt that is not there."""
    return np.empty(0, dtype=np.int64)


def _scaled(usual: int, least: int, store_count: int) -> int:
    """Scale a count that is meant for 240 stores."""
    return max(least, round(usual * store_count / 240))


def _spread_over_groups(order: np.ndarray, number: int, stores: Stores) -> np.ndarray:
    """Pick stores so that no internal group gets more than half of them.

    Outliers of one group lie in one direction; enough of them would be a cluster of their own.
    """
    chosen: list[int] = []
    for store in order:
        shared = stores.internal_group[[*chosen, store]] == stores.internal_group[store]
        if shared.sum(axis=0).max() <= (number + 1) // 2:
            chosen.append(int(store))
        if len(chosen) == number:
            break
    return np.array(sorted(chosen), dtype=np.int64)


def _plan_postal_code_dirt(rng: np.random.Generator, stores: Stores) -> dict[str, np.ndarray]:
    """Choose postal codes for the defects of the neighbourhoods."""
    rarity = np.bincount(stores.postal_code, weights=stores.rarity)
    is_used = np.bincount(stores.postal_code) > 0
    codes = np.flatnonzero(is_used)
    codes = codes[np.lexsort((rng.random(len(codes)), rarity[codes]))]
    missing, text = (_scaled(2, 1, stores.listed_count) for _ in range(2))
    return {
        "postal_codes_without_neighbourhood": np.sort(codes[:missing]),
        "text_in_neighbourhood": np.sort(codes[missing : missing + text]),
    }


def ordinary_stores(stores: Stores, dirt: Dirt) -> np.ndarray:
    """List the known stores with sales in every category."""
    special = ("stores_without_sales", "stores_selling_one_category", "stores_with_few_rows")
    strange = np.concatenate([dirt.stores[kind] for kind in special])
    return np.setdiff1d(np.arange(stores.listed_count), strange)


def _plan_row_dirt(
    rng: np.random.Generator, settings: Settings, usual: np.ndarray, categories: list[Category]
) -> dict[int, dict[str, int]]:
    """Deal the row defects out to the stores, evenly, before any row exists.

    Planned counts are exact counts: the rows need not be made twice, nor kept.
    """
    need_state_count = sum(len(category.need_states) for category in categories)
    cells = settings.stores * settings.weeks * need_state_count * settings.products_per_need_state
    rows = cells * (1 - LISTING_GAP_SHARE) * SELLING_SHARE
    kinds = list(ROW_DIRT)
    counts = [max(least, round(share * rows)) for share, least in ROW_DIRT.values()]
    dealt_kinds = rng.permutation(np.repeat(np.arange(len(kinds)), counts))
    dealt_stores = np.resize(rng.permutation(usual), len(dealt_kinds))
    plan: dict[int, dict[str, int]] = defaultdict(dict)
    pairs = np.stack([dealt_stores, dealt_kinds], axis=1)
    for (store, kind), count in zip(*np.unique(pairs, axis=0, return_counts=True), strict=True):
        plan[int(store)][kinds[kind]] = int(count)
    return plan
