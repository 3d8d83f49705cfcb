"""The page that leads to all others."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.export.markup import document, link, name, table
from app.export.text import escaped


class Page(NamedTuple):
    """A cluster, its stores and share of sales in words, where its page lies seen from the list."""

    category: str
    cluster: str
    stores: str
    sales_share: str
    path: str


def contents_page(
    run: Mapping[str, Any], pages: Sequence[Page], workbooks: Mapping[str, str]
) -> str:
    """Return the list of all clusters by category, with their pages and workbooks.

    Parameters
    ----------
    workbooks
        Where the workbook of each category lies, seen from the list.
    """
    parts = [
        "<h1>Store clusters</h1>",
        f'<p class="quiet">Run {escaped(run["run_id"])} · {escaped(run["target"])} · '
        f"{run['started_at']:%d %b %Y, %H:%M} UTC. The tables as CSV and Parquet are in the folder "
        "tables.</p>",
    ]
    columns = [("Cluster", "", 64), ("Stores", "number", 16), ("Share of sales", "number", 20)]
    for category, workbook in workbooks.items():
        rows = [
            (link(page.path, page.cluster), page.stores, page.sales_share)
            for page in pages
            if page.category == category
        ]
        said = table(columns, rows) if rows else '<p class="quiet">No cluster was found.</p>'
        parts.append(f"<h2>{name(category)}</h2><p>{link(workbook, 'Workbook')}</p>\n{said}")
    return document("Store clusters", "\n".join(parts))
