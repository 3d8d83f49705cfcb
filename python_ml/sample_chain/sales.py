"""The stream of sales rows, made store by store, each store from its own random stream."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from python_ml.sample_chain.chance import random_stream
from python_ml.sample_chain.dirt import nothing
from python_ml.sample_chain.request import LISTING_GAP_SHARE
from python_ml.sample_chain.words import AMOUNT_TEXTS
from python_ml.sample_chain.world import World

MIX_NOISE = 0.14
OUTLIER_EXAGGERATION = 2.1
HUGE_STORE_FACTOR = 30.0
WEEKLY_NOISE_SHAPE = 4.0
ROWS_OF_A_SMALL_STORE = 6
SALES_ARRAYS = ("store", "product", "week", "units", "amount_cents")


@dataclass
class SalesChunk:
    """Some sales rows as numbers: positions in the world's lists, -1 where the id is missing.

    A week of -1 stands for a date nobody can read; `amount_text` replaces the amount of a row.
    """

    store: np.ndarray
    product: np.ndarray
    week: np.ndarray
    units: np.ndarray
    amount_cents: np.ndarray
    amount_text: dict[int, str] = field(default_factory=dict)
    planted: list[tuple[str, int, int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.units)


def sales_chunks(world: World, *, chunk_rows: int) -> Iterator[SalesChunk]:
    """Yield the sales rows, store after store, in chunks of at least `chunk_rows`.

    Parameters
    ----------
    world : World
        From `make_world`.
    chunk_rows : int
        A chunk is given out once it holds that many rows; the last one may be smaller.

    Yields
    ------
    SalesChunk
        Together always the same rows in the same order, whatever `chunk_rows` is.

    Examples
    --------
    >>> from python_ml.sample_chain.request import Settings
    >>> from python_ml.sample_chain.world import make_world
    >>> world = make_world(Settings(60, 4, 1, 1, 7, False))
    >>> chunks = list(sales_chunks(world, chunk_rows=500))
    >>> len(chunks) > 1, all(len(chunk) >= 500 for chunk in chunks[:-1])
    (True, True)
    """
    waiting: list[SalesChunk] = []
    for store in range(len(world.stores.store_id)):
        waiting.append(_sales_of_store(world, store))
        if sum(map(len, waiting)) >= chunk_rows:
            yield _join_chunks(waiting)
            waiting = []
    if sum(map(len, waiting)):
        yield _join_chunks(waiting)


def _sales_of_store(world: World, store: int) -> SalesChunk:
    """Make all sales rows of one store, by week and product, and soil some of them."""
    dirt = world.dirt.stores
    if store in dirt["stores_without_sales"]:
        return _join_chunks([])
    rng = random_stream(world.settings.seed, "sales", store)
    rate = _weekly_units(world, store, rng)
    listed = np.flatnonzero(rate)
    noise = rng.standard_gamma(WEEKLY_NOISE_SHAPE, (len(world.weeks), len(listed)), np.float32)
    expected = world.demand[:, listed] * (rate[listed] / WEEKLY_NOISE_SHAPE).astype(np.float32)
    units = rng.poisson(expected * noise).ravel()
    sold = np.flatnonzero(units)
    if store in dirt["stores_with_few_rows"]:
        sold = np.sort(rng.choice(sold, ROWS_OF_A_SMALL_STORE, replace=False))
    week, column = np.divmod(sold, len(listed))
    product = listed[column]
    units = units[sold]
    chunk = SalesChunk(
        store=np.full(len(sold), store, dtype=np.int32),
        product=product.astype(np.int32),
        week=week.astype(np.int32),
        units=units.astype(np.int32),
        amount_cents=units * world.price_cents[week, product],
    )
    plan = world.dirt.rows.get(store)
    return _soil_rows(chunk, plan, world, rng) if plan else chunk


def _weekly_units(world: World, store: int, rng: np.random.Generator) -> np.ndarray:
    """Return the units of each product a store sells in a usual week, zero if not listed."""
    goods = world.assortment
    is_outlier = store in world.dirt.stores["outlier_stores"]
    exaggeration = OUTLIER_EXAGGERATION if is_outlier else 1.0
    need_state_units = []
    for index, category in enumerate(world.categories):
        group = world.stores.internal_group[store, index]
        mix = category.base_mix + exaggeration * category.group_mix[group]
        mix = np.exp(mix + rng.normal(0, MIX_NOISE, len(mix)))
        level = 14 * world.stores.size[store] * np.exp(rng.normal(0, 0.15))
        need_state_units.append(level * mix / mix.mean())
    need_state_units = np.concatenate(need_state_units)

    usual = np.flatnonzero(goods.has_need_state)
    per_state = (-1, world.settings.products_per_need_state)
    weight = _listed_weights(
        rng,
        goods.weight[usual].reshape(per_state),
        goods.second_need_state[usual].reshape(per_state) >= 0,
    )
    rate = np.zeros(len(goods.product_id))
    rate[usual] = weight * need_state_units[goods.need_state[usual]]
    for product, selling_stores in goods.selling_stores.items():
        rate[product] = 6.0 if store in selling_stores else 0.0
    if store in world.dirt.only_category:
        rate[goods.category != world.dirt.only_category[store]] = 0
    if store in world.dirt.stores["huge_stores"]:
        rate *= HUGE_STORE_FACTOR
    return rate


def _listed_weights(
    rng: np.random.Generator, weight: np.ndarray, is_shared: np.ndarray
) -> np.ndarray:
    """Leave gaps in the listing; what is listed sells what the whole need state would.

    A shared product, the first of its need state, has no gaps and always the same part: what
    it brings to its second need state would otherwise split a group.
    """
    per_state = weight.shape[1]
    part = weight / weight.sum(axis=1, keepdims=True)
    is_listed = rng.random(weight.shape) >= LISTING_GAP_SHARE
    always = per_state - 1 - rng.integers(0, max(1, per_state - 1), len(weight))
    is_bare = ~(is_listed & ~is_shared).any(axis=1)
    is_listed[is_bare, always[is_bare]] = True
    fixed = np.where(is_shared, part, 0)
    listed = np.where(is_listed & ~is_shared, part, 0)
    left = 1 - fixed.sum(axis=1, keepdims=True)
    total = np.maximum(listed.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return (per_state * (fixed + listed * left / total)).ravel()


def _soil_rows(
    chunk: SalesChunk, plan: dict[str, int], world: World, rng: np.random.Generator
) -> SalesChunk:
    """Plant the row defects of one store, each in a row of its own."""
    rows = rng.choice(len(chunk), sum(plan.values()), replace=False)
    by_kind = dict(zip(plan, np.split(rows, np.cumsum(list(plan.values()))[:-1]), strict=True))
    for kind, places in by_kind.items():
        for row in places:
            key = (int(chunk.store[row]), int(chunk.product[row]), int(chunk.week[row]))
            chunk.planted.append((kind, *key))
    # One unit comes back: a return of a whole week's sales would bend the store's true mix.
    back = by_kind.get("returns", nothing())
    chunk.amount_cents[back] = -world.price_cents[chunk.week[back], chunk.product[back]]
    chunk.units[back] = -1
    for row in by_kind.get("text_in_amount", nothing()):
        chunk.amount_text[int(row)] = AMOUNT_TEXTS[rng.integers(len(AMOUNT_TEXTS))]
    copied = by_kind.get("duplicate_rows", nothing())
    copy = SalesChunk(*(getattr(chunk, name)[copied] for name in SALES_ARRAYS))
    chunk.week[by_kind.get("unreadable_date", nothing())] = -1
    chunk.store[by_kind.get("missing_store_id", nothing())] = -1
    chunk.product[by_kind.get("missing_product_id", nothing())] = -1
    return _join_chunks([chunk, copy])


def _join_chunks(chunks: list[SalesChunk]) -> SalesChunk:
    """Put chunks one after the other."""
    starts = np.cumsum([0, *map(len, chunks)])
    empty = np.empty(0, dtype=np.int32)
    return SalesChunk(
        *(np.concatenate([empty, *(getattr(c, name) for c in chunks)]) for name in SALES_ARRAYS),
        amount_text={
            int(start) + row: text
            for start, chunk in zip(starts, chunks, strict=False)
            for row, text in chunk.amount_text.items()
        },
        planted=[entry for chunk in chunks for entry in chunk.planted],
    )
