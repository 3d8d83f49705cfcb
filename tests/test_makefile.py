"""make stops on a variable that it does not know: the sample would run in place of your chain."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def make(*arguments: str) -> tuple[int, str]:
    """What make would run, and what it says; it runs nothing."""
    command = ["make", "--dry-run", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "given", ["SETTING=my.yml", "settings=my.yml", "WAREHOUSE=elsewhere", "REPLACE=yes", "VENV=x"]
)
def test_an_unknown_variable_stops_every_verb_with_the_known_ones(given):
    name = given.split("=")[0]
    for verb in ("run", "run-full", "export", "help"):
        code, said = make(verb, given)
        assert code != 0
        assert f"Nothing was run: there is no variable {name}; the variables are PYTHON" in said
        assert all(f" {known}" in said for known in ("SETTINGS", "ENV", "WAREHOUSE_DIR"))
        assert "dbt" not in said


def test_every_variable_of_the_readme_may_be_given():
    table = README.split("| variable | meaning | default |")[1].split("\n\n")[0]
    names = re.findall(r"`([A-Z_]+)`", " ".join(row.split("|")[1] for row in table.split("\n")[2:]))
    assert {"ENV", "WAREHOUSE_DIR", "EXTERNAL_DATA_DIR", "STORE_CLUSTERS_SQL"} <= set(names)
    for name in ("SETTINGS", "OUT", "BENCH", *names):
        assert make("help", f"{name}=x")[0] == 0, name


def test_a_variable_that_the_paths_of_your_settings_name_may_be_given(tmp_path):
    file = tmp_path / "my chain.yml"
    file.write_text("sources: {sales: {files: '${SHOP_DATA}/${YEAR_2}/*.csv'}}")
    given = ("SHOP_DATA=/data", "YEAR_2=2026")
    code, said = make("run", f"SETTINGS={file}", *given)
    assert code == 0
    assert " build --target prod" in said
    code, said = make("run", f"SETTINGS={file}", *given, "SHOP_DATE=/data")
    assert code != 0
    assert "there is no variable SHOP_DATE;" in said
    assert make("run", *given)[0] != 0
