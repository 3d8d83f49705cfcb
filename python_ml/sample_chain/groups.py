"""The categories, postal codes and stores, with the true groups planted in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from python_ml.sample_chain.chance import random_stream
from python_ml.sample_chain.request import Settings
from python_ml.sample_chain.words import (
    DISTANCE_KM,
    EXTERNAL_GROUP_SHARES,
    INTERNAL_GROUP_SHARES,
    REGIONS,
    category_words,
)

RARE_COMBINATION_SHARE = 1 / 60
GROUP_DISTANCE = 1.9
UNKNOWN_STORE_COUNT = 2


@dataclass(frozen=True)
class Category:
    """A category, its need states, and the mix each of its internal groups sells."""

    name: str
    need_states: tuple[str, ...]
    base_mix: np.ndarray
    group_mix: np.ndarray


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


def make_category(seed: int, index: int) -> Category:
    """Give a category its usual mix and the mixes of its internal groups, all as logarithms."""
    name, need_states = category_words(index)
    rng = random_stream(seed, "category", index)
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


def make_postal_codes(settings: Settings) -> PostalCodes:
    """Place the postal codes; each lies in one region and belongs to one external group."""
    rng = random_stream(settings.seed, "postal codes")
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


def make_stores(
    settings: Settings, postal_codes: PostalCodes, categories: list[Category]
) -> Stores:
    """Give every store its place, its size and its true groups."""
    rng = random_stream(settings.seed, "stores")
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
        own = random_stream(settings.seed, "internal groups", index)
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


def unknown_footfall_store(stores: Stores) -> str:
    """Return an id that is in no other file."""
    width = len(stores.store_id[0])
    return f"{stores.listed_count + UNKNOWN_STORE_COUNT + 1:0{width}d}"
