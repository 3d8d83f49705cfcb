"""The world of the chain: everything that is decided before the first sales row is made."""

from dataclasses import dataclass

import numpy as np

from python_ml.sample_chain.chance import random_stream
from python_ml.sample_chain.dirt import Dirt, ordinary_stores, plan_dirt
from python_ml.sample_chain.groups import (
    Category,
    PostalCodes,
    Stores,
    make_category,
    make_postal_codes,
    make_stores,
)
from python_ml.sample_chain.request import Settings
from python_ml.sample_chain.words import BRANDS

LAST_WEEK = np.datetime64("2025-12-29")
UNKNOWN_PRODUCT_COUNT = 2


@dataclass(frozen=True)
class Assortment:
    """All products, one array element each; `second_need_state` is -1 for most."""

    product_id: list[str]
    product_name: list[str]
    category: np.ndarray
    need_state: np.ndarray
    second_need_state: np.ndarray
    weight: np.ndarray
    price_cents: np.ndarray
    is_listed_in_catalogue: np.ndarray
    has_need_state: np.ndarray
    selling_stores: dict[int, np.ndarray]


@dataclass(frozen=True)
class World:
    """Everything that is decided before the first sales row is made."""

    settings: Settings
    weeks: np.ndarray
    categories: list[Category]
    assortment: Assortment
    postal_codes: PostalCodes
    stores: Stores
    dirt: Dirt
    price_cents: np.ndarray
    demand: np.ndarray


def make_world(settings: Settings) -> World:
    """Decide everything about the chain that is not a sales row.

    Parameters
    ----------
    settings : Settings
        Checked settings.

    Returns
    -------
    World
        Small: its size depends on the stores and products, not on the rows.
    """
    weeks = LAST_WEEK - 7 * np.arange(settings.weeks)[::-1]
    categories = [make_category(settings.seed, i) for i in range(settings.categories)]
    postal_codes = make_postal_codes(settings)
    stores = make_stores(settings, postal_codes, categories)
    dirt = plan_dirt(settings, stores, categories)
    assortment = _make_assortment(settings, categories, dirt, stores)
    price_cents, demand = _make_calendar(settings, weeks, assortment)
    return World(
        settings, weeks, categories, assortment, postal_codes, stores, dirt, price_cents, demand
    )


def _make_assortment(
    settings: Settings, categories: list[Category], dirt: Dirt, stores: Stores
) -> Assortment:
    """List the products; with dirt also some the catalogue does not know or does not explain."""
    rng = random_stream(settings.seed, "assortment")
    category, need_state, names, second = [], [], [], []
    first_need_state = 0
    for index, one in enumerate(categories):
        count = len(one.need_states)
        for state, state_name in enumerate(one.need_states):
            for number in range(settings.products_per_need_state):
                category.append(index)
                need_state.append(first_need_state + state)
                brand = BRANDS[(index + state + number) % len(BRANDS)]
                names.append(f"{brand} {state_name.lower()} {number + 1}")
                # About one product in twelve serves a second need state of its category.
                other = first_need_state + (state + 1) % count
                is_shared = number == 0 and state % 4 == 0
                second.append(other if is_shared else -1)
        first_need_state += count
    count = len(names)
    price_level = np.exp(rng.normal(1.1, 0.35, first_need_state))
    price = price_level[need_state] * np.exp(rng.normal(0, 0.2, count))
    price_cents = np.maximum(59, 10 * np.round(100 * price / 10) - 1).astype(np.int64)
    weight = np.exp(rng.normal(0, 0.25, count)) * np.where(np.array(second) < 0, 1.0, 0.6)

    selling_stores = {}
    # One new article is in the catalogue without a need state, the others are not in it.
    extra = UNKNOWN_PRODUCT_COUNT + 1 if settings.dirt else 0
    if settings.dirt:
        usual = ordinary_stores(stores, dirt)
        for position in range(count, count + extra):
            chosen = rng.choice(usual, max(3, len(usual) // 10), replace=False)
            selling_stores[position] = np.sort(chosen)
    width = max(4, len(str(count + extra)))
    return Assortment(
        product_id=[f"P{number + 1:0{width}d}" for number in range(count + extra)],
        product_name=names + [f"New article {number + 1}" for number in range(extra)],
        category=np.array(category + [number % len(categories) for number in range(extra)]),
        need_state=np.array(need_state + [-1] * extra),
        second_need_state=np.array(second + [-1] * extra),
        weight=np.append(weight, np.ones(extra)),
        price_cents=np.append(price_cents, np.full(extra, 299)),
        is_listed_in_catalogue=np.arange(count + extra) < count + min(extra, 1),
        has_need_state=np.arange(count + extra) < count,
        selling_stores=selling_stores,
    )


def _make_calendar(
    settings: Settings, weeks: np.ndarray, assortment: Assortment
) -> tuple[np.ndarray, np.ndarray]:
    """Set price and demand of every product in every week: seasons and promotions."""
    rng = random_stream(settings.seed, "calendar")
    day_of_year = (weeks - weeks.astype("datetime64[Y]")).astype(int)
    phase = rng.uniform(0, 2 * np.pi, settings.categories)
    strength = rng.uniform(0.1, 0.3, settings.categories)
    angle = 2 * np.pi * day_of_year[:, None] / 365 + phase
    season = (1 + strength * np.cos(angle)) * (1 + 0.2 * (day_of_year[:, None] > 340))
    popularity = rng.uniform(0.85, 1.2, settings.categories)
    shape = (len(weeks), len(assortment.product_id))
    is_promoted = rng.random(shape) < 0.06
    demand = (season * popularity)[:, assortment.category] * np.where(is_promoted, 1.6, 1.0)
    price = np.where(is_promoted, assortment.price_cents * 4 // 5, assortment.price_cents)
    return price, demand.astype(np.float32)
