"""A believable retail chain, made from a seed, whose true groups and defects are known.

What a clustering finds in real data cannot be checked: nobody knows the truth. Here it is
planted. Every store has, for each category, one *internal* group (what it sells) and one
*external* group (where it stands), and the files hold the defects real exports have. Both are
written down in ``truth/``, which only tests and people read.

Run ``python -m python_ml.sample_data --out data`` for the files, or call `write_sample_data`.

Notes
-----
Sales are made store by store, each store from its own random stream, and written as they are
made. So the size of the chunks changes nothing, and memory does not grow with the rows.

The same arguments give byte-identical files (with the same versions of numpy and pyarrow).
"""

import argparse
import csv
import json
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

LAST_WEEK = np.datetime64("2025-12-29")
CHUNK_ROWS = 500_000
FILE_FORMATS = ("csv", "parquet")

# The first categories are the ones of the documentation; the rest are there for larger chains.
NEED_STATES = {
    "Hot drinks": (
        "Everyday coffee",
        "Coffee capsules",
        "Black tea",
        "Herbal tea",
        "Cocoa",
        "Iced coffee",
    ),
    "Household cleaning": (
        "Laundry care",
        "Dishwashing",
        "Surface cleaning",
        "Paper goods",
        "Ecological cleaning",
    ),
    "Snacks": (
        "Crisps to share",
        "Nuts and dried fruit",
        "Chocolate treats",
        "Protein bars",
        "Biscuits",
        "Snacks for children",
    ),
    "Wine and spirits": (
        "Everyday wine",
        "Fine wine",
        "Sparkling wine",
        "Spirits to mix",
        "Alcohol-free",
    ),
    "Dairy": (
        "Everyday milk",
        "Plant-based drinks",
        "Yoghurt for breakfast",
        "Cheese to cook",
        "Cheese for guests",
        "Desserts",
    ),
    "Personal care": (
        "Hair care",
        "Skin care",
        "Oral care",
        "Shaving",
        "Natural cosmetics",
    ),
    "Breakfast": (
        "Muesli",
        "Cereals for children",
        "Jam and honey",
        "Chocolate spreads",
        "Crispbread",
        "Porridge",
    ),
    "Pet food": (
        "Dry dog food",
        "Wet dog food",
        "Dry cat food",
        "Wet cat food",
        "Treats for pets",
    ),
}
BRANDS = ("Alma", "Brook", "Corvo", "Delta", "Elba", "Fjord", "Garda", "Hilde", "Isar", "Jura")
BANNERS = ("Kornblume Markt", "Kornblume City", "Kornblume Plus")

# Region: share of the postal codes, first two digits of the code, latitude and longitude.
REGIONS = {
    "Leipzig": (0.28, "04", 51.34, 12.37),
    "Dresden": (0.26, "01", 51.05, 13.74),
    "Chemnitz": (0.18, "09", 50.84, 12.92),
    "Zwickau": (0.14, "08", 50.70, 12.45),
    "Bautzen": (0.14, "02", 51.20, 14.43),
}

EXTERNAL_GROUPS = ("city centre", "suburb", "country town")
EXTERNAL_GROUP_SHARES = (0.36, 0.33, 0.31)
# Kilometres from the middle of the region, by external group.
DISTANCE_KM = ((0.5, 4.0), (5.0, 10.0), (13.0, 22.0))

# Per feature: the typical value of each external group, the spread inside a group, decimals.
# No group is in the middle everywhere; otherwise two groups would merge into one.
NEIGHBOURHOOD_FEATURES = {
    "population_density": ((6200, 3300, 700), (420, 300, 150), 0),
    "median_income_eur": ((41500, 50500, 33500), (1500, 1500, 1300), 0),
    "share_under_35": ((0.46, 0.33, 0.27), (0.015, 0.015, 0.015), 3),
    "household_size": ((1.75, 2.75, 2.25), (0.07, 0.08, 0.07), 2),
    "unemployment_rate": ((0.085, 0.042, 0.064), (0.004, 0.003, 0.004), 3),
}
FOOTFALL_FEATURES = {
    "visits": ((21000, 31000, 9500), (1500, 2000, 900), 0),
    "weekend_share": ((0.27, 0.41, 0.33), (0.012, 0.012, 0.012), 3),
    "evening_share": ((0.42, 0.28, 0.19), (0.015, 0.015, 0.012), 3),
    "competitors_1km": ((9, 4, 1), (1.0, 0.7, 0.5), 0),
}

INTERNAL_GROUP_NAMES = ("A", "B", "C", "D")
INTERNAL_GROUP_SHARES = {3: (0.40, 0.33, 0.27), 4: (0.29, 0.26, 0.23, 0.22)}
RARE_COMBINATION_SHARE = 1 / 60
GROUP_DISTANCE = 1.9
MIX_NOISE = 0.14
OUTLIER_EXAGGERATION = 2.1
HUGE_STORE_FACTOR = 30.0

LISTING_GAP_SHARE = 0.15
WEEKLY_NOISE_SHAPE = 4.0
# Share of listed product-weeks that sell at least one unit, measured over many seeds.
SELLING_SHARE = 0.97
ROWS_OF_A_SMALL_STORE = 6

# Share of the sales rows, and how many at least.
ROW_DIRT = {
    "returns": (0.002, 3),
    "duplicate_rows": (0.001, 3),
    "text_in_amount": (0.00005, 3),
    "unreadable_date": (0.00005, 3),
    "missing_store_id": (0.00005, 3),
    "missing_product_id": (0.00005, 3),
}
AMOUNT_TEXTS = ("12.5o", "n.n.", "1O.99", "see invoice")
UNREADABLE_DATE = "2024-13-45"
NEIGHBOURHOOD_TEXT = "unknown"
EMPTY_CELL_SHARE = 0.025
UNKNOWN_STORE_COUNT = 2
UNKNOWN_PRODUCT_COUNT = 2
# Keys listed per kind of dirt: a hundred million rows must not make a book of the truth.
LISTED_KEYS = 1000

SALES_ARRAYS = ("store", "product", "week", "units", "amount_cents")
# Quoting everything would cost a third of the size and time; no value holds a comma.
CSV_OPTIONS = pa_csv.WriteOptions(include_header=False, quoting_style="none", batch_size=65_536)

LIMITS = {
    "stores": (60, 100_000),
    "weeks": (4, 260),
    "categories": (1, 20),
    "products_per_need_state": (1, 250),
    "seed": (0, 2**32 - 1),
}
WRITTEN_FILES = (
    "internal/sales.csv",
    "internal/sales.parquet",
    "internal/products.csv",
    "stores.csv",
    "external/neighbourhoods.csv",
    "external/footfall.csv",
)


@dataclass(frozen=True)
class Settings:
    """What is asked for; see `write_sample_data` for the meaning of each."""

    stores: int
    weeks: int
    categories: int
    products_per_need_state: int
    seed: int
    dirt: bool


@dataclass(frozen=True)
class Category:
    """A category, its need states, and the mix each of its internal groups sells."""

    name: str
    need_states: tuple[str, ...]
    base_mix: np.ndarray
    group_mix: np.ndarray


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
class PostalCodes:
    """All postal codes, one array element each."""

    postal_code: list[str]
    region: np.ndarray
    external_group: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray


@dataclass(frozen=True)
class Stores:
    """All stores that sell; those after the first `listed_count` are in no store list."""

    store_id: list[str]
    listed_count: int
    postal_code: np.ndarray
    external_group: np.ndarray
    internal_group: np.ndarray
    rarity: np.ndarray
    size: np.ndarray


@dataclass(frozen=True)
class Dirt:
    """The planned defects: store and postal code numbers by kind, row defects by store."""

    stores: dict[str, np.ndarray]
    postal_codes: dict[str, np.ndarray]
    only_category: dict[int, int]
    rows: dict[int, dict[str, int]]


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


def write_sample_data(
    out: Path,
    *,
    stores: int,
    weeks: int,
    categories: int,
    products_per_need_state: int,
    seed: int,
    file_format: str,
    dirt: bool,
) -> dict:
    """Write the chain's files below `out` and return what was planted.

    Parameters
    ----------
    out : Path
        Folder for the files. Files of an earlier run are replaced; files that did not come
        from here are never touched: then nothing is written.
    stores : int
        Stores in ``stores.csv``.
    weeks : int
        Weeks of sales; the last one starts on 2025-12-29, so 52 weeks are the year 2025.
    categories : int
        Categories, each with five or six need states and three or four internal groups.
    products_per_need_state : int
        Products whose first need state is a given one.
    seed : int
        The same seed and arguments give the same bytes.
    file_format : {"csv", "parquet"}
        Format of the sales file. With dirt, its ``week`` and ``sales_amount`` are text in
        Parquet too, because an unreadable date has no other place.
    dirt : bool
        Whether to plant defects.

    Returns
    -------
    dict
        ``stores``, ``postal_codes``, ``products``, ``weeks``, ``sales_rows``, and under
        ``dirt`` the number of each kind of defect.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     counts = write_sample_data(
    ...         Path(folder), stores=60, weeks=4, categories=1, products_per_need_state=1,
    ...         seed=7, file_format="csv", dirt=False,
    ...     )
    ...     header, *_ = (Path(folder) / "internal" / "sales.csv").read_text().split()
    >>> header, counts["stores"], counts["dirt"]
    ('store_id,product_id,week,units,sales_amount', 60, {})
    """
    settings = Settings(stores, weeks, categories, products_per_need_state, seed, dirt)
    check_settings(settings)
    if file_format not in FILE_FORMATS:
        raise ValueError(f"file_format is {file_format!r}; it must be csv or parquet.")
    out = Path(out)
    _make_room(out)

    world = make_world(settings)
    kinds = _store_dirt(world)
    neighbourhoods = _neighbourhood_rows(world, kinds)
    footfall = _footfall_table(world, kinds)
    # The truth goes first: it marks the folder as ours, should a run be interrupted.
    _write_truth(out, world, kinds)
    _write_rows(out / "internal" / "products.csv", _product_rows(world))
    _write_rows(out / "stores.csv", _store_rows(world))
    _write_rows(out / "external" / "neighbourhoods.csv", neighbourhoods)
    _write_csv_table(out / "external" / "footfall.csv", footfall)
    sales_rows = _write_sales(out / "internal" / f"sales.{file_format}", world, kinds)
    _write_truth(out, world, kinds)
    return {
        "stores": stores,
        "postal_codes": len(world.postal_codes.postal_code),
        "products": len(world.assortment.product_id),
        "weeks": weeks,
        "sales_rows": sales_rows,
        "dirt": {kind: entry["count"] for kind, entry in kinds.items()},
    }


def check_settings(settings: Settings) -> None:
    """Refuse settings no chain can be made from, in a sentence.

    Examples
    --------
    >>> check_settings(Settings(3, 52, 4, 3, 7, True))
    Traceback (most recent call last):
    ...
    ValueError: stores is 3; it must be a whole number from 60 to 100,000.
    """
    for name, (low, high) in LIMITS.items():
        value = getattr(settings, name)
        is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not is_whole or not low <= value <= high:
            raise ValueError(
                f"{name} is {value!r}; it must be a whole number from {low:,} to {high:,}."
            )


def size_for_rows(
    rows: int, *, stores: int, categories: int, products_per_need_state: int
) -> tuple[int, int]:
    """Return the weeks and the products per need state that give about `rows` sales rows.

    Weeks come first, up to two years; then more products; fewer products only when four weeks
    are already too many.

    Parameters
    ----------
    rows : int
        Sales rows wanted.
    stores, categories, products_per_need_state : int
        As in `write_sample_data`.

    Returns
    -------
    tuple of int
        Weeks and products per need state.

    Examples
    --------
    >>> size_for_rows(1_000_000, stores=240, categories=4, products_per_need_state=3)
    (75, 3)
    """
    need_state_count = sum(len(_need_states(index)[1]) for index in range(categories))

    def rows_per_week(products: int) -> float:
        # No need state is left without a product, and two products per category have no gaps.
        listed = products * (1 - LISTING_GAP_SHARE) + LISTING_GAP_SHARE**products
        cells = need_state_count * listed + 2 * categories * (1 - listed / products)
        return stores * cells * SELLING_SHARE

    low, high = LIMITS["weeks"][0], 104
    most_products = LIMITS["products_per_need_state"][1]
    fewest, most = rows_per_week(1) * low, rows_per_week(most_products) * high
    if not 0.95 * fewest <= rows <= 1.05 * most:
        raise ValueError(
            f"{rows:,} sales rows cannot come out of {stores:,} stores and {categories} "
            f"categories: about {fewest:,.0f} to {most:,.0f} can. Change --stores or --categories."
        )
    products = products_per_need_state
    while products > 1 and rows < rows_per_week(products) * low:
        products -= 1
    while products < most_products and rows > rows_per_week(products) * high:
        products += 1
    return max(low, round(rows / rows_per_week(products))), products


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
    categories = [_make_category(settings.seed, i) for i in range(settings.categories)]
    postal_codes = _make_postal_codes(settings)
    stores = _make_stores(settings, postal_codes, categories)
    dirt = _plan_dirt(settings, stores, categories)
    assortment = _make_assortment(settings, categories, dirt, stores)
    price_cents, demand = _make_calendar(settings, weeks, assortment)
    return World(
        settings, weeks, categories, assortment, postal_codes, stores, dirt, price_cents, demand
    )


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


# --- the chain ---------------------------------------------------------------------------------


def _rng(seed: int, stream: str, number: int = 0) -> np.random.Generator:
    """Give every purpose its own random stream, so that one more draw shifts nothing else."""
    key = [seed, zlib.crc32(stream.encode()), number]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(key)))


def _need_states(index: int) -> tuple[str, tuple[str, ...]]:
    """Name a category and its need states."""
    if index < len(NEED_STATES):
        return list(NEED_STATES.items())[index]
    count = 6 - index % 2
    return f"Category {index + 1}", tuple(f"Need state {number + 1}" for number in range(count))


def _make_category(seed: int, index: int) -> Category:
    """Give a category its usual mix and the mixes of its internal groups, all as logarithms."""
    name, need_states = _need_states(index)
    rng = _rng(seed, "category", index)
    group_count = 4 if index % 2 == 0 else 3
    base = rng.normal(0, 0.3, len(need_states))
    return Category(name, need_states, base, _group_mixes(rng, group_count, len(need_states)))


def _group_mixes(rng: np.random.Generator, group_count: int, need_state_count: int) -> np.ndarray:
    """Place the groups at equal distances, with a difference in every need state.

    Equal distances keep the silhouette from merging two groups. A need state in which no group
    differs would be mere noise, which standardising blows up: so the most even of many draws.
    """
    best, best_evenness = None, -1.0
    for _ in range(200):
        draw = rng.normal(size=(group_count, need_state_count))
        draw -= draw.mean(axis=0)
        draw -= draw.mean(axis=1, keepdims=True)
        left, _, right = np.linalg.svd(draw, full_matrices=False)
        simplex = left[:, : group_count - 1] @ right[: group_count - 1]
        evenness = simplex.std(axis=0).min()
        if evenness > best_evenness:
            best, best_evenness = simplex, evenness
    return best * GROUP_DISTANCE


def _make_assortment(
    settings: Settings, categories: list[Category], dirt: Dirt, stores: Stores
) -> Assortment:
    """List the products; with dirt also some the catalogue does not know or does not explain."""
    rng = _rng(settings.seed, "assortment")
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
        usual = _ordinary_stores(stores, dirt)
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
    rng = _rng(settings.seed, "calendar")
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


def _make_postal_codes(settings: Settings) -> PostalCodes:
    """Place the postal codes; each lies in one region and belongs to one external group."""
    rng = _rng(settings.seed, "postal codes")
    count = int(np.clip(round(0.42 * settings.stores), 15, 3000))
    shares = np.array([region[0] for region in REGIONS.values()])
    region = np.repeat(np.arange(len(REGIONS)), _split(count, shares))
    group = rng.permutation(np.repeat(np.arange(3), _split(count, EXTERNAL_GROUP_SHARES)))
    numbers = np.concatenate(
        [rng.choice(np.arange(1, 1000), size, replace=False) for size in np.bincount(region)]
    )
    prefix = [region[1] for region in REGIONS.values()]
    middle = np.array([region[2:] for region in REGIONS.values()])[region]
    low, high = np.array(DISTANCE_KM)[group].T
    distance, angle = rng.uniform(low, high), rng.uniform(0, 2 * np.pi, count)
    return PostalCodes(
        postal_code=[
            f"{prefix[place]}{number:03d}" for place, number in zip(region, numbers, strict=True)
        ],
        region=region,
        external_group=group,
        latitude=middle[:, 0] + distance * np.sin(angle) / 111,
        longitude=middle[:, 1] + distance * np.cos(angle) / 70,
    )


def _make_stores(
    settings: Settings, postal_codes: PostalCodes, categories: list[Category]
) -> Stores:
    """Give every store its place, its size and its true groups."""
    rng = _rng(settings.seed, "stores")
    count = settings.stores
    unknown = UNKNOWN_STORE_COUNT if settings.dirt else 0
    places = []
    for group, group_count in enumerate(_split(count, EXTERNAL_GROUP_SHARES)):
        codes = np.flatnonzero(postal_codes.external_group == group)
        places.append(codes[:group_count])
        places.append(rng.choice(codes, max(0, group_count - len(codes))))
    postal_code = rng.permutation(np.concatenate(places))
    external = postal_codes.external_group[postal_code]

    internal = np.zeros((count + unknown, len(categories)), dtype=np.int64)
    rarity = np.zeros(count, dtype=np.int64)
    for index, category in enumerate(categories):
        own = _rng(settings.seed, "internal groups", index)
        group_count = len(category.group_mix)
        internal[:count, index], is_rare = _cross_groups(own, external, group_count)
        internal[count:, index] = own.integers(0, group_count, unknown)
        rarity += is_rare
    width = max(4, len(str(count + unknown + 1)))
    return Stores(
        store_id=[f"{number + 1:0{width}d}" for number in range(count + unknown)],
        listed_count=count,
        postal_code=postal_code,
        external_group=external,
        internal_group=internal,
        rarity=rarity,
        size=np.clip(np.exp(rng.normal(0, 0.35, count + unknown)), 0.4, 3.0),
    )


def _cross_groups(
    rng: np.random.Generator, external: np.ndarray, group_count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw internal groups independent of the external ones, but for one rare combination."""
    shares = rng.permutation(INTERNAL_GROUP_SHARES[group_count])
    rare_internal, rare_external = rng.integers(group_count), rng.integers(3)
    internal = np.empty(len(external), dtype=np.int64)
    for group in range(3):
        members = rng.permutation(np.flatnonzero(external == group))
        if group == rare_external:
            others = np.where(np.arange(group_count) == rare_internal, 0, shares)
            rare_count = max(2, round(RARE_COMBINATION_SHARE * len(external)))
            counts = _split(len(members) - rare_count, others)
            counts[rare_internal] = rare_count
        else:
            counts = _split(len(members), shares)
        internal[members] = np.repeat(np.arange(group_count), counts)
    return internal, (internal == rare_internal) & (external == rare_external)


def _split(total: int, shares: Sequence[float]) -> np.ndarray:
    """Split a whole number by shares, largest remainders first."""
    exact = total * np.asarray(shares, dtype=float) / np.sum(shares)
    counts = np.floor(exact).astype(int)
    largest = np.argsort(counts - exact, kind="stable")[: total - counts.sum()]
    counts[largest] += 1
    return counts


# --- the plan of the defects -------------------------------------------------------------------


def _plan_dirt(settings: Settings, stores: Stores, categories: list[Category]) -> Dirt:
    """Choose where the defects go, sparing the rare combinations as long as possible."""
    if not settings.dirt:
        return Dirt(stores=defaultdict(_nothing), postal_codes=defaultdict(_nothing),
                    only_category={}, rows={})  # fmt: skip
    rng = _rng(settings.seed, "dirt")
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
    dirt.rows.update(_plan_row_dirt(rng, settings, _ordinary_stores(stores, dirt), categories))
    return dirt


def _nothing() -> np.ndarray:
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


def _ordinary_stores(stores: Stores, dirt: Dirt) -> np.ndarray:
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


# --- the sales ---------------------------------------------------------------------------------


def _sales_of_store(world: World, store: int) -> SalesChunk:
    """Make all sales rows of one store, by week and product, and soil some of them."""
    dirt = world.dirt.stores
    if store in dirt["stores_without_sales"]:
        return _join_chunks([])
    rng = _rng(world.settings.seed, "sales", store)
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
    back = by_kind.get("returns", _nothing())
    chunk.amount_cents[back] = -world.price_cents[chunk.week[back], chunk.product[back]]
    chunk.units[back] = -1
    for row in by_kind.get("text_in_amount", _nothing()):
        chunk.amount_text[int(row)] = AMOUNT_TEXTS[rng.integers(len(AMOUNT_TEXTS))]
    copied = by_kind.get("duplicate_rows", _nothing())
    copy = SalesChunk(*(getattr(chunk, name)[copied] for name in SALES_ARRAYS))
    chunk.week[by_kind.get("unreadable_date", _nothing())] = -1
    chunk.store[by_kind.get("missing_store_id", _nothing())] = -1
    chunk.product[by_kind.get("missing_product_id", _nothing())] = -1
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


# --- tables ------------------------------------------------------------------------------------


def _product_rows(world: World) -> Iterator[tuple]:
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


def _store_rows(world: World) -> Iterator[tuple]:
    """Yield stores.csv."""
    rng = _rng(world.settings.seed, "store list")
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


def _neighbourhood_rows(world: World, kinds: dict) -> list[tuple]:
    """Make neighbourhoods.csv, and note its empty cells."""
    rng = _rng(world.settings.seed, "neighbourhoods")
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
        kinds["empty_neighbourhood_cells"] = _entry("external/neighbourhoods.csv", empty_keys)
    return rows


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


def _footfall_table(world: World, kinds: dict) -> pa.Table:
    """Make footfall.csv: one row per store and month, in that order."""
    rng = _rng(world.settings.seed, "footfall")
    stores, is_dirty = world.stores, world.settings.dirt
    count = stores.listed_count
    months = np.unique(world.weeks.astype("datetime64[M]"))
    # One device counts for a store nobody knows.
    group = np.append(stores.external_group, rng.integers(3))
    size = np.append(stores.size[:count], 1.0)
    ids = np.array([*stores.store_id[:count], _unknown_footfall_store(stores)])
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
        kinds["empty_footfall_cells"] = _entry(
            "external/footfall.csv", keys, count=int(is_empty.sum())
        )
    return pa.table(arrays)


def _unknown_footfall_store(stores: Stores) -> str:
    """Return an id that is in no other file."""
    width = len(stores.store_id[0])
    return f"{stores.listed_count + UNKNOWN_STORE_COUNT + 1:0{width}d}"


# --- the truth ---------------------------------------------------------------------------------


def _entry(file: str, keys: Iterable, count: int | None = None) -> dict:
    """Describe one kind of dirt."""
    keys = list(keys)
    return {
        "file": file,
        "count": len(keys) if count is None else count,
        "keys": keys[:LISTED_KEYS],
    }


def _store_dirt(world: World) -> dict[str, dict]:
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
        kind: _entry(file.get(kind, "internal/sales"), (ids[store] for store in chosen))
        for kind, chosen in dirt.stores.items()
    }
    kinds["stores_selling_one_category"]["keys"] = [
        {"store_id": ids[store], "category": world.categories[category].name}
        for store, category in dirt.only_category.items()
    ]
    for kind, chosen in dirt.postal_codes.items():
        kinds[kind] = _entry("external/neighbourhoods.csv", (codes[code] for code in chosen))
    extra = np.flatnonzero(~goods.has_need_state)
    is_unknown = ~goods.is_listed_in_catalogue[extra]
    kinds["unknown_products"] = _entry(
        "internal/sales", (goods.product_id[product] for product in extra[is_unknown])
    )
    kinds["products_without_need_state"] = _entry(
        "internal/products.csv", (goods.product_id[product] for product in extra[~is_unknown])
    )
    kinds["unknown_stores"] = _entry("internal/sales", ids[world.stores.listed_count :])
    unknown = [_unknown_footfall_store(world.stores)]
    kinds["unknown_footfall_stores"] = _entry("external/footfall.csv", unknown)
    lonely = np.flatnonzero(~_has_external_data(world))
    kinds["stores_without_external_data"] = _entry("external", (ids[store] for store in lonely))
    for kind in ROW_DIRT:
        planned = sum(plan.get(kind, 0) for plan in dirt.rows.values())
        kinds[kind] = _entry("internal/sales", [], count=planned)
    return kinds


def _has_external_data(world: World) -> np.ndarray:
    """Tell which listed stores have a footfall or a neighbourhood row."""
    stores, dirt = world.stores, world.dirt
    numbers = np.arange(stores.listed_count)
    has_footfall = ~np.isin(numbers, dirt.stores["stores_without_footfall"])
    missing = dirt.postal_codes["postal_codes_without_neighbourhood"]
    has_neighbourhood = ~np.isin(stores.postal_code, missing)
    has_neighbourhood &= ~np.isin(numbers, dirt.stores["stores_without_postal_code"])
    return has_footfall | has_neighbourhood


def _truth_rows(world: World) -> Iterator[tuple]:
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


def _write_truth(out: Path, world: World, kinds: dict) -> None:
    """Write the truth, which no pipeline reads."""
    _write_rows(out / "truth" / "stores.csv", _truth_rows(world))
    text = json.dumps({"seed": world.settings.seed, "kinds": kinds}, indent=1, sort_keys=True)
    (out / "truth" / "dirt.json").write_text(text + "\n", encoding="utf-8")


# --- files -------------------------------------------------------------------------------------


def _make_room(out: Path) -> None:
    """Create the folders; refuse to replace files that were not written here."""
    present = [name for name in WRITTEN_FILES if (out / name).exists()]
    if present and not (out / "truth" / "dirt.json").exists():
        raise FileExistsError(
            f"{out / present[0]} was not written as sample data (there is no "
            f"{out / 'truth' / 'dirt.json'}); nothing was changed. Choose another folder."
        )
    # A sales file of the other format would be read as well and double the sales.
    for name in present:
        (out / name).unlink()
    for folder in ("internal", "external", "truth"):
        (out / folder).mkdir(parents=True, exist_ok=True)


def _write_rows(path: Path, rows: Iterable[tuple]) -> None:
    """Write a small CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_csv_table(path: Path, table: pa.Table) -> None:
    """Write a larger CSV file, without quotes."""
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        pa_csv.write_csv(table, file, CSV_OPTIONS)


def _write_sales(path: Path, world: World, kinds: dict) -> int:
    """Stream the sales to their file, note the keys of the row defects, count the rows."""
    keys: dict[str, list] = defaultdict(list)
    rows = 0
    with _sales_writer(path, world) as writer:
        for chunk in sales_chunks(world, chunk_rows=CHUNK_ROWS):
            writer.write_table(_sales_table(world, chunk, path.suffix))
            rows += len(chunk)
            for kind, store, product, week in chunk.planted:
                if len(keys[kind]) < LISTED_KEYS:
                    keys[kind].append(
                        {
                            "store_id": world.stores.store_id[store],
                            "product_id": world.assortment.product_id[product],
                            "week": str(world.weeks[week]),
                        }
                    )
    for kind, found in keys.items():
        kinds[kind]["keys"] = found
    return rows


@contextmanager
def _sales_writer(
    path: Path, world: World
) -> Iterator[pa_csv.CSVWriter | pa_parquet.ParquetWriter]:
    """Open the sales file."""
    schema = _sales_schema(path.suffix, world.settings.dirt)
    if path.suffix == ".parquet":
        with pa_parquet.ParquetWriter(path, schema) as writer:
            yield writer
        return
    with path.open("wb") as file:
        file.write((",".join(schema.names) + "\n").encode())
        with pa_csv.CSVWriter(file, schema, write_options=CSV_OPTIONS) as writer:
            yield writer


def _sales_schema(suffix: str, is_dirty: bool) -> pa.Schema:
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


def _sales_table(world: World, chunk: SalesChunk, suffix: str) -> pa.Table:
    """Turn a chunk into the table that is written."""
    schema = _sales_schema(suffix, world.settings.dirt)
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


# --- the command -------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    """Describe the command."""
    parser = argparse.ArgumentParser(
        prog="python -m python_ml.sample_data",
        description="Write a made-up retail chain whose true store groups are known.",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--stores", type=int, default=240)
    parser.add_argument("--weeks", type=int, help="weeks of sales up to the end of 2025 (52)")
    parser.add_argument("--categories", type=int, default=4)
    parser.add_argument("--products-per-need-state", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--format", choices=FILE_FORMATS, default="csv", dest="file_format")
    parser.add_argument("--clean", action="store_true", help="plant no defects")
    parser.add_argument("--rows", type=int, help="about so many sales rows: chooses the weeks")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: write the files and say what was written."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if args.rows is not None and args.weeks is not None:
        parser.error("--rows chooses the weeks; give --rows or --weeks, not both.")
    weeks = 52 if args.weeks is None else args.weeks
    products = args.products_per_need_state
    started = time.perf_counter()
    try:
        check_settings(
            Settings(args.stores, weeks, args.categories, products, args.seed, not args.clean)
        )
        if args.rows is not None:
            weeks, products = size_for_rows(
                args.rows,
                stores=args.stores,
                categories=args.categories,
                products_per_need_state=products,
            )
        counts = write_sample_data(
            args.out,
            stores=args.stores,
            weeks=weeks,
            categories=args.categories,
            products_per_need_state=products,
            seed=args.seed,
            file_format=args.file_format,
            dirt=not args.clean,
        )
    except (ValueError, OSError) as error:
        parser.error(str(error))
    seconds = time.perf_counter() - started
    print(
        f"Wrote {counts['sales_rows']:,} sales rows of {counts['stores']:,} stores, "
        f"{counts['products']:,} products and {counts['weeks']} weeks to {args.out} "
        f"in {seconds:.1f} s."
    )
    if counts["dirt"]:
        print(f"Planted {len(counts['dirt'])} kinds of defects; see {args.out / 'truth'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
