"""The tables of the chain's files, with the names and texts that are written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_ml.sample_chain.chance import random_stream
from python_ml.sample_chain.groups import unknown_footfall_store
from python_ml.sample_chain.sales import SalesChunk
from python_ml.sample_chain.truth import LISTED_KEYS, dirt_entry
from python_ml.sample_chain.words import (
    BANNERS,
    FOOTFALL_FEATURES,
    NEIGHBOURHOOD_FEATURES,
    NEIGHBOURHOOD_TEXT,
    REGIONS,
    UNREADABLE_DATE,
)
from python_ml.sample_chain.world import World

EMPTY_CELL_SHARE = 0.025


def product_rows(world: World) -> Iterator[tuple]:
    """Yield products.csv: one row per product and need state."""
    goods = world.assortment
    state_names = [name for category in world.categories for name in category.need_states]
    yield "product_id", "product_name", "category", "need_state"
    for position in np.flatnonzero(goods.is_listed_in_catalogue):
        start = goods.product_id[position], goods.product_name[position]
        category = world.categories[goods.category[position]].name
        if not goods.has_need_state[position]:
            yield *start, category, ""
            continue
        yield *start, category, state_names[goods.need_state[position]]
        if goods.second_need_state[position] >= 0:
            yield *start, category, state_names[goods.second_need_state[position]]


def store_rows(world: World) -> Iterator[tuple]:
    """Yield stores.csv."""
    rng = random_stream(world.settings.seed, "store list")
    codes, stores = world.postal_codes, world.stores
    first_day = min(world.weeks[0], np.datetime64("2024-01-01"))
    regions = list(REGIONS)
    without_code = set(world.dirt.stores["stores_without_postal_code"].tolist())
    twice = set(world.dirt.stores["duplicate_store_rows"].tolist())
    count = stores.listed_count
    opened_on = first_day - rng.integers(200, 9000, count)
    banner = rng.choice(len(BANNERS), count, p=[0.5, 0.3, 0.2])
    latitude = codes.latitude[stores.postal_code] + rng.normal(0, 0.004, count)
    longitude = codes.longitude[stores.postal_code] + rng.normal(0, 0.006, count)
    in_code = defaultdict(int)
    yield ("store_id", "store_name", "region", "banner", "opened_on", "postal_code", "latitude",
           "longitude")  # fmt: skip
    for store, code in enumerate(stores.postal_code.tolist()):
        region = regions[codes.region[code]]
        in_code[region] += 1
        row = (
            stores.store_id[store],
            f"{region} {in_code[region]}",
            region,
            BANNERS[banner[store]],
            str(opened_on[store]),
            "" if store in without_code else codes.postal_code[code],
            f"{latitude[store]:.5f}",
            f"{longitude[store]:.5f}",
        )
        yield row
        if store in twice:
            yield row


def neighbourhood_rows(world: World, kinds: dict) -> list[tuple]:
    """Make neighbourhoods.csv, and note its empty cells."""
    rng = random_stream(world.settings.seed, "neighbourhoods")
    codes = world.postal_codes
    columns = [
        _feature_values(rng, codes.external_group, typical, spread, decimals)
        for typical, spread, decimals in NEIGHBOURHOOD_FEATURES.values()
    ]
    names = list(NEIGHBOURHOOD_FEATURES)
    income = names.index("median_income_eur")
    missing = set(world.dirt.postal_codes["postal_codes_without_neighbourhood"].tolist())
    text = set(world.dirt.postal_codes["text_in_neighbourhood"].tolist())
    may_be_empty = np.ones((len(codes.postal_code), len(names)), dtype=bool)
    may_be_empty[list(missing)] = False
    may_be_empty[list(text), income] = False
    is_empty = _choose_cells(rng, may_be_empty)
    rows, empty_keys = [("postal_code", *names)], []
    for code in np.argsort(codes.postal_code).tolist():
        if code in missing:
            continue
        cells = [str(column[code]) for column in columns]
        for position in np.flatnonzero(is_empty[code] & world.settings.dirt):
            cells[position] = ""
            empty_keys.append({"postal_code": codes.postal_code[code], "column": names[position]})
        if code in text:
            cells[income] = NEIGHBOURHOOD_TEXT
        rows.append((codes.postal_code[code], *cells))
    if world.settings.dirt:
        kinds["empty_neighbourhood_cells"] = dirt_entry("external/neighbourhoods.csv", empty_keys)
    return rows


def footfall_table(world: World, kinds: dict) -> pa.Table:
    """Make footfall.csv: one row per store and month, in that order."""
    rng = random_stream(world.settings.seed, "footfall")
    stores, is_dirty = world.stores, world.settings.dirt
    count = stores.listed_count
    months = np.unique(world.weeks.astype("datetime64[M]"))
    # One device counts for a store nobody knows.
    group = np.append(stores.external_group, rng.integers(3))
    size = np.append(stores.size[:count], 1.0)
    ids = np.array([*stores.store_id[:count], unknown_footfall_store(stores)])
    has_footfall = ~np.isin(np.arange(count + 1), world.dirt.stores["stores_without_footfall"])
    has_footfall[count] = is_dirty

    shape = (count + 1, len(months))
    month_of_year = months.astype(int) % 12
    season = 1 + 0.06 * np.cos(2 * np.pi * (month_of_year - 11) / 12)
    columns = {"store_id": np.repeat(ids, len(months))}
    columns["month"] = np.tile(months.astype("datetime64[D]"), count + 1)
    for name, (typical, spread, decimals) in FOOTFALL_FEATURES.items():
        base = _feature_values(rng, group, typical, spread, max(decimals, 1))[:, None]
        if name == "competitors_1km":
            values = np.repeat(base, len(months), axis=1)
        elif name == "visits":
            values = base * size[:, None] ** 0.15 * season * np.exp(rng.normal(0, 0.05, shape))
        else:
            values = base * np.exp(rng.normal(0, 0.03, shape))
        values = values.round(decimals).ravel()
        columns[name] = values if decimals else values.astype(np.int64)

    is_kept = np.repeat(has_footfall, len(months))
    arrays = {name: pa.array(values[is_kept]) for name, values in columns.items()}
    if is_dirty:
        is_empty = _choose_cells(rng, np.ones((is_kept.sum(), len(FOOTFALL_FEATURES)), dtype=bool))
        for position, name in enumerate(FOOTFALL_FEATURES):
            gaps = pa.array(is_empty[:, position])
            arrays[name] = pc.if_else(gaps, pa.scalar(None, arrays[name].type), arrays[name])
        names = list(FOOTFALL_FEATURES)
        keys = [
            {
                "store_id": arrays["store_id"][row].as_py(),
                "month": arrays["month"][row].as_py().isoformat(),
                "column": names[place],
            }
            for row, place in np.argwhere(is_empty)[:LISTED_KEYS].tolist()
        ]
        kinds["empty_footfall_cells"] = dirt_entry(
            "external/footfall.csv", keys, count=int(is_empty.sum())
        )
    return pa.table(arrays)


def _feature_values(
    rng: np.random.Generator,
    group: np.ndarray,
    typical: Sequence[float],
    spread: Sequence[float],
    decimals: int,
) -> np.ndarray:
    """Draw one external feature around the typical value of each element's group."""
    values = np.asarray(typical, float)[group] + np.asarray(spread)[group] * rng.normal(
        size=len(group)
    )
    values = np.maximum(values, 0).round(decimals)
    return values if decimals else values.astype(np.int64)


def _choose_cells(rng: np.random.Generator, may_be_empty: np.ndarray) -> np.ndarray:
    """Mark the usual share of the cells, three at least."""
    cells = np.flatnonzero(may_be_empty)
    chosen = rng.choice(cells, max(3, round(EMPTY_CELL_SHARE * len(cells))), replace=False)
    is_empty = np.zeros(may_be_empty.shape, dtype=bool)
    is_empty.flat[chosen] = True
    return is_empty


def sales_schema(suffix: str, is_dirty: bool) -> pa.Schema:
    """Return the columns of the sales: typed where the format has types and no dirt is in."""
    is_text = suffix == ".csv" or is_dirty
    return pa.schema(
        {
            "store_id": pa.string(),
            "product_id": pa.string(),
            "week": pa.string() if is_text else pa.date32(),
            "units": pa.int32(),
            "sales_amount": pa.string() if is_text else pa.float64(),
        }
    )


def sales_table(world: World, chunk: SalesChunk, suffix: str) -> pa.Table:
    """Turn a chunk into the table that is written."""
    schema = sales_schema(suffix, world.settings.dirt)
    if pa.types.is_string(schema.field("week").type):
        week = _labels([*map(str, world.weeks), UNREADABLE_DATE], chunk.week % _cycle(world.weeks))
        amount = _amount_texts(chunk)
    else:
        week = pa.array(world.weeks[chunk.week])
        amount = pa.array(chunk.amount_cents / 100)
    columns = [
        _labels([*world.stores.store_id, None], chunk.store % _cycle(world.stores.store_id)),
        _labels(
            [*world.assortment.product_id, None],
            chunk.product % _cycle(world.assortment.product_id),
        ),
        week,
        pa.array(chunk.units, pa.int32()),
        amount,
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _cycle(labels: Sequence) -> np.int32:
    """Return the length with one label for "missing" at the end, where -1 then points."""
    return np.int32(len(labels) + 1)


def _labels(labels: list, numbers: np.ndarray) -> pa.Array:
    """Replace numbers by their labels."""
    return pa.array(labels, pa.string()).take(pa.array(numbers))


def _amount_texts(chunk: SalesChunk) -> pa.Array:
    """Write cents as amounts with two decimals, and the planted texts in their rows."""
    whole, cents = np.divmod(np.abs(chunk.amount_cents), 100)
    texts = pc.binary_join_element_wise(
        pa.array(whole).cast(pa.string()),
        _labels([f"{number:02d}" for number in range(100)], cents),
        ".",
    )
    negative = np.flatnonzero(chunk.amount_cents < 0)
    replaced = {row: "-" + texts[row].as_py() for row in negative.tolist()} | chunk.amount_text
    if not replaced:
        return texts
    rows = sorted(replaced)
    mask = np.zeros(len(chunk), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array([replaced[row] for row in rows]))
