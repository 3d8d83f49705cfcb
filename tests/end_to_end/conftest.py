"""The real commands on a temporary copy of the project."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    "Makefile",
    "app",
    "dbt_project.yml",
    "examples",
    "macros",
    "models",
    "profiles",
    "pyproject.toml",
    "python_ml",
    "requirements.lock",
    "seeds",
    "selectors.yml",
    "snapshots",
    "tests",
)

# As `make run` does it: the unit tests speak of the formulas, not of the data.
BUILD = ("dbt", "build", "--target", "prod", "--exclude-resource-type", "unit_test")


@dataclass
class Chain:
    """A copy of the project with data of its own; commands run in it as a user would."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def run(self, *command: str, check: bool = True, **environment: str) -> str:
        """Run a command with the environment active and give back what it said."""
        done = subprocess.run(
            command,
            cwd=self.path,
            env=self.active() | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        if check:
            assert done.returncode == 0, said
        else:
            assert done.returncode != 0, said
        return said

    def active(self) -> dict[str, str]:
        """The variables of a shell in which the virtual environment is active, and hardly others.

        What dbt writes into its log for those who mend dbt is a tenth of its time.
        """
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        return kept | {"PATH": path, "DBT_LOG_LEVEL_FILE": "info"} | self.environment

    def build(self, *arguments: str, check: bool = True, **environment: str) -> str:
        """Run `dbt build` to the prod target, without the unit tests."""
        return self.run(*BUILD, *arguments, check=check, **environment)

    def published(self, target: str = "prod") -> Path:
        """The file that people open."""
        return self.path / "warehouse" / f"{target}.duckdb"

    def query(self, sql: str, target: str = "prod") -> pd.DataFrame:
        """Read from the published file."""
        with duckdb.connect(str(self.published(target)), read_only=True) as connection:
            return connection.execute(sql).df()

    def table(self, name: str, target: str = "prod") -> pd.DataFrame:
        """A published table, in an order that only depends on its content."""
        return self.query(f"select * from marts.{name} order by all", target)


def real_data(example: str) -> tuple[str, Path]:
    """The variable that an example reads its data by, and the folder; skips where there is none.

    The data is not part of the project: the variable says where it is, or else it is in
    `shared/data` beside the checkout.
    """
    [variable] = set(re.findall(r"\$\{(\w+)\}", (ROOT / f"examples/{example}.yml").read_text()))
    beside = ROOT.parent / "shared/data" / example
    folder = Path(os.environ.get(variable) or beside)
    if not folder.is_dir():
        pytest.skip(f"{variable} does not say where the data is, and {beside} is not there")
    return variable, folder


def copy_project(path: Path) -> Chain:
    """Copy what makes the project, without data, database and virtual environment."""
    path.mkdir(parents=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, path / part, ignore=ignored)
        else:
            shutil.copy2(source, path / part)
    (path / "profiles.yml").symlink_to("profiles/profiles.yml")
    # the environment that runs these tests is the one that is set up
    (path / ".venv").symlink_to(Path(sys.executable).parents[1])
    return Chain(path)


@pytest.fixture(scope="session")
def new_chain(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Chain]:
    """Makes a copy of the project in a directory of its own."""
    return lambda name: copy_project(tmp_path_factory.mktemp(name) / "store-clusters")


@pytest.fixture(scope="session")
def run_example(new_chain: Callable[[str], Chain]) -> Callable[[str], Chain]:
    """Runs an example on its real data, as a user would; its environment says where that is."""

    def run(example: str) -> Chain:
        variable, folder = real_data(example)
        made = new_chain(example)
        made.environment[variable] = str(folder)
        made.said = made.run("make", "run", f"SETTINGS=examples/{example}.yml")
        return made

    return run


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Chain]:
    """Makes a chain with some commands and gives back a copy: processes that test share the work.

    The first that asks runs the commands, the others wait for it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def build(name: str, *commands: tuple[str, ...]) -> Chain:
        folder = shared / f"{name}-original"
        said = folder / "said.txt"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not said.exists():
                shutil.rmtree(folder, ignore_errors=True)
                made = copy_project(folder / "store-clusters")
                said.write_text("".join(made.run(*command) for command in commands))
        path = tmp_path_factory.mktemp(name) / "store-clusters"
        shutil.copytree(folder / "store-clusters", path, symlinks=True)
        return Chain(path, said=said.read_text())

    return build


@pytest.fixture(scope="session")
def chain(built_once: Callable[..., Chain]) -> Chain:
    """A chain after `make run`; tests that use it leave its published file as it is."""
    return built_once("chain", ("make", "run"))


@pytest.fixture(scope="session")
def small(built_once: Callable[..., Chain]) -> Chain:
    """A small chain, built once: for tests that build again and compare."""
    sample = ("python", "-m", "python_ml.sample_data", "--out", "data")
    return built_once("small", (*sample, "--stores", "120", "--weeks", "8"), BUILD)
