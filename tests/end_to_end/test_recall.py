"""What was published last is at hand while the next build works, and is never held open."""

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import Chain

pytestmark = pytest.mark.end_to_end

TABLES = ("store_clusters", "clusters", "store_features", "cluster_registry")
# the smallest command that builds something
LITTLE = ("run", "--target", "prod", "--select", "stg_settings")


def working(chain: Chain, sql: str, target: str = "prod") -> pd.DataFrame:
    """Read from the working file."""
    path = chain.path / f"warehouse/work/{target}.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).df()


def change(path: Path, *statements: str) -> None:
    """Change a database file."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="module")
def published(small, tmp_path_factory):
    """A copy of the small chain with its published file."""
    path = tmp_path_factory.mktemp("published") / "store-clusters"
    shutil.copytree(small.path, path, symlinks=True)
    made = Chain(path, small.server)
    made.dbt(*LITTLE)
    return made


def test_the_published_tables_are_recalled_as_they_are(published):
    for table in TABLES:
        recalled = working(published, f"select * from history.{table} order by all")
        there = published.query(f"select {', '.join(recalled)} from marts.{table} order by all")
        assert len(there) > 0
        pd.testing.assert_frame_equal(recalled, there)


def test_a_command_that_builds_nothing_keeps_the_history_of_what_it_looks_at(published):
    change(published.path / "warehouse/work/prod.duckdb", "delete from history.clusters")
    published.dbt("test", "--target", "prod", "--select", "stg_settings")
    assert working(published, "select * from history.clusters").empty
    published.dbt(*LITTLE)
    assert not working(published, "select * from history.clusters").empty


def test_a_history_that_was_not_published_is_forgotten(published):
    query = "select * from marts.store_cluster_history order by all"
    before = published.query(query)
    file = published.path / "warehouse/work/prod.duckdb"
    change(file, "update marts.clusters set name = 'Renamed' where final_cluster_id = 1")
    published.dbt("snapshot", "--target", "prod")
    written = working(published, query)
    renamed = before["final_cluster_id"] == 1
    assert len(written) == len(before) + renamed.sum() > len(before)
    assert (written["valid_to"].notna()).sum() == renamed.sum()
    published.dbt(*LITTLE)
    pd.testing.assert_frame_equal(working(published, query), before)
    # nor is a history lost with the working file
    file.unlink()
    published.dbt(*LITTLE)
    pd.testing.assert_frame_equal(working(published, query), before)


def test_a_build_goes_on_while_people_have_the_published_file_open(published):
    with duckdb.connect(str(published.published()), read_only=True) as reader:
        published.dbt(*LITTLE)
        assert reader.execute("select count(*) from marts.clusters").fetchall()[0][0] > 0


def test_without_a_published_file_the_history_is_empty(published):
    published.dbt("run", "--target", "dev", "--select", "stg_settings")
    for table in TABLES:
        assert working(published, f"select * from history.{table}", target="dev").empty
    shapes = (
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'history' order by all"
    )
    pd.testing.assert_frame_equal(
        working(published, shapes, target="dev"), working(published, shapes)
    )
    # nor is it needed where nothing was built yet
    published.dbt("compile", "--target", "staging")


def test_a_file_of_an_older_version_is_recalled_as_far_as_it_goes(published):
    change(
        published.published(),
        "drop table marts.clusters",
        "drop table marts.store_cluster_history",
        "alter table marts.store_clusters drop column confidence",
    )
    published.dbt(*LITTLE)
    assert working(published, "select * from history.clusters").empty
    tables = working(published, "select table_name from duckdb_tables()")["table_name"]
    assert "store_cluster_history" not in set(tables)
    stores = working(published, "select * from history.store_clusters")
    assert stores["confidence"].isna().all()
    assert stores["final_cluster_id"].notna().all()
