"""The conventions of CONTRIBUTING.md, as queries for violations."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import yaml
from used_settings import called_in, reached, used_in_python, used_in_sql

from python_ml.jobs import jobs_of

ROOT = Path(__file__).parents[1]
SQL_MODELS = sorted((ROOT / "models").rglob("*.sql"))
PYTHON_MODELS = sorted((ROOT / "models").rglob("*.py"))
MODELS = SQL_MODELS + PYTHON_MODELS
MACROS = {
    file.stem: file
    for file in sorted((ROOT / "macros").rglob("*.sql"))
    if "tests" not in file.relative_to(ROOT).parts
}
MODULES = sorted((ROOT / "python_ml").rglob("*.py"))
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
# The view stg_sales keeps no rows, so these read the files again: only where the sums of
# pre_sales_texts show a fault or a row that may be a copy.
READ_SALES_AGAIN = {
    "pre_repeated_keys": "finds the keys that more than one row has",
    "pre_faulty_sales": "finds the rows that have a fault or are copies",
    "pre_refused_sales": "finds the line and the text of each refused row",
}
OPENS_FILES = re.compile(
    r"\b(?:(?:read|scan)_\w+|excel_rows|source_lines|glob|open)\(|\bfrom\s+'[^'\n]*\.\w+'"
)
SELECTORS = yaml.safe_load((ROOT / "selectors.yml").read_text())
PROJECT = yaml.safe_load((ROOT / "dbt_project.yml").read_text())


@cache
def text_of(file: Path) -> str:
    return file.read_text()


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(text_of(file))


@cache
def described(model: Path) -> dict:
    # the parser in C reads the 184 files in a second
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text_of(model.with_suffix(".yml")), Loader=loader)["models"][0]


@cache
def with_macros(model: Path) -> str:
    """The text of a model and of all macros that it calls, and those call."""
    calls = {
        file: {MACROS[name] for name in called(file) & set(MACROS)} for file in MACROS.values()
    }
    own = {MACROS[name] for name in called(model) & set(MACROS)}
    return "\n".join(text_of(file) for file in sorted(reached(model, calls | {model: own})))


@cache
def called(file: Path) -> set[str]:
    return called_in(text_of(file))


def layer(model: Path) -> str:
    return model.relative_to(ROOT / "models").parts[0]


def leaves(tree: dict, prefix: str = "") -> list[str]:
    """Paths of the settings; what users name themselves (feeds, columns) is not one."""
    paths = []
    for key, value in tree.items():
        path = f"{prefix}{key}"
        paths += leaves(value, f"{path}.") if isinstance(value, dict) and value else [path]
    return paths


SETTINGS = leaves({k: v for k, v in PROJECT["vars"]["defaults"].items() if k != "sources"})


def test_a_model_is_named_after_its_layer():
    others = tuple(filter(None, PREFIXES.values()))
    wrong = [
        model.stem
        for model in MODELS
        if not model.stem.startswith(PREFIXES[layer(model)])
        or (not PREFIXES[layer(model)] and model.stem.startswith(others))
    ]
    assert wrong == []


def test_a_model_says_its_grain_and_describes_its_columns():
    wrong = []
    for model in MODELS:
        said = described(model)
        if said["name"] != model.stem:
            wrong.append(f"{model.stem}: its file describes {said['name']}")
        if "One row per" not in said["description"]:
            wrong.append(f"{model.stem}: the description says no grain")
        wrong += [
            f"{model.stem}.{column['name']}: no description"
            for column in said["columns"]
            if not column["description"]
        ]
    assert wrong == []


def test_a_model_has_a_key():
    wrong = []
    for model in MODELS:
        keys = [test["keyed"]["arguments"] for test in described(model).get("data_tests", [])
                if "keyed" in test]  # fmt: skip
        # a view over the files is read where it is summed up; a test would read them once more
        if not keys and "materialized='view'" not in text_of(model):
            wrong.append(f"{model.stem}: no key")
        for given in keys:
            if not set(given.get("nullable", [])) <= set(given["key"]):
                wrong.append(f"{model.stem}: only a column of the key is nullable")
            if set(given.get("filled", [])) & set(given["key"]):
                wrong.append(f"{model.stem}: a column of the key is filled anyway")
    assert wrong == []


def test_a_model_reads_only_layers_below_it():
    where = {model.stem: layer(model) for model in MODELS}
    wrong = [
        f"{model.stem} reads {name}"
        for model in MODELS
        for name in re.findall(r"ref\(['\"](\w+)['\"]\)", text_of(model))
        if where[name] not in MAY_READ[layer(model)]
    ]
    assert wrong == []


def test_only_staging_reads_files():
    readers = {model.stem for model in MODELS if OPENS_FILES.search(with_macros(model))}
    staging = {model.stem for model in MODELS if layer(model) == "staging"}
    assert readers - staging == set(READ_SALES_AGAIN)
    assert readers & staging


def test_only_clusters_depend_on_what_was_published_before():
    readers = [m for m in MODELS if re.search(r"source\(['\"]history['\"]", with_macros(m))]
    assert readers
    assert [model.stem for model in readers if layer(model) not in ("ml", "merging")] == []


def test_nothing_is_summed_in_a_window_over_all_rows():
    """DuckDB 1.5.5 now and then stops there if it has several threads; numbering is safe."""
    wrong = [
        f"{file.stem}: put the {name} into a CTE of its own and cross join it"
        for file in [*SQL_MODELS, *MACROS.values()]
        for name in re.findall(r"(\w+)\([^()]*\)\s+over\s*\(\s*\)", text_of(file))
        if name != "row_number"
    ]
    assert wrong == []


def test_every_model_is_built_by_a_job_before_full():
    paths = [model.relative_to(ROOT).as_posix() for model in MODELS]
    assert [path for path in paths if jobs_of(path, SELECTORS) == ["full"]] == []


def test_what_is_recalled_has_the_types_of_the_marts():
    [history] = yaml.safe_load((ROOT / "models/history.yml").read_text())["sources"]
    wrong = []
    for table in history["tables"]:
        mart = described(ROOT / f"models/marts/{table['name']}.sql")
        types = {column["name"]: column["data_type"] for column in mart["columns"]}
        wrong += [
            f"{table['name']}.{column['name']}"
            for column in table["columns"]
            if types.get(column["name"]) != column["data_type"]
        ]
    assert wrong == []


def test_a_dbt_python_model_is_a_door():
    wrong = []
    for model in PYTHON_MODELS:
        functions = [node for node in tree_of(model).body if isinstance(node, ast.FunctionDef)]
        statements = [
            type(statement)
            for function in functions
            for statement in function.body
            if not isinstance(statement, ast.Expr)
        ]
        if [one.name for one in functions] != ["model"] or statements != [ast.Return]:
            wrong.append(model.stem)
    assert wrong == []


def test_python_ml_is_pure():
    wrong = []
    for module in MODULES:
        imported = set()
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
        forbidden = {"pickle", "streamlit"}
        if module.stem not in ("dbt_plugin", "export", "expressions", "source_plans"):
            forbidden |= {"dbt", "duckdb", "app"}
        # joblib also keeps things in files, as pickles: here it only spreads work over processes
        if module.stem != "categories":
            forbidden |= {"joblib"}
        wrong += [f"{module.stem} imports {name}" for name in sorted(imported & forbidden)]
    assert wrong == []


def test_every_setting_is_explained():
    text = (ROOT / "docs/settings.md").read_text()
    wrong = []
    for path in SETTINGS:
        section, _, name = path.partition(".")
        title = "internal and external" if section in ("internal", "external") else section
        chapter = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
        cells = "".join(re.findall(r"^\| (.*?) \|", chapter, re.MULTILINE))
        if name not in re.findall(r"`([\w.]+)`", cells):
            wrong.append(path)
    assert wrong == []


def test_every_setting_is_used():
    files = [*MACROS.values(), *SQL_MODELS]
    used = used_in_sql(SETTINGS, {file: text_of(file) for file in files})
    modules = {
        ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): module
        for module in MODULES
        if "settings" not in module.stem
    }
    used |= used_in_python(
        [tree_of(model) for model in PYTHON_MODELS],
        {name: tree_of(module) for name, module in modules.items()},
    )
    assert [path for path in SETTINGS if path not in used] == []


def test_every_reason_is_in_the_seed():
    known = {
        line.split(",")[0] for line in (ROOT / "seeds/reasons.csv").read_text().splitlines()[1:]
    }
    files = {file.stem: file for file in SQL_MODELS} | MACROS
    wrong = []
    for name in (
        "type_sales", "sales_refusal", "source_rows", "stg_products", "stg_stores", "stg_feed_rows",
        "stg_overrides", "pre_category_stores", "pre_store_statuses", "feed_gaps",
    ):  # fmt: skip
        given = set(re.findall(r"\bthen\s+'([^']+)'", text_of(files[name])))
        wrong += [f"{name}: {reason}" for reason in sorted(given - known)]
        if not given:
            wrong.append(f"{name}: gives no reason")
    assert wrong == []


def test_every_macro_has_a_file_of_its_own_and_says_what_it_does():
    wrong = []
    for name, file in MACROS.items():
        if re.findall(r"{%-? macro (\w+)", text_of(file)) != [name]:
            wrong.append(f"{name}: the file has another macro")
        if not text_of(file).startswith("{#-"):
            wrong.append(f"{name}: does not say what it does")
    assert wrong == []


def test_names_of_test_files_are_unique():
    # pytest imports them by their bare names
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, files in names.items() if files > 1] == []


def test_the_locks_have_hashes_and_name_no_host():
    wrong = []
    for lock in sorted(ROOT.glob("requirements*.lock")):
        text = lock.read_text()
        packages = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
        hashed = re.findall(r"^([\w.-]+)==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)
        if "://" in text:
            wrong.append(f"{lock.name}: names a host")
        if not packages:
            wrong.append(f"{lock.name}: names no package")
        wrong += [f"{lock.name}: {name} has no hash" for name in packages if name not in hashed]
    assert wrong == []
