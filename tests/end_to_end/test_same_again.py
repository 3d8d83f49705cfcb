"""The same data gives the same tables; other data gives others."""

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.end_to_end

# of a run, not of a result
RUN_TABLES = {"runs", "run_steps", "model_parameter_history"}
RUN_COLUMNS = ["run_id", "first_run_id", "last_run_id", "valid_from", "updated_at", "row_id"]
# where a row stands in its file is not the same after the rows were shuffled
POSITION_COLUMNS = ["line"]


def marts(chain) -> dict[str, pd.DataFrame]:
    """All published tables without the columns that speak of the run or of a line."""
    names = chain.query("select table_name from duckdb_tables() where schema_name = 'marts'")
    tables = {name: chain.table(name) for name in names["table_name"] if name not in RUN_TABLES}
    left_out = [*RUN_COLUMNS, *POSITION_COLUMNS]
    compared = {
        name: table.drop(columns=left_out, errors="ignore") for name, table in tables.items()
    }
    return {
        name: table.sort_values(list(table.columns), ignore_index=True)
        for name, table in compared.items()
    }


def shuffle_inputs(chain, seed: int) -> None:
    """Put the rows of every input file in another order."""
    for file in [chain.path / "data/stores.csv", *chain.path.glob("data/*ternal/*.csv")]:
        header, *rows = file.read_text().splitlines()
        order = np.random.default_rng(seed).permutation(len(rows))
        file.write_text("\n".join([header, *(rows[i] for i in order)]) + "\n")


def test_row_order_and_threads_do_not_matter(small):
    # each a first run: the ids of an earlier one are not what makes them the same
    small.published().unlink()
    small.build(DBT_THREADS="1", DUCKDB_THREADS="1")
    first = marts(small)
    shuffle_inputs(small, seed=1)
    small.published().unlink()
    small.build(DBT_THREADS="4", DUCKDB_THREADS="4")
    second = marts(small)
    assert first.keys() == second.keys()
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name], check_exact=True, obj=name)


def test_shuffling_external_data_between_stores_changes_external_and_final_clusters(small):
    before = small.table("store_clusters")
    kept = {}
    for name, key in [("neighbourhoods", "postal_code"), ("footfall", "store_id")]:
        file = small.path / f"data/external/{name}.csv"
        kept[file] = file.read_text()
        feed = pd.read_csv(file, dtype=str)
        keys = feed[key].unique()
        other = dict(zip(keys, np.random.default_rng(3).permutation(keys), strict=True))
        feed[key] = feed[key].map(other)
        feed.to_csv(file, index=False)
    try:
        small.build()
        after = small.table("store_clusters")
    finally:
        for file, text in kept.items():
            file.write_text(text)
    both = before.merge(after, on=["category", "store_id"], validate="1:1")
    assert len(both) == len(before)
    assert both["internal_cluster_id_x"].equals(both["internal_cluster_id_y"])
    changed_external = both["external_cluster_id_x"] != both["external_cluster_id_y"]
    changed_final = both["merged_label_x"] != both["merged_label_y"]
    assert changed_external.mean() > 0.3
    assert changed_final.mean() > 0.3
