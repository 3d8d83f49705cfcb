"""The pages of the dashboard, in the order in which they are offered."""

from pathlib import Path
from typing import NamedTuple

VIEWS = Path(__file__).resolve().parent / "views"


class Page(NamedTuple):
    """One page of the dashboard."""

    section: str
    name: str
    """The name of its file, without `.py`, and what its address ends with."""
    title: str
    sentence: str
    """What one sees there, for somebody who opens it for the first time."""
    filters: tuple[str, ...] = ("category",)
    """Which filters it obeys: some of `app.views.filters.FILTERS`."""

    @property
    def path(self) -> Path:
        """Where its script lies."""
        return VIEWS / f"{self.name}.py"


PAGES = (
    Page(
        "Decide",
        "overview",
        "Overview",
        "The clusters of a category, their stores and sales, and what is left out.",
    ),
    Page(
        "Decide",
        "distribution",
        "Clusters",
        "How the stores and their sales divide over the clusters, and where they stand.",
        ("category", "stage", "clusters"),
    ),
    Page(
        "Decide",
        "cluster_profile",
        "Cluster profile",
        "One cluster at a time: what sets it apart, its rules, its stores and its sales.",
    ),
    Page(
        "Decide",
        "store_lookup",
        "Store lookup",
        "One store at a time: its clusters, how sure they are, and the stores most like it.",
    ),
    Page(
        "Decide",
        "comparison",
        "Comparison",
        "What merging and dissolving small clusters changed, and what the last run changed.",
    ),
    Page(
        "Validate",
        "cluster_count",
        "Choice of k",
        "Why there are k clusters and not more or fewer, and what another number would give.",
        ("category", "dataset"),
    ),
    Page(
        "Validate",
        "features",
        "Features",
        "The stores by features of your choice, coloured by their clusters.",
        ("category", "stage", "clusters"),
    ),
    Page(
        "Validate",
        "feature_distributions",
        "Feature distributions",
        "How a feature is spread within every cluster and over all stores.",
        ("category", "stage", "clusters"),
    ),
    Page(
        "Validate",
        "projections",
        "Projections",
        "All features of the stores drawn together on two or three axes.",
        ("category", "stage", "clusters"),
    ),
    Page(
        "Validate",
        "runs_and_quality",
        "Runs and data quality",
        "What every run did, what was read and refused, and which stores have no cluster.",
        ("run",),
    ),
    Page(
        "Explore",
        "explorer",
        "Visual explorer",
        "Drag fields of any table onto the axes to draw charts of your own.",
        (),
    ),
    Page(
        "Explore",
        "data_tables",
        "Data",
        "The published tables and files of your own, to look at and to take away.",
        (),
    ),
)
"""The first one is where the dashboard opens."""


def at(address: str, pages: tuple[Page, ...] = PAGES) -> Page:
    """Return the page at an address; the first one has none.

    Examples
    --------
    >>> at("").name
    'overview'
    """
    return next((page for page in pages if page.name == address), pages[0])


def by_section(pages: tuple[Page, ...] = PAGES) -> dict[str, list[Page]]:
    """Return the pages of each section, in their order.

    Examples
    --------
    >>> [page.title for page in by_section()["Decide"]][0]
    'Overview'
    """
    sections: dict[str, list[Page]] = {}
    for page in pages:
        sections.setdefault(page.section, []).append(page)
    return sections
