"""Write what is published to a folder of files: `make export`."""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import words
from app.data import clusters, plans, published
from app.data.published import Version
from app.export.contents import Page, contents_page
from app.export.profile import profile_page
from app.export.sheets import Comments, Tables, cluster_names
from app.export.tables import write_csv, write_parquet
from app.export.text import file_names
from app.export.workbook import planner_workbook


def export(out: Path) -> Path:
    """Write workbooks, tables and pages of the published run; return their folder.

    The folder is called by the day and the id of the run. It is made beside its place and put
    there as a whole, so that there is never half of one; one of the same run is replaced.
    """
    version = published.version()
    run = plans.run(version)
    folder = out / f"{run['started_at']:%Y-%m-%d}-{run['run_id'][:8]}"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".unfinished-") as unfinished:
        made = Path(unfinished) / folder.name
        made.mkdir()
        _write_categories(version, run, made)
        _write_tables(version, made / "tables")
        if folder.exists():
            folder.rename(Path(unfinished) / "replaced")
        made.rename(folder)
    return folder


def _write_categories(version: Version, run: Mapping[str, Any], folder: Path) -> None:
    """Write the workbook and the pages of each category, and the page that leads to them."""
    comments = plans.comments(version)
    names = file_names(clusters.categories(version), otherwise="category")
    (folder / "workbooks").mkdir()
    pages = []
    for category, file_name in names.items():
        tables = plans.tables(version, category)
        _write_workbook(folder / f"workbooks/{file_name}.xlsx", category, tables, run, comments)
        pages += _write_pages(folder, f"profiles/{file_name}", category, tables, run)
    workbooks = {category: f"workbooks/{name}.xlsx" for category, name in names.items()}
    _write_text(folder / "index.html", contents_page(run, pages, workbooks))


def _write_workbook(
    path: Path, category: str, tables: Tables, run: Mapping[str, Any], comments: Comments
) -> None:
    path.write_bytes(planner_workbook(category, tables, run, comments))


def _write_pages(
    folder: Path, below: str, category: str, tables: Tables, run: Mapping[str, Any]
) -> list[Page]:
    """Write a page per cluster of a category; return the list of them."""
    (folder / below).mkdir(parents=True)
    found = tables["clusters"].set_index("final_cluster_id")
    pages = []
    for cluster_id, called in cluster_names(tables["clusters"]).items():
        path = f"{below}/cluster-{cluster_id}.html"
        page = profile_page(category, cluster_id, tables, run, contents="../../index.html")
        _write_text(folder / path, page)
        stores, share = found.loc[cluster_id, ["store_count", "sales_share"]]
        said = (words.count(stores), words.percent(share))
        pages.append(Page(category, f"{cluster_id} · {called}", *said, path))
    return pages


def _write_tables(version: Version, folder: Path) -> None:
    """Write every published table twice."""
    folder.mkdir()
    for table in sorted(published.columns(version)):
        for write, ending in ((write_csv, "csv"), (write_parquet, "parquet")):
            with plans.batches(version, table) as rows:
                write(rows, folder / f"{table}.{ending}")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Export to the folder of the command line; say where, or why not."""
    parser = argparse.ArgumentParser(prog="python -m app.export", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("exports"), help="where the folder goes")
    given = parser.parse_args()
    try:
        folder = export(given.out)
    except published.UnavailableError as error:
        sys.exit(str(error))
    except published.RepublishedError:
        sys.exit("Another run was published meanwhile: nothing was exported. Export again.")
    except OSError as error:
        sys.exit(f"Cannot write to {given.out}: {error}")
    print(f"Exported to {folder}: open {folder / 'index.html'}")


if __name__ == "__main__":
    main()
