"""The real commands on a temporary copy of the project."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from dbt_server import DbtServer, Running

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
BUILD = ("build", "--target", "prod", "--exclude-resource-type", "unit_test")

# What takes long and is not asked for where a test does not speak of it.
SPARE = {"explanations": {"external_model": False}, "projections": {"tsne_stores": 0}}


@dataclass
class Chain:
    """A copy of the project with data of its own; commands run in it as a user would."""

    path: Path
    server: DbtServer
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
        return _checked(done.returncode, done.stdout + done.stderr, check)

    def dbt(self, *arguments: str, check: bool = True, **environment: str) -> str:
        """Run a dbt command, which starts at once, and give back what it said."""
        running = self.start_dbt(*arguments, **environment)
        return _checked(running.wait(), running.output.read_text(), check)

    def start_dbt(self, *arguments: str, **environment: str) -> Running:
        """Start a dbt command in a process group of its own, so that all of it can be killed."""
        descriptor, output = tempfile.mkstemp(dir=self.path, prefix="said_")
        os.close(descriptor)
        variables = self.active() | environment
        if arguments[0] != "compile":
            # nobody reads what is compiled, and writing it takes a second
            variables["DBT_WRITE_JSON"] = "false"
        return self.server.start(list(arguments), self.path, variables, Path(output))

    def active(self) -> dict[str, str]:
        """The variables of a shell in which the virtual environment is active, and hardly others.

        What dbt writes into its log for those who mend dbt is a tenth of its time.
        """
        return bare_environment() | self.environment

    def build(self, *arguments: str, check: bool = True, **environment: str) -> str:
        """Run `dbt build` to the prod target, without the unit tests."""
        return self.dbt(*BUILD, *arguments, check=check, **environment)

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


def _checked(code: int, said: str, is_good: bool) -> str:
    """What a command said, if it ended as it should."""
    assert (code == 0) == is_good, said
    return said


def bare_environment() -> dict[str, str]:
    """Hardly more than a path, on which the programs of the virtual environment are."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    return kept | {"PATH": path, "DBT_LOG_LEVEL_FILE": "info"}


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


def copy_project(path: Path, server: DbtServer) -> Chain:
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
    return Chain(path, server)


@pytest.fixture(scope="session")
def dbt_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtServer]:
    """dbt, started and parsed once for all chains of a test process."""
    server = DbtServer(ROOT, tmp_path_factory.mktemp("dbt") / "server", bare_environment())
    yield server
    server.stop()


@pytest.fixture(scope="session")
def new_chain(
    tmp_path_factory: pytest.TempPathFactory, dbt_server: DbtServer
) -> Callable[[str], Chain]:
    """Makes a copy of the project in a directory of its own."""
    return lambda name: copy_project(tmp_path_factory.mktemp(name) / "store-clusters", dbt_server)


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
def built_once(
    tmp_path_factory: pytest.TempPathFactory, dbt_server: DbtServer
) -> Callable[[str, Callable[[Chain], str]], Chain]:
    """Makes a chain by a function and gives back a copy: processes that test share the work.

    The first that asks makes it, the others wait for it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def build(name: str, make: Callable[[Chain], str]) -> Chain:
        folder = shared / f"{name}-original"
        said = folder / "said.txt"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not said.exists():
                shutil.rmtree(folder, ignore_errors=True)
                made = copy_project(folder / "store-clusters", dbt_server)
                said.write_text(make(made))
        path = tmp_path_factory.mktemp(name) / "store-clusters"
        shutil.copytree(folder / "store-clusters", path, symlinks=True)
        return Chain(path, dbt_server, said=said.read_text())

    return build


@pytest.fixture(scope="session")
def chain(built_once: Callable[[str, Callable[[Chain], str]], Chain]) -> Chain:
    """A chain after `make run`; tests that use it leave its published file as it is."""
    return built_once("chain", lambda made: made.run("make", "run"))


@pytest.fixture(scope="session")
def small(built_once: Callable[[str, Callable[[Chain], str]], Chain]) -> Chain:
    """A small chain, built once: for tests that build again and compare."""

    def make(made: Chain) -> str:
        sample = ("python", "-m", "python_ml.sample_data", "--out", "data")
        return made.run(*sample, "--stores", "120", "--weeks", "8") + made.build()

    return built_once("small", make)
