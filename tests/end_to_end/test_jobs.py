"""Each job runs by itself on an empty warehouse, once the jobs that it needs have run.

In the environment dev as people run them, and in prod, with the settings of dev, in another order.
"""

import json
import re
import shutil

import duckdb
import pandas as pd
import pytest
import yaml
from conftest import ROOT, SPARE, Chain

from python_ml.jobs import jobs_of, jobs_that_build

pytestmark = pytest.mark.end_to_end

SELECTORS = yaml.safe_load((ROOT / "selectors.yml").read_text())
JOBS = [selector["name"] for selector in SELECTORS["selectors"]]
DEV = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["environments"]["dev"]
TARGET = "target/dev-quick"
# differ from run to run
OF_A_RUN = r"run_id|row_id|valid_from|updated_at|published_at|started_at"


@pytest.fixture(scope="module")
def empty(new_chain) -> Chain:
    """A small chain without any database file."""
    made = new_chain("jobs")
    (made.path / "quick.yml").write_text(yaml.safe_dump(SPARE))
    made.run("python", "-m", "python_ml.sample_data", "--out", "data",
             "--stores", "120", "--weeks", "8")  # fmt: skip
    return made


def make(chain: Chain, job: str, check: bool = True) -> str:
    """Run a job in the environment dev, as people do."""
    return chain.run("make", f"run-{job}", "ENV=dev", "SETTINGS=quick.yml", check=check)


def dbt(chain: Chain, *command: str, check: bool = True) -> str:
    """Run dbt in the environment prod, with the settings of dev."""
    return chain.dbt(*command, "--target", "prod", "--vars", json.dumps(SPARE | DEV), check=check)


def build(chain: Chain, job: str, check: bool = True) -> str:
    """Run a job in the environment prod."""
    return dbt(
        chain, "build", "--selector", job, "--exclude-resource-type", "unit_test", check=check
    )


def start_again(chain: Chain) -> None:
    """Remove all database files."""
    shutil.rmtree(chain.path / "warehouse", ignore_errors=True)


def files(chain: Chain) -> list[str]:
    """The database files of the chain."""
    folder = chain.path / "warehouse"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.duckdb"))


def tables(chain: Chain, target: str) -> dict[str, pd.DataFrame]:
    """The tables of a working file, without what differs from run to run."""
    path = chain.path / f"warehouse/work/{target}.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name <> 'history' order by all"
        ).fetchall()
        return {
            name: connection.execute(
                f"select columns(c -> not regexp_matches(c, '{OF_A_RUN}')) from {name} order by all"
            ).df()
            for (name,) in names
            if name not in ("marts.runs", "marts.run_steps")
        }


def assert_same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """Compare tables, and name the one that differs."""
    assert found
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, expected[name], obj=name)


def nodes(chain: Chain) -> dict[str, dict]:
    """The tables of the manifest: the jobs that build each, and what each reads."""
    manifest = json.loads((chain.path / TARGET / "manifest.json").read_text())
    return {
        id: node | {"jobs": jobs_of(node["original_file_path"], SELECTORS)}
        for id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }


def built(chain: Chain) -> set[str]:
    """The tables that the last command built."""
    results = json.loads((chain.path / TARGET / "run_results.json").read_text())["results"]
    ids = {result["unique_id"] for result in results}
    return {id for id in ids if id.startswith(("model.", "seed.", "snapshot."))}


@pytest.fixture(scope="module")
def in_readme_order(empty) -> dict[str, pd.DataFrame]:
    """The tables after the jobs in the order of the README; each builds its own and no others."""
    start_again(empty)
    for job in JOBS[:-1]:
        said = make(empty, job)
        assert "ERROR=0 SKIP=0" in said
        assert "Not published: this was a part of the pipeline" in said
        assert built(empty) == {id for id, node in nodes(empty).items() if job in node["jobs"]}
    assert "both_sides_have_every_store" in said
    assert files(empty) == ["work/dev.duckdb"]
    return tables(empty, "dev")


@pytest.fixture(scope="module")
def full(empty) -> Chain:
    """The chain after a full build on an empty warehouse."""
    start_again(empty)
    empty.said = build(empty, "full")
    return empty


def test_a_job_without_its_inputs_names_the_jobs_to_run_first(empty):
    start_again(empty)
    for side in ("internal", "external"):
        said = build(empty, f"{side}-ml", check=False)
        assert (
            f"The job {side}-ml needs tables of {side}-preprocessing that are not in "
            f"warehouse/work/prod.duckdb: run make run-{side}-preprocessing "
            f'SETTINGS=my_chain.yml first (or dbt build --vars "$(cat my_chain.yml)" '
            f"--selector {side}-preprocessing)"
        ) in said
    said = make(empty, "merging", check=False)
    assert (
        "The job merging needs tables of internal-preprocessing, external-preprocessing, "
        "internal-ml and external-ml that are not in warehouse/work/dev.duckdb: run make "
        "run-internal-preprocessing run-external-preprocessing run-internal-ml run-external-ml "
        "ENV=dev SETTINGS=my_chain.yml first"
    ) in said
    for other in ("Traceback", "SKIP", "refused", "Catalog Error"):
        assert other not in said


def test_what_is_selected_by_name_names_the_job_too(empty):
    start_again(empty)
    said = dbt(empty, "build", "--select", "models/features/external", check=False)
    assert "The selection needs tables of external-preprocessing that are not in" in said
    said = dbt(empty, "test", "--select", "reasons", check=False)
    assert "The selection needs tables of the seeds that are not in" in said


def test_the_readme_says_what_each_job_needs(empty, in_readme_order):
    rows = re.findall(
        r"^\| `make run-([\w-]+)` \| (.+?) \|", (ROOT / "README.md").read_text(), re.M
    )
    said = {job: re.findall(r"`([\w-]+)`", needs) for job, needs in rows}
    assert list(said) == JOBS
    found = nodes(empty)
    for job, direct in said.items():
        parents = {
            parent
            for node in found.values()
            if job in node["jobs"]
            for parent in node["depends_on"].get("nodes", [])
            if parent in found and job not in found[parent]["jobs"]
        }
        needed = jobs_that_build([found[p]["original_file_path"] for p in parents], SELECTORS)
        assert set(needed) == {*direct, *(need for first in direct for need in said[first])}, job


def test_another_order_builds_the_same_tables(empty, in_readme_order):
    start_again(empty)
    build(empty, "external-preprocessing")
    build(empty, "external-ml")
    said = build(empty, "merging", check=False)
    assert "needs tables of internal-preprocessing and internal-ml that are not in" in said
    build(empty, "internal-preprocessing")
    build(empty, "internal-ml")
    # what merging reads is the same, so that its tables are
    assert_same(tables(empty, "prod"), in_readme_order)


def test_the_full_job_builds_the_same_tables_and_publishes(full, in_readme_order):
    assert "Published warehouse/prod.duckdb" in full.said
    assert files(full) == ["prod.duckdb", "work/prod.duckdb"]
    found = tables(full, "prod")
    assert found.keys() == in_readme_order.keys()
    assert_same(found, in_readme_order)


def test_sides_with_different_stores_are_found(full):
    stores = full.path / "data/stores.csv"
    [header, first, *_] = stores.read_text().splitlines()
    assert header.startswith("store_id,")
    with stores.open("a") as file:
        file.write(",".join(["a new store", *first.split(",")[1:]]) + "\n")
    selection = ["stg_stores", "pre_stores", "both_sides_have_every_store"]
    said = dbt(full, "build", "--select", *selection, check=False)
    assert "Got 2 results" in said
    assert "Only a part of the pipeline ran" in said


@pytest.mark.parametrize("without", [[], ["--exclude-resource-type", "unit_test"]])
def test_rejected_rows_do_not_explain_a_column_that_is_missing(full, without):
    """As in a working file that an older version of the project left."""
    path = full.path / "warehouse/work/prod.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table preprocessing.pre_stores drop column if exists is_in_feeds")
    said = dbt(full, "build", "--select", "stg_stores", "stores", *without, check=False)
    assert "Not published, failed: stores" in said
    assert "make run-full builds everything" in said
    assert "refused in" not in said


@pytest.mark.long
def test_external_features_by_category_need_the_categories_of_the_sales(empty):
    start_again(empty)
    settings = json.dumps({"external": {"per_category": True}})
    command = ["dbt", "build", "--selector", "external-preprocessing", "--vars", settings]
    said = empty.run(*command, check=False)
    assert "The job external-preprocessing needs tables of internal-preprocessing that" in said
