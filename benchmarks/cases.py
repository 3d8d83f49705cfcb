"""What is measured against what."""

from dataclasses import dataclass, field

from benchmarks.data import Data, sized

FLOOR, OURS, POLARS, PANDAS = "DuckDB query", "ours", "polars", "pandas"
START_UP = "start-up"
WITHOUT_SEARCH = "ours, duplicates not searched"


@dataclass(frozen=True)
class Contender:
    """One command on one data set."""

    name: str
    data: Data
    # what `--vars` says beside the sources, for ours
    settings: dict = field(default_factory=dict)
    searches_duplicates: bool = True
    memory: str | None = None


@dataclass(frozen=True)
class Case:
    """Contenders that are run in turn; in a case that `compares`, all have to give one matrix."""

    contenders: tuple[Contender, ...]
    compares: bool = False


def cases(share: float) -> dict[str, Case]:
    """Return all cases, in the order they run.

    Parameters
    ----------
    share : float
        1 for the full sizes; less for a trial.

    Returns
    -------
    dict of str to Case
        By the name that `--cases` takes.
    """
    million = share * 1e6
    return {
        "parquet": against_floor(100 * million, "parquet"),
        "csv": against_floor(20 * million, "csv"),
        "polars": against_polars(sized(100 * million, "parquet"), sized(20 * million, "csv")),
        "pandas": against_pandas(sized(10 * million, "parquet"), sized(50 * million, "parquet")),
        "growth": growing([million, 10 * million, 100 * million]),
        "memory": within_memory(sized(100 * million, "parquet")),
        "low-memory": with_low_memory(sized(100 * million, "parquet")),
    }


def start_up() -> Contender:
    """Our command on next to nothing: what dbt needs before and after the work."""
    return Contender(START_UP, sized(2_000, "parquet"))


def against_floor(rows: float, file_format: str) -> Case:
    """The whole of our preprocessing against one bare query."""
    clean = sized(rows, file_format)
    dirty = sized(rows, file_format, is_dirty=True)
    return Case(
        (
            Contender(FLOOR, clean),
            Contender(OURS, clean),
            Contender(WITHOUT_SEARCH, clean, searches_duplicates=False),
            Contender(FLOOR, dirty),
            Contender(OURS, dirty),
            start_up(),
        )
    )


def against_polars(*sets: Data) -> Case:
    """The same work in polars."""
    contenders = [Contender(name, data) for data in sets for name in (POLARS, OURS)]
    return Case((*contenders, start_up()), compares=True)


def against_pandas(*sets: Data) -> Case:
    """The same work in pandas, and in polars at the sizes that pandas can hold."""
    contenders = [Contender(name, data) for data in sets for name in (PANDAS, POLARS, OURS)]
    return Case((*contenders, start_up()), compares=True)


def growing(sizes: list[float]) -> Case:
    """The same stores and categories, ten times the rows, twice."""
    stores = sized(sizes[0], "parquet").stores
    contenders = [Contender(OURS, sized(rows, "parquet", stores=stores)) for rows in sizes]
    return Case((*contenders, start_up()))


def within_memory(data: Data) -> Case:
    """Half of the memory that DuckDB may use by default."""
    return Case((Contender(OURS, data), Contender(OURS, data, memory="2GB")))


def with_low_memory(data: Data) -> Case:
    """The setting for machines with little memory."""
    low = {"resources": {"memory": "low"}}
    return Case((Contender(OURS, data), Contender(f"{OURS}, resources.memory: low", data, low)))
