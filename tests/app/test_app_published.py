"""The published database is read, one version at a time, and nothing else is touched."""

from contextlib import closing

import duckdb
import pytest

from app.data import published

COUNT = "select count(*) as stores from marts.store_clusters"


def test_path_follows_the_environment(monkeypatch):
    monkeypatch.delenv("WAREHOUSE_DIR", raising=False)
    monkeypatch.delenv("ENV", raising=False)
    assert str(published.path()) == "warehouse/prod.duckdb"
    monkeypatch.setenv("WAREHOUSE_DIR", "elsewhere")
    monkeypatch.setenv("ENV", "dev")
    assert str(published.path()) == "elsewhere/dev.duckdb"


def test_relative_folder_is_looked_up_from_the_current_directory(publish, monkeypatch):
    file = publish()
    monkeypatch.chdir(file.parent.parent)
    monkeypatch.setenv("WAREHOUSE_DIR", file.parent.name)
    assert published.version().path == str(file)


def test_quote_in_the_path_is_part_of_the_path(publish, monkeypatch):
    file = publish()
    folder = file.parent / "it's here"
    folder.mkdir()
    file.rename(folder / file.name)
    monkeypatch.setenv("WAREHOUSE_DIR", str(folder))
    assert published.query(published.version(), COUNT)["stores"].tolist() == [76]


def test_parameters_are_values_and_never_sql(published_file):
    found = published.query(
        published.version(),
        "select count(*) as stores from marts.store_clusters where category = ?",
        ("' or 1 = 1 --",),
    )
    assert found["stores"].tolist() == [0]


def test_new_publish_is_a_new_version(publish):
    publish(clustered=38)
    before = published.version()
    assert published.query(before, COUNT)["stores"].tolist() == [76]
    publish(clustered=30)
    after = published.version()
    assert after != before
    assert published.query(after, COUNT)["stores"].tolist() == [60]


def test_query_refuses_a_version_that_was_replaced(publish):
    publish(clustered=38)
    before = published.version()
    publish(clustered=30)
    with pytest.raises(published.RepublishedError):
        published.query(before, "select max(store_id) from marts.store_clusters")


def test_query_refuses_a_version_that_was_taken_away(published_file):
    before = published.version()
    published_file.unlink()
    with pytest.raises(published.RepublishedError):
        published.query(before, "select min(store_id) from marts.store_clusters")


def test_nothing_stays_open(published_file):
    published.query(published.version(), COUNT)
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("create table marts.later (i integer)")


@pytest.fixture
def kept_open():
    """Connections stay open between questions, as in a server."""
    published.KEEPS_OPEN = True
    yield published.kept
    published.KEEPS_OPEN = False
    while published.kept:
        published.kept.pop()[1].close()


def test_server_asks_again_on_the_connection_that_it_kept(published_file, kept_open):
    published.read_kept(published.version(), COUNT, ())
    [(version, connection)] = kept_open
    assert version == published.version()
    published.read_kept(version, COUNT, ())
    assert [each for _, each in kept_open] == [connection]


def test_kept_connection_never_answers_for_a_replaced_file(publish, kept_open):
    publish(clustered=38)
    before = published.version()
    published.read_kept(before, COUNT, ())
    publish(clustered=30)
    with pytest.raises(published.RepublishedError):
        published.read_kept(before, COUNT, ())
    found = published.read_kept(published.version(), COUNT, ())
    assert found["stores"].tolist() == [60]
    assert [version for version, _ in kept_open] == [published.version()]


def test_question_that_needs_more_memory_is_asked_again_without_a_limit(published_file, caplog):
    # as many texts as take 300 MB
    wanted = "select count(distinct repeat('x', 100) || range) as texts from range(1_500_000)"
    found = published.read_kept(published.version(), wanted, ())
    assert found["texts"].tolist() == [1_500_000]
    assert "asked again without a limit" in caplog.text


def test_missing_file_says_what_to_do(warehouse):
    with pytest.raises(published.UnavailableError, match="Run `make run`"):
        published.version()


@pytest.mark.parametrize("content", [b"", b"not a database", b"\0" * 20_000])
def test_file_that_is_no_database_is_named(warehouse, content):
    (warehouse / "test.duckdb").write_bytes(content)
    with pytest.raises(published.UnavailableError, match="not a database of store clusters"):
        published.version()


def test_folder_in_place_of_the_file_is_named(warehouse):
    (warehouse / "test.duckdb").mkdir()
    with pytest.raises(published.UnavailableError, match="DuckDB cannot read it"):
        published.version()


def test_other_database_is_told_by_its_tables(warehouse):
    duckdb.connect(str(warehouse / "test.duckdb")).close()
    with pytest.raises(published.UnavailableError, match=r"lacks `marts\.store_clusters`"):
        published.version()


def test_missing_column_is_named(published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("alter table marts.clusters drop column name")
    with pytest.raises(published.UnavailableError, match=r"lacks `marts\.clusters\.name`\."):
        published.version()


REFUSED = {
    "write a table": "create table published.marts.mine as select 1",
    "change a row": "update marts.clusters set name = 'mine'",
    "drop a table": "drop table marts.clusters",
    "write a file": "copy (select 1) to '{folder}/out.csv'",
    "write over the published file": "copy (select 1) to '{file}' (use_tmp_file false)",
    "write beside the published file": "copy (select 1) to '{file}.wal' (use_tmp_file false)",
    "read a file": "select * from read_text('{folder}/secret.txt')",
    "read the published file as bytes": "select * from read_blob('{file}')",
    "list files": "select * from glob('{folder}/*')",
    "open another database": "attach '{folder}/other.duckdb'",
    "open the file for writing": "attach '{file}' as mine",
    "read over the network": "select * from 'http://127.0.0.1:9/x.parquet'",
    "install an extension": "install httpfs",
    "read a variable of the program": "select * from secret_frame",
    "unlock": "set lock_configuration = false",
    "turn external access on": "set enable_external_access = true",
    "turn the file system on": "set disabled_filesystems = ''",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_connection_can_only_read_the_published_tables(published_file, statement):
    (published_file.parent / "secret.txt").write_text("secret")
    secret_frame = published.query(published.version(), COUNT)
    before = published_file.read_bytes()
    files = sorted(published_file.parent.iterdir())
    filled = statement.format(file=published_file, folder=published_file.parent)
    with closing(published.connect(published.version())) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(filled).fetchall()
        assert connection.execute(COUNT).fetchall() == [(76,)]
    assert published_file.read_bytes() == before
    assert sorted(published_file.parent.iterdir()) == files
    assert len(secret_frame) == 1
