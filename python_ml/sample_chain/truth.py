"""The truth about the chain: the groups of its stores, and what defects are in which file."""

from collections.abc import Iterable, Iterator

import numpy as np

from python_ml.sample_chain.dirt import ROW_DIRT
from python_ml.sample_chain.groups import unknown_footfall_store
from python_ml.sample_chain.words import EXTERNAL_GROUPS, INTERNAL_GROUP_NAMES
from python_ml.sample_chain.world import World

# Keys listed per kind of dirt: a hundred million rows must not make a book of the truth.
LISTED_KEYS = 1000


def dirt_entry(file: str, keys: Iterable, count: int | None = None) -> dict:
    """Describe one kind of dirt."""
    keys = list(keys)
    return {
        "file": file,
        "count": len(keys) if count is None else count,
        "keys": keys[:LISTED_KEYS],
    }


def store_dirt(world: World) -> dict[str, dict]:
    """Describe the planted defects that are known before the sales are made."""
    if not world.settings.dirt:
        return {}
    ids, codes = world.stores.store_id, world.postal_codes.postal_code
    goods, dirt = world.assortment, world.dirt
    file = {
        "duplicate_store_rows": "stores.csv",
        "stores_without_postal_code": "stores.csv",
        "stores_without_footfall": "external/footfall.csv",
    }
    kinds = {
        kind: dirt_entry(file.get(kind, "internal/sales"), (ids[store] for store in chosen))
        for kind, chosen in dirt.stores.items()
    }
    kinds["stores_selling_one_category"]["keys"] = [
        {"store_id": ids[store], "category": world.categories[category].name}
        for store, category in dirt.only_category.items()
    ]
    for kind, chosen in dirt.postal_codes.items():
        kinds[kind] = dirt_entry("external/neighbourhoods.csv", (codes[code] for code in chosen))
    extra = np.flatnonzero(~goods.has_need_state)
    is_unknown = ~goods.is_listed_in_catalogue[extra]
    kinds["unknown_products"] = dirt_entry(
        "internal/sales", (goods.product_id[product] for product in extra[is_unknown])
    )
    kinds["products_without_need_state"] = dirt_entry(
        "internal/products.csv", (goods.product_id[product] for product in extra[~is_unknown])
    )
    kinds["unknown_stores"] = dirt_entry("internal/sales", ids[world.stores.listed_count :])
    unknown = [unknown_footfall_store(world.stores)]
    kinds["unknown_footfall_stores"] = dirt_entry("external/footfall.csv", unknown)
    lonely = np.flatnonzero(~_has_external_data(world))
    kinds["stores_without_external_data"] = dirt_entry("external", (ids[store] for store in lonely))
    for kind in ROW_DIRT:
        planned = sum(plan.get(kind, 0) for plan in dirt.rows.values())
        kinds[kind] = dirt_entry("internal/sales", [], count=planned)
    return kinds


def truth_rows(world: World) -> Iterator[tuple]:
    """Yield truth/stores.csv: one row per category and store.

    The internal group is empty where the sales cannot show it: no sales in the category, or
    only a handful of rows. The external group is empty where no external row exists.
    """
    stores, dirt = world.stores, world.dirt.stores
    silent = {*dirt["stores_without_sales"].tolist(), *dirt["stores_with_few_rows"].tolist()}
    outliers = set(dirt["outlier_stores"].tolist())
    has_external = _has_external_data(world)
    yield "category", "store_id", "internal_group", "external_group", "is_outlier"
    for index, category in enumerate(world.categories):
        for store, store_id in enumerate(stores.store_id):
            only = world.dirt.only_category.get(store, index)
            internal = INTERNAL_GROUP_NAMES[stores.internal_group[store, index]]
            is_known = store < stores.listed_count and has_external[store]
            yield (
                category.name,
                store_id,
                "" if store in silent or only != index else internal,
                EXTERNAL_GROUPS[stores.external_group[store]] if is_known else "",
                "true" if store in outliers else "false",
            )


def _has_external_data(world: World) -> np.ndarray:
    """Tell which listed stores have a footfall or a neighbourhood row."""
    stores, dirt = world.stores, world.dirt
    numbers = np.arange(stores.listed_count)
    has_footfall = ~np.isin(numbers, dirt.stores["stores_without_footfall"])
    missing = dirt.postal_codes["postal_codes_without_neighbourhood"]
    has_neighbourhood = ~np.isin(stores.postal_code, missing)
    has_neighbourhood &= ~np.isin(numbers, dirt.stores["stores_without_postal_code"])
    return has_footfall | has_neighbourhood
