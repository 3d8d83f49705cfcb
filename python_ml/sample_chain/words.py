"""The words, places and typical values the chain is made of."""

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

AMOUNT_TEXTS = ("12.5o", "n.n.", "1O.99", "see invoice")
UNREADABLE_DATE = "2024-13-45"
NEIGHBOURHOOD_TEXT = "unknown"


def category_words(index: int) -> tuple[str, tuple[str, ...]]:
    """Name a category and its need states."""
    if index < len(NEED_STATES):
        return list(NEED_STATES.items())[index]
    count = 6 - index % 2
    return f"Category {index + 1}", tuple(f"Need state {number + 1}" for number in range(count))
