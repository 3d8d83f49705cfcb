"""Views arrange, charts draw, data asks, export writes: kept by reading imports and calls."""

import ast
import re
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"
WORDS = {"duckdb", "streamlit", "plotly", "app.charts", "app.data", "app.export", "app.views"}
FORBIDDEN = {
    "charts": {"duckdb", "streamlit", "app"},
    "data": {"plotly", "app.charts", "app.views", "app.words", "app.export"},
    "export": {"duckdb", "streamlit", "plotly", "sqlite3", "app.views"},
    "views": {"duckdb", "plotly", "sqlite3"},
    "words.py": WORDS | {"app"},
    "words_counts.py": WORDS,
    "words_runs.py": WORDS,
    "words_stores.py": WORDS,
    "feature_words.py": WORDS,
    "profile_words.py": WORDS,
    "upload_words.py": WORDS,
    "catalogue.py": {"duckdb", "streamlit", "plotly", "app"},
    "explorer.py": {"duckdb", "streamlit", "plotly", "app.views", "app.charts"},
    "jobs.py": {"duckdb", "streamlit", "plotly", "app"},
    "project.py": {"duckdb", "streamlit", "plotly", "app"},
    "links.py": {"duckdb", "plotly", "app.charts", "app.data", "app.export", "app.views"},
    "server.py": {"duckdb", "plotly"},
    "main.py": {"duckdb", "plotly"},
    "streamlit_app.py": {"duckdb", "plotly"},
    "__init__.py": {"duckdb", "streamlit", "plotly", "app"},
}
SQL = re.compile(
    r"\b(select|insert|update|delete|copy|attach|create)\b.*\b(from|into|set|to|table)\b",
    re.IGNORECASE | re.DOTALL,
)


def modules(part):
    """The parsed modules of one part of the app, by path."""
    place = APP / part
    paths = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    assert paths, part
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imported(tree):
    """The full names a module imports from outside its own package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def name_of(call):
    """The last part of the name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def test_every_file_is_of_a_layer():
    files = {path.relative_to(APP).parts[0] for path in APP.rglob("*.py")}
    assert files == set(FORBIDDEN)


@pytest.mark.parametrize("part", FORBIDDEN)
def test_no_layer_imports_what_it_must_not_know(part):
    for path, tree in modules(part).items():
        for name in imported(tree):
            wrong = {f for f in FORBIDDEN[part] if name == f or name.startswith(f + ".")}
            assert not wrong, f"{path.relative_to(APP)} imports {name}"


@pytest.mark.parametrize("part", [part for part in FORBIDDEN if part != "data"])
def test_only_data_holds_sql_and_caching(part):
    for path, tree in modules(part).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not SQL.search(node.value), f"{path.name}: {node.value}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"cache_data", "cache_resource"}, path.name


def test_views_do_no_arithmetic():
    for path, tree in modules("views").items():
        sums = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
        # `|` stands between types
        assert not [n for n in sums if not isinstance(n.op, ast.BitOr)], path.name


def test_every_query_is_written_out_and_bound():
    queries = 0
    for path, tree in modules("data").items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            assert name_of(call) != "fetchone", path.name
            if name_of(call) in {"query", "read"}:
                queries += 1
                assert isinstance(call.args[1], ast.Constant), f"{path.name}:{call.lineno}"
    assert queries


def test_pages_are_shown_with_the_common_helpers():
    # what a page shows by itself cannot be taken away, and its picture has no name
    for path, tree in modules("views").items():
        if path.name != "show.py":
            calls = {name_of(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
            assert not calls & {"plotly_chart", "dataframe", "table", "download_button"}, path.name


def test_no_markup_of_our_own_reaches_a_page():
    for path, tree in modules("views").items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            assert not [k for k in call.keywords if k.arg == "unsafe_allow_html"], path.name
            assert name_of(call) not in {"html", "write"}, path.name


def test_only_the_command_of_an_export_asks_and_writes_what_the_others_make():
    for path, tree in modules("export").items():
        asks = [name for name in imported(tree) if name.startswith("app.data")]
        assert not asks or path.name == "__main__.py", path.name


CHILD = {"child.py", "child_file.py", "child_query.py", "sandbox.py", "locked.py"}


def test_what_runs_in_a_process_of_its_own_is_small():
    # it starts for every file and query, and its memory is limited
    for path, tree in modules("data").items():
        if path.name in CHILD:
            known = {name.split(".")[1] for name in imported(tree) if name.startswith("app.")}
            assert known <= {"data"}, path.name
            own = {name for name in imported(tree) if name.startswith("app.data.")}
            own = {name.removeprefix("app.data.").split(".")[0] for name in own}
            assert own <= {"sandbox", "locked"}, path.name
            assert not {"streamlit", "pandas"} & set(imported(tree)), path.name


def test_only_the_process_of_its_own_reads_files_of_visitors():
    for path, tree in modules("data").items():
        if path.name != "child_file.py":
            assert not {"polars", "fastexcel"} & set(imported(tree)), path.name
    for part in FORBIDDEN:
        for path, tree in modules(part).items():
            assert not {"pickle", "pygwalker"} & set(imported(tree)), path.name


def test_no_folder_called_pages_takes_the_start_file_out_of_the_way():
    assert not (APP / "pages").exists()
