"""The conventions of CONTRIBUTING.md, as queries for violations."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from python_ml.jobs import jobs_of

ROOT = Path(__file__).parents[1]
SQL_MODELS = sorted((ROOT / "models").rglob("*.sql"))
PYTHON_MODELS = sorted((ROOT / "models").rglob("*.py"))
MODELS = SQL_MODELS + PYTHON_MODELS
LAYERS = ["staging", "preprocessing", "features", "ml", "merging", "marts"]
PREFIXES = dict(zip(LAYERS, ["stg_", "pre_", "feat_", "ml_", "mrg_", ""], strict=True))
MAY_READ = {
    "staging": set(),
    # pre_stores needs the ids of all sources, which is why staging is enough here
    "preprocessing": {"staging", "preprocessing"},
    "features": {"staging", "preprocessing", "features"},
    "ml": {"staging", "features", "ml"},
    "merging": {"staging", "preprocessing", "features", "ml", "merging"},
    "marts": set(LAYERS),
}
SELECTORS = yaml.safe_load((ROOT / "selectors.yml").read_text())
PROJECT = yaml.safe_load((ROOT / "dbt_project.yml").read_text())


def layer(model: Path) -> str:
    return model.relative_to(ROOT / "models").parts[0]


def described(model: Path) -> dict:
    return yaml.safe_load(model.with_suffix(".yml").read_text())["models"][0]


def leaves(tree: dict, prefix: str = "") -> list[str]:
    """Paths of the settings; what users name themselves (feeds, columns) is not one."""
    paths = []
    for key, value in tree.items():
        path = f"{prefix}{key}"
        paths += leaves(value, f"{path}.") if isinstance(value, dict) and value else [path]
    return paths


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.stem)
def test_a_model_is_named_after_its_layer(model):
    prefix = PREFIXES[layer(model)]
    assert model.stem.startswith(prefix)
    if not prefix:
        assert not model.stem.startswith(tuple(filter(None, PREFIXES.values())))


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.stem)
def test_a_model_says_its_grain_and_describes_its_columns(model):
    said = described(model)
    assert said["name"] == model.stem
    assert "One row per" in said["description"]
    # a view over the files is read where it is summed up; a test would read them once more
    if "materialized='view'" not in model.read_text():
        assert any("unique_together" in test for test in said["data_tests"])
    assert all(column["description"] for column in said["columns"])


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.stem)
def test_a_model_reads_only_layers_below_it(model):
    where = {m.stem: layer(m) for m in MODELS}
    read = re.findall(r"ref\(['\"](\w+)['\"]\)", model.read_text())
    assert {where[name] for name in read} <= MAY_READ[layer(model)]


@pytest.mark.parametrize("model", SQL_MODELS, ids=lambda m: m.stem)
def test_only_staging_reads_files(model):
    assert "read_source(" not in model.read_text() or layer(model) == "staging"


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.stem)
def test_only_clusters_depend_on_what_was_published_before(model):
    reads_history = re.search(r"source\(['\"]history['\"]", model.read_text())
    assert not reads_history or layer(model) in ("ml", "merging")


@pytest.mark.parametrize("model", SQL_MODELS, ids=lambda path: path.stem)
def test_nothing_is_summed_in_a_window_over_all_rows(model):
    """DuckDB 1.5.5 now and then stops there if it has several threads; numbering is safe."""
    windows = re.findall(r"(\w+)\([^()]*\)\s+over\s*\(\s*\)", model.read_text())
    assert set(windows) <= {"row_number"}, "count or sum in a CTE of its own and cross join it"


def test_every_model_is_built_by_a_job_before_full():
    paths = [model.relative_to(ROOT).as_posix() for model in MODELS]
    assert [path for path in paths if jobs_of(path, SELECTORS) == ["full"]] == []


def test_what_is_recalled_has_the_types_of_the_marts():
    [history] = yaml.safe_load((ROOT / "models/history.yml").read_text())["sources"]
    for table in history["tables"]:
        mart = described(ROOT / f"models/marts/{table['name']}.sql")
        types = {column["name"]: column["data_type"] for column in mart["columns"]}
        for column in table["columns"]:
            assert types.get(column["name"]) == column["data_type"], (table["name"], column)


@pytest.mark.parametrize("model", PYTHON_MODELS, ids=lambda m: m.stem)
def test_a_dbt_python_model_is_a_door(model):
    functions = [n for n in ast.parse(model.read_text()).body if isinstance(n, ast.FunctionDef)]
    assert [function.name for function in functions] == ["model"]
    statements = [n for n in functions[0].body if not isinstance(n, ast.Expr)]
    assert [type(n) for n in statements] == [ast.Return]


@pytest.mark.parametrize("module", sorted((ROOT / "python_ml").rglob("*.py")), ids=lambda m: m.stem)
def test_python_ml_is_pure(module):
    imported = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    if module.stem not in ("dbt_plugin", "export", "source_plans"):
        assert not imported & {"dbt", "duckdb", "streamlit", "app"}
    # joblib also keeps things in files, as pickles: here it only spreads work over processes
    if module.stem != "categories":
        assert "joblib" not in imported
    assert not imported & {"pickle", "streamlit"}


@pytest.mark.parametrize("path", leaves({k: v for k, v in PROJECT["vars"]["defaults"].items()
                                         if k != "sources"}))  # fmt: skip
def test_every_setting_is_explained(path):
    section, _, name = path.partition(".")
    title = "internal and external" if section in ("internal", "external") else section
    text = (ROOT / "docs/settings.md").read_text()
    chapter = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    names = re.findall(r"`([\w.]+)`", "".join(re.findall(r"^\| (.*?) \|", chapter, re.MULTILINE)))
    assert name in names


@pytest.mark.parametrize("path", leaves({k: v for k, v in PROJECT["vars"]["defaults"].items()
                                         if k != "sources"}))  # fmt: skip
def test_every_setting_is_used(path):
    files = [*ROOT.glob("macros/**/*.sql"), *MODELS, *ROOT.glob("tests/data/*.sql")]
    files += [file for file in ROOT.rglob("python_ml/**/*.py") if "settings" not in file.stem]
    text = "\n".join(file.read_text() for file in files)
    key = path.rpartition(".")[2]
    assert re.search(rf"\.{key}\b|\"{key}\"", text)


def test_every_reason_is_in_the_seed():
    known = {
        line.split(",")[0] for line in (ROOT / "seeds/reasons.csv").read_text().splitlines()[1:]
    }
    files = {file.stem: file for file in [*SQL_MODELS, *ROOT.glob("macros/sources/*.sql")]}
    for name in (
        "type_sales", "sales_refusal", "source_rows", "stg_products", "stg_stores", "stg_feed_rows",
        "stg_overrides", "pre_category_stores", "pre_store_statuses", "feed_gaps",
    ):  # fmt: skip
        text = files[name].read_text()
        given = set(re.findall(r"\bthen\s+'([^']+)'", text))
        assert given, name
        assert given <= known, name


def test_every_macro_has_a_file_of_its_own_and_says_what_it_does():
    for file in (ROOT / "macros").rglob("*.sql"):
        if "tests" in file.parts:
            continue
        text = file.read_text()
        assert re.findall(r"{%-? macro (\w+)", text) == [file.stem], file
        assert text.startswith("{#-"), file


def test_names_of_test_files_are_unique():
    # pytest imports them by their bare names
    names = sorted(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert names == sorted(set(names))


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda p: p.stem)
def test_the_lock_has_hashes_and_names_no_host(lock):
    text = lock.read_text()
    assert "://" not in text
    packages = re.findall(r"^[\w.-]+==", text, re.MULTILINE)
    assert packages
    assert len(re.findall(r"^[\w.-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(
        packages
    )
