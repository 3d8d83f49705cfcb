"""The one place for what a page is about: category, labels, dataset, clusters, run.

The start script shows the filters that a page obeys, before it runs the page; that is
why what was chosen stays when another page is opened. It stands in the address as
well, so that a link opens the same view. The page begins with `scope()`.
"""

from dataclasses import dataclass

import streamlit as st

from app import words
from app.data import clusters, published, runs

_SCOPE = "scope of the page"

FILTERS = ("category", "stage", "dataset", "clusters", "run")


@dataclass(frozen=True)
class Scope:
    """What a page shows: a version of the published file, and what was chosen of it."""

    version: published.Version
    category: str
    """Empty where nothing was clustered and the page does not need one."""
    stage: str = "final"
    """`final`, `merged`, `internal` or `external`: whose labels, whose colours."""
    dataset: str = "internal"
    clusters: tuple[str, ...] = ()
    """The chosen clusters of the stage, as text; none means all."""
    run_id: str | None = None

    @property
    def label(self) -> str:
        """What the names of downloaded files begin with."""
        return f"{self.category} {self.stage}"


def scope() -> Scope:
    """Return what the page that runs now is about."""
    return st.session_state[_SCOPE]


def choose(version: published.Version, wanted: tuple[str, ...]) -> Scope | None:
    """Show the filters that a page obeys; remember what was chosen for `scope()`.

    Parameters
    ----------
    wanted
        Some of `FILTERS`. Of the others the category is kept, the rest has its defaults.

    Returns
    -------
    Scope or None
        None where a page needs a category and there is none.
    """
    unknown = set(wanted).difference(FILTERS)
    if unknown:
        raise ValueError(f"no such filter: {', '.join(sorted(unknown))}; there are {FILTERS}")
    categories = clusters.categories(version)
    if "category" in wanted and not categories:
        return None
    chosen = _choose(version, categories, wanted)
    st.session_state[_SCOPE] = chosen
    return chosen


def _choose(version: published.Version, categories: list[str], wanted: tuple[str, ...]) -> Scope:
    """Show the wanted filters in one row that stays in sight."""
    kept = st.session_state.get("category")
    chosen = {"category": kept if kept in categories else next(iter(categories), "")}
    if not wanted:
        return Scope(version, **chosen)
    with st.container(key="filters", horizontal=True, vertical_alignment="top", gap="medium"):
        if "category" in wanted:
            chosen["category"] = _category(categories)
        if "stage" in wanted:
            chosen["stage"] = _stage()
        if "dataset" in wanted:
            chosen["dataset"] = _dataset()
        if "run" in wanted:
            chosen["run_id"] = _run(version)
        if "clusters" in wanted:
            stage = chosen.get("stage", "final")
            chosen["clusters"] = _clusters(version, chosen["category"], stage)
    return Scope(version, **chosen)


def _category(categories: list[str]) -> str:
    """Ask for the category."""
    return st.selectbox(
        "Category",
        categories,
        key="category",
        bind="query-params",
        persist_state="session",
        on_change=_forget_clusters,
        width=260,
    )


def _stage() -> str:
    """Ask whose labels to show."""
    return st.segmented_control(
        "Labels",
        list(words.STAGES),
        format_func=words.STAGES.get,
        default="final",
        required=True,
        key="stage",
        bind="query-params",
        persist_state="session",
        on_change=_forget_clusters,
        help=words.STAGES_HELP,
    )


def _dataset() -> str:
    """Ask which side the features are of."""
    return st.segmented_control(
        "Features",
        list(words.DATASETS),
        format_func=words.SIDES.get,
        default="internal",
        required=True,
        key="dataset",
        bind="query-params",
        persist_state="session",
        help="Internal: what the stores sell. External: where the stores stand.",
    )


def _run(version: published.Version) -> str | None:
    """Ask for one of the recorded runs."""
    recorded = {run["run_id"]: run for run in runs.history(version).to_dict("records")}
    return st.selectbox(
        "Run",
        list(recorded),
        format_func=lambda run_id: words.run_name(recorded[run_id]),
        key="run",
        bind="query-params",
        persist_state="session",
        width=340,
    )


def _clusters(version: published.Version, category: str, stage: str) -> tuple[str, ...]:
    """Ask for some of the clusters of a stage.

    The address holds their ids and not their titles, which may differ after the next
    run; that is why it is kept here and not by Streamlit.
    """
    there = clusters.at_stage(version, category, stage)
    titles = dict(zip(there["cluster"], there["title"], strict=True))
    if "clusters" not in st.session_state:
        st.session_state["clusters"] = st.query_params.get("clusters", "").split(",")
    st.session_state["clusters"] = [c for c in st.session_state["clusters"] if c in titles]
    chosen = st.multiselect(
        "Clusters",
        list(titles),
        format_func=titles.get,
        placeholder="All clusters",
        key="clusters",
        persist_state="session",
    )
    if chosen:
        st.query_params["clusters"] = ",".join(chosen)
    else:
        st.query_params.pop("clusters", None)
    return tuple(chosen)


def _forget_clusters() -> None:
    """Choose no cluster: those of another category or stage are others."""
    st.session_state["clusters"] = []
