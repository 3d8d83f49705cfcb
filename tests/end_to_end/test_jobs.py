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
from conftest import ROOT, Chain

from python_ml.jobs import jobs_of, jobs_that_build

pytestmark = pytest.mark.end_to_end

SELECTORS = yaml.safe_load((ROOT / "selectors.yml").read_text())
JOBS = [selector["name"] for selector in SELECTORS["selectors"]]
SIDES = ["internal", "external"]
# the external explanations and the map of the stores take as long as all the rest
QUICK = {"explanations": {"external_model": False}, "projections": {"tsne_stores": 0}}
# differ from run to run
OF_A_RUN = r"run_id|row_id|valid_from|updated_at|published_at|started_at"


@pytest.fixture(scope="module")
def empty(new_chain) -> Chain:
    """A small chain without any database file."""
    made = new_chain("jobs")
    (made.path / "quick.yml").write_text(yaml.safe_dump(QUICK))
    made.run("python", "-m", "python_ml.sample_data", "--out", "data",
             "--stores", "120", "--weeks", "8")  # fmt: skip
    return made


def run_job(chain: Chain, job: str, check: bool = True) -> str:
    """Run a job as people do."""
    return chain.run("make", f"run-{job}", "ENV=dev", "SETTINGS=quick.yml", check=check)


def dbt(chain: Chain, *command: str, check: bool = True, **settings: dict) -> str:
    """Run dbt with the settings of the chain."""
    variables = json.dumps(QUICK | settings)
    return chain.run("dbt", *command, "--target", "dev", "--vars", variables, check=check)


def run_all(chain: Chain, jobs: list[str]) -> dict[str, pd.DataFrame]:
    """Run some jobs on an empty warehouse and give back the marts that they made."""
    shutil.rmtree(chain.path / "warehouse", ignore_errors=True)
    for job in jobs:
        said = run_job(chain, job)
        assert "ERROR=0 SKIP=0" in said
        assert "Not published: this was a part of the pipeline" in said
        assert built(chain) == {id for id, node in nodes(chain).items() if job in node["jobs"]}
    assert files(chain) == ["work/dev.duckdb"]
    return marts(chain.path / "warehouse/work/dev.duckdb")


def files(chain: Chain) -> list[str]:
    """The database files of the chain."""
    folder = chain.path / "warehouse"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.duckdb*"))


def marts(path: Path) -> dict[str, pd.DataFrame]:
    """The tables of the schema marts, without what differs from run to run."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
        ).fetchall()
        return {
            name: connection.execute(
                f"select columns(c -> not regexp_matches(c, '{OF_A_RUN}')) from marts.{name} "
                "order by all"
            ).df()
            for (name,) in names
            if name not in ("runs", "run_steps")
        }


def nodes(chain: Chain) -> dict[str, dict]:
    """The tables of the manifest: the jobs that build each, and what each reads."""
    manifest = json.loads((chain.path / "target/manifest.json").read_text())
    return {
        id: node | {"jobs": jobs_of(node["original_file_path"], SELECTORS)}
        for id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }


def built(chain: Chain) -> set[str]:
    """The tables that the last command built."""
    results = json.loads((chain.path / "target/run_results.json").read_text())["results"]
    ids = {result["unique_id"] for result in results}
    return {id for id in ids if id.startswith(("model.", "seed.", "snapshot."))}


def assert_same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """Compare marts, with the table that differs."""
    assert found.keys() == expected.keys()
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, expected[name], obj=name)


@pytest.fixture(scope="module")
def in_readme_order(empty) -> dict[str, pd.DataFrame]:
    """The marts after the jobs in the order of the README."""
    return run_all(empty, [job for job in JOBS if job != "full"])


@pytest.mark.parametrize(
    ("job", "firsts"),
    [
        ("internal-ml", ["internal-preprocessing"]),
        ("external-ml", ["external-preprocessing"]),
        ("merging", JOBS[:4]),
    ],
)
def test_a_job_without_its_inputs_names_the_jobs_to_run_first(empty, job, firsts):
    said = run_job(empty, job, check=False)
    make = " ".join(f"run-{first}" for first in firsts)
    assert f"The job {job} needs tables of {firsts[0]}" in said
    assert f"not in warehouse/work/dev.duckdb: run make {make} ENV=dev SETTINGS=your.yml" in said
    assert f'dbt build --target dev --vars "$(cat your.yml)" --selector {firsts[0]}' in said
    for other in ("Traceback", "SKIP", "refused", "Catalog Error"):
        assert other not in said


def test_what_is_selected_by_name_names_the_jobs_too(empty):
    said = dbt(empty, "build", "--select", "stores", "models/features/external", check=False)
    assert "The selection needs tables of external-preprocessing that are not in" in said
    said = dbt(empty, "test", "--select", "reasons", check=False)
    assert "The selection needs tables of the seeds that are not in" in said
    assert "run dbt seed --target dev" in said


def test_the_readme_says_what_each_job_needs(empty, in_readme_order):
    rows = re.findall(
        r"^\| `make run-([\w-]+)` \| (.+?) \|", (ROOT / "README.md").read_text(), re.M
    )
    said = {job: re.findall(r"`([\w-]+)`", needs) for job, needs in rows}
    assert list(said) == JOBS
    for job, direct in said.items():
        through = {need for first in direct for need in said[first]}
        tables = nodes(empty)
        parents = {
            parent
            for node in tables.values()
            if job in node["jobs"]
            for parent in node["depends_on"].get("nodes", [])
            if parent in tables and job not in tables[parent]["jobs"]
        }
        paths = [tables[parent]["original_file_path"] for parent in parents]
        assert set(jobs_that_build(paths, SELECTORS)) == {*direct, *through}, job


def test_another_order_gives_the_same_marts(empty, in_readme_order):
    order = [f"{side}-{step}" for side in reversed(SIDES) for step in ("preprocessing", "ml")]
    assert_same(run_all(empty, [*order, "merging"]), in_readme_order)


def test_the_full_job_publishes_the_same_in_its_environment(empty, in_readme_order):
    shutil.rmtree(empty.path / "warehouse", ignore_errors=True)
    assert "Published warehouse/dev.duckdb" in run_job(empty, "full")
    assert files(empty) == ["dev.duckdb", "work/dev.duckdb"]
    assert_same(marts(empty.published("dev")), in_readme_order)
    [run] = empty.table("runs", "dev").to_dict("records")
    assert run["target"] == "dev"
    # what the environment changes
    assert '"resamples": 4' in run["settings"]
