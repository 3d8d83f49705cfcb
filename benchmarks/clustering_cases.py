"""What of the clustering is timed, at which sizes and against what."""

NAIVE, PYCARET, OURS = "naive loop", "PyCaret 3.3.2", "ours"
FROM_FRAME, WITH_MIXTURES = "ours, from the table", "ours, with GMM-BIC"
KEYS = {NAIVE: "naive", OURS: "ours", FROM_FRAME: "from frame", WITH_MIXTURES: "with mixtures"}

SMALL, MIDDLE, LARGE, MILLION = (1_000, 20), (10_000, 50), (100_000, 50), (1_000_000, 50)
SEARCHES = {
    SMALL: (NAIVE, PYCARET, OURS, FROM_FRAME, WITH_MIXTURES),
    MIDDLE: (NAIVE, PYCARET, OURS, FROM_FRAME, WITH_MIXTURES),
    LARGE: (OURS, FROM_FRAME),
    MILLION: (OURS,),
}
"""Contenders by stores and components."""

EXACT = (*(((20_000, 20), apart) for apart in (6.0, 5.0, 4.0, 3.0)), (LARGE, 6.0))
"""Stores and components where the scores of all are affordable, and how far apart groups are."""

LIMIT_SIZE = LARGE
FEWEST_STORES = 200


def contender_key(name: str) -> str:
    """What `benchmarks.count_search` calls it."""
    return KEYS[name]


def scaled(size: tuple[int, int], share: float) -> tuple[int, int]:
    """Return a share of the stores, and all components.

    Examples
    --------
    >>> scaled((1_000_000, 50), 0.1)
    (100000, 50)
    """
    stores, components = size
    return max(round(stores * share), min(stores, FEWEST_STORES)), components
