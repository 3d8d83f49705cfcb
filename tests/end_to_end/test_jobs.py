"""Each job runs by itself on an empty warehouse, once the jobs that it needs have run.

All of it in the environment dev, so that it shows that an environment writes its own files only.
"""

import json
import re
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from conftest import ROOT, SPARE, Chain

from python_ml.jobs import jobs_of, jobs_that_build

pytestmark = pytest.mark.end_to_end

SELECTORS = yaml.safe_load((ROOT / "selectors.yml").read_text())
JOBS = [selector["name"] for selector in SELECTORS["selectors"]]
WORKING = "warehouse/work/dev.duckdb"
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


def run_job(chain: Chain, job: str, check: bool = True) -> str:
    """Run a job as people do."""
    return chain.run("make", f"run-{job}", "ENV=dev", "SETTINGS=quick.yml", check=check)


def dbt(chain: Chain, *command: str, check: bool = True, **settings: dict) -> str:
    """Run dbt with the settings of the chain."""
    variables = json.dumps(SPARE | settings)
    return chain.run(
        "dbt", *command, "--target", "dev", "--vars", variables, check=check, DBT_TARGET_PATH=TARGET
    )  # fmt: skip


def run_alone(chain: Chain, job: str) -> str:
    """Run a job that builds its own tables and no others, and publishes nothing."""
    said = run_job(chain, job)
    assert "ERROR=0 SKIP=0" in said
    assert "Not published: this was a part of the pipeline" in said
    assert built(chain) == {id for id, node in nodes(chain).items() if job in node["jobs"]}
    assert files(chain) == ["work/dev.duckdb"]
    return said


def start_again(chain: Chain) -> None:
    """Remove all database files."""
    shutil.rmtree(chain.path / "warehouse", ignore_errors=True)


def files(chain: Chain) -> list[str]:
    """The database files of the chain."""
    folder = chain.path / "warehouse"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.duckdb*"))


def tables(path: Path) -> dict[str, pd.DataFrame]:
    """The tables of a database, without what differs from run to run."""
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
    """The tables after the jobs in the order of the README."""
    start_again(empty)
    said = [run_alone(empty, job) for job in JOBS if job != "full"]
    assert "both_sides_have_every_store" in said[JOBS.index("merging")]
    return tables(empty.path / WORKING)


@pytest.fixture(scope="module")
def full(empty, in_readme_order) -> Chain:
    """The chain after a full build on an empty warehouse."""
    start_again(empty)
    empty.said = run_job(empty, "full")
    return empty


@pytest.mark.parametrize(
    ("job", "firsts"),
    [
        ("internal-ml", ["internal-preprocessing"]),
        ("external-ml", ["external-preprocessing"]),
        ("merging", JOBS[:4]),
    ],
)
def test_a_job_without_its_inputs_names_the_jobs_to_run_first(empty, job, firsts):
    start_again(empty)
    said = run_job(empty, job, check=False)
    make = " ".join(f"run-{first}" for first in firsts)
    assert f"The job {job} needs tables of {firsts[0]}" in said
    assert f"not in {WORKING}: run make {make} ENV=dev SETTINGS=my_chain.yml first" in said
    assert f'dbt build --target dev --vars "$(cat my_chain.yml)" --selector {firsts[0]}' in said
    for other in ("Traceback", "SKIP", "refused", "Catalog Error"):
        assert other not in said


def test_what_is_selected_by_name_names_the_job_too(empty):
    start_again(empty)
    said = dbt(empty, "build", "--select", "models/features/external", check=False)
    assert "The selection needs tables of external-preprocessing that are not in" in said


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
    for job in ("external-preprocessing", "external-ml"):
        run_alone(empty, job)
    said = run_job(empty, "merging", check=False)
    assert "needs tables of internal-preprocessing and internal-ml that are not in" in said
    for job in ("internal-preprocessing", "internal-ml"):
        run_alone(empty, job)
    built_before_merging = tables(empty.path / WORKING)
    assert len(built_before_merging) > 80
    for name, table in built_before_merging.items():
        pd.testing.assert_frame_equal(table, in_readme_order[name], obj=name)


def test_the_full_job_publishes_the_same_in_its_environment(full, in_readme_order):
    assert "Published warehouse/dev.duckdb" in full.said
    assert files(full) == ["dev.duckdb", "work/dev.duckdb"]
    published = tables(full.published("dev"))
    assert published.keys() == {name for name in in_readme_order if name.startswith("marts.")}
    for name, table in published.items():
        pd.testing.assert_frame_equal(table, in_readme_order[name], obj=name)
    [run] = full.table("runs", "dev").to_dict("records")
    assert run["target"] == "dev"
    # what the environment changes
    assert '"resamples": 4' in run["settings"]


def test_sides_of_different_store_lists_are_not_taken_for_the_same(full):
    stores = full.path / "data/stores.csv"
    [header, first, *_] = stores.read_text().splitlines()
    with stores.open("a") as file:
        file.write(",".join(["a new store", *first.split(",")[1:]]) + "\n")
    assert header.startswith("store_id,")
    selection = "stg_stores pre_stores both_sides_have_every_store"
    said = dbt(full, "build", "--select", selection, check=False)
    assert "Got 2 results" in said
    assert "Only a part of the pipeline ran" in said


def test_a_table_of_another_shape_is_not_explained_by_rejected_rows(full):
    """As a working file has it that an older version of the project left."""
    with duckdb.connect(str(full.path / WORKING)) as connection:
        connection.execute("alter table preprocessing.pre_stores drop column is_in_feeds")
    said = dbt(full, "build", "--select", "stg_stores stores", check=False)
    assert "Not published, failed: stores (error)" in said
    assert "make run-full builds everything" in said
    assert "refused in" not in said


def test_external_features_by_category_need_the_categories_of_the_sales(empty):
    start_again(empty)
    said = dbt(
        empty, "build", "--selector", "external-preprocessing", external={"per_category": True},
        check=False,
    )  # fmt: skip
    assert "The job external-preprocessing needs tables of internal-preprocessing that" in said
