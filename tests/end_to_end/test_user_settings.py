"""A wrong setting stops before anything is written; a right one is obeyed."""

import json

import pytest
import yaml

pytestmark = pytest.mark.end_to_end

WRONG = {
    "unknown key": (
        {"internal": {"scale": {"methid": "robust"}}},
        ["internal.scale.methid", "no such setting", "Did you mean method?"],
    ),
    "unknown section": ({"intrenal": {}}, ["intrenal", "Did you mean internal?"]),
    "not a score": (
        {"internal": {"cluster_count": {"rule": "silhouete"}}},
        ["internal.cluster_count.rule", "silhouete", "'calinski_harabasz'"],
    ),
    "wrong type": (
        {"external": {"cluster_count": {"maximum": "ten"}}},
        ["external.cluster_count.maximum", '"ten"', "valid integer"],
    ),
    "out of range": (
        {"merging": {"minimum_cluster_size": 0}},
        ["merging.minimum_cluster_size", "0 is not allowed", "greater than or equal to 1"],
    ),
    "no such file": (
        {"sources": {"sales": {"files": "data/internal/sails.csv", "columns": {
            "store_id": "store_id", "product_id": "product_id", "amount": "sales_amount"}}}},
        ["sources.sales.files", "there is no file data/internal/sails.csv"],
    ),
    "no such column": (
        {"sources": {"sales": {"files": "data/internal/sales.csv", "columns": {
            "store_id": "store", "product_id": "product_id", "amount": "sales_amount"}}}},
        ["sources.sales.columns.store_id", "no column 'store'", "its columns are store_id"],
    ),
    "growth without days": (
        {"internal": {"extra_features": {"growth": True}}, "sources": {"sales": {
            "files": "data/internal/sales.csv", "columns": {
                "store_id": "store_id", "product_id": "product_id", "amount": "sales_amount"}}}},
        ["internal.extra_features asks for growth", "sources.sales.columns has no sold_on"],
    ),
    "no such variable": (
        {"sources": {"sales": {"files": "${NOT_SET_ANYWHERE}/sales.csv", "columns": {
            "store_id": "store_id", "product_id": "product_id", "amount": "sales_amount"}}}},
        ["NOT_SET_ANYWHERE is not set"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_stops_before_anything_is_written(small, tmp_path, name):
    settings, words = WRONG[name]
    said = small.build(
        *("--vars", yaml.safe_dump(settings)),
        check=False,
        WAREHOUSE_DIR=str(tmp_path / "warehouse"),
    )
    assert "Nothing was run" in said
    for word in words:
        assert word in said
    assert not (tmp_path / "warehouse").exists()


def test_a_wrong_setting_stops_make_run(small, tmp_path):
    settings, words = WRONG["unknown key"]
    file = tmp_path / "settings.yml"
    file.write_text(yaml.safe_dump(settings))
    said = small.run(
        "make", "run", f"SETTINGS={file}", check=False, WAREHOUSE_DIR=str(tmp_path / "warehouse")
    )
    assert "Nothing was run" in said
    for word in words:
        assert word in said
    assert not (tmp_path / "warehouse").exists()


def test_a_settings_file_that_is_not_there_is_an_error(small):
    said = small.run("make", "run", "SETTINGS=nowhere.yml", check=False)
    assert "nowhere.yml: there is no such file" in said


def test_an_environment_that_is_not_there_is_an_error(small):
    said = small.run("make", "run-full", "ENV=production", check=False)
    assert "production" in said
    assert "dev" in said


def test_the_settings_that_dbt_merges_are_the_ones_that_were_checked(small, tmp_path):
    from python_ml.settings import settings_of_run

    user = {"internal": {"scale": {"clip": 4}}, "merging": {"external_weight": 0.5}}
    small.build(
        "--vars", yaml.safe_dump(user), "--target", "dev", WAREHOUSE_DIR=str(tmp_path / "warehouse")
    )
    import duckdb

    project = yaml.safe_load((small.path / "dbt_project.yml").read_text())
    with duckdb.connect(str(tmp_path / "warehouse/dev.duckdb"), read_only=True) as connection:
        logged = connection.execute("select settings from marts.runs").fetchall()[0][0]
    assert yaml.safe_load(logged) == settings_of_run(project["vars"], "dev", user)


def test_settings_move_the_published_result(small, tmp_path):
    user = {
        "internal": {
            "cluster_count": {"fixed": 5},
            "filter": {"ignored_features": ["Biscuits"], "minimum_rows": 30, "minimum_sales": 4000},
            "outliers": {"policy": "keep"},
        },
        "external": {
            "cluster_count": {"fixed": 2},
            "outliers": {"method": "none"},
            "impute": {"maximum_share": 1},
        },
        "merging": {"minimum_cluster_size": 15, "thin_stores": "leave_out"},
        "quality": {"returns": "refuse"},
    }
    small.build("--vars", yaml.safe_dump(user), WAREHOUSE_DIR=str(tmp_path / "warehouse"))
    import duckdb

    with duckdb.connect(str(tmp_path / "warehouse/prod.duckdb"), read_only=True) as connection:

        def value(sql: str):
            return connection.execute(sql).fetchall()[0][0]

        assert value("select max(internal_cluster_id) from marts.store_clusters") == 5
        assert value("select max(external_cluster_id) from marts.store_clusters") == 2
        assert value("select min(store_count) from marts.clusters") >= 15
        assert value("select count(*) from marts.rejected_rows where reason = 'return'") > 0
        assert value("select sum(rows_returned) from marts.data_coverage") == 0
        assert value(
            "select reason from marts.feature_selection where feature = 'Biscuits'"
        ) == "ignored by the settings"  # fmt: skip
        assert value(
            "select count(*) from marts.stores_without_cluster "
            "where reason = 'fewer sales rows than the minimum'"
        ) > 0  # fmt: skip
        assert value(
            "select count(*) from marts.stores_without_cluster "
            "where reason = 'less sales than the minimum' and sales_amount < 4000"
        ) > 0  # fmt: skip
        assert value("select min(sales_amount) from marts.store_clusters") >= 4000
        assert value(
            "select count(*) from marts.store_clusters where assignment_basis = 'nearest'"
        ) == 0  # fmt: skip


@pytest.mark.parametrize(
    ("memory", "limit", "threads", "expected"),
    [
        ("normal", "2GB", "3", {"limit": "1.8 GiB", "threads": 3}),
        ("low", "2GB", "3", {"limit": "476.8 MiB", "threads": 1}),
        ("low", "300MB", "", {"limit": "286.1 MiB", "threads": 1}),
    ],
)
def test_the_database_of_a_run_takes_no_more_than_it_may(small, memory, limit, threads, expected):
    said = small.dbt(
        "--quiet", "show", "--output", "json",
        "--vars", f"{{resources: {{memory: {memory}}}}}",
        "--inline", "select current_setting('memory_limit') as \"limit\", "
        "current_setting('threads') as threads",
        DUCKDB_MEMORY_LIMIT=limit, DUCKDB_THREADS=threads,
    )  # fmt: skip
    assert json.loads(said)["show"] == [expected]


def test_an_expression_that_would_write_stops_dbt_build_and_writes_nothing(small, tmp_path):
    written, code = tmp_path / "written.csv", small.path / "python_ml/frames.py"
    columns = {
        "store_id": {"sql": f"1); copy (select 1) to '{written}'; select (1"},
        "product_id": {"sql": f"1) from (select 1); copy (select 1) to '{code}'; select (1"},
        "amount": {"sql": f"1; attach '{tmp_path}/other.duckdb' as other"},
    }
    before = code.read_bytes()
    sales = {"files": "data/internal/sales.csv", "columns": columns}
    user = yaml.safe_dump({"sources": {"sales": sales}})
    said = small.build("--vars", user, check=False, WAREHOUSE_DIR=str(tmp_path / "warehouse"))
    assert "Nothing was run, the settings need a change" in said
    for name in columns:
        assert f"sources.sales.columns.{name}.sql: cannot be read as an expression" in said
    assert "one expression may stand here: columns of the row" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
    assert code.read_bytes() == before
