"""What may be asked of the chain, and the size that gives a wanted number of rows."""

from dataclasses import dataclass

import numpy as np

from python_ml.sample_chain.words import category_words

LIMITS = {
    "stores": (60, 100_000),
    "weeks": (4, 260),
    "categories": (1, 20),
    "products_per_need_state": (1, 250),
    "seed": (0, 2**32 - 1),
}

LISTING_GAP_SHARE = 0.15
# Share of listed product-weeks that sell at least one unit, measured over many seeds.
SELLING_SHARE = 0.97


@dataclass(frozen=True)
class Settings:
    """What is asked for; see `write_sample_data` for the meaning of each."""

    stores: int
    weeks: int
    categories: int
    products_per_need_state: int
    seed: int
    dirt: bool


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
    need_state_count = sum(len(category_words(index)[1]) for index in range(categories))

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
