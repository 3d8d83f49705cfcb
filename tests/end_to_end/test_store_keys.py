"""Whatever happens to the rows of the files, no store gets the cluster of another store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from compiled_line import CompiledLine
from conftest import SPARE, Chain
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from planted_chain import EXTERNAL_GROUPS, HEADERS, INTERNAL_GROUPS, PlantedChain, plant
from scipy.spatial.distance import cdist
from sklearn.metrics import (
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_samples,
    silhouette_score,
)

pytestmark = pytest.mark.end_to_end

# a smaller seed is not a simpler chain
EXAMPLES = settings(max_examples=2, phases=[Phase.generate])
SEEDS = st.integers(0, 2**32 - 1)
KEY = ["category", "store_id"]
LABELS = [
    "internal_cluster_id",
    "external_cluster_id",
    "merged_label",
    "final_cluster_id",
    "final_label",
    "is_outlier",
    "assignment_basis",
]
# where a row stands in its file is not the same after the rows were shuffled
POSITION = "line"


class Line(NamedTuple):
    """A compiled project and the directory of its files."""

    line: CompiledLine
    files: Path

    def build(self, chain: PlantedChain, *, threads: int = 1) -> None:
        chain.write(self.files)
        self.line.connection.execute(f"set threads = {threads}")
        self.line.run()

    def table(self, name: str) -> pd.DataFrame:
        table = self.line.connection.execute(f"select * from marts.{name}").df()
        table = table.drop(columns=POSITION, errors="ignore")
        return table.sort_values(list(table.columns), ignore_index=True)

    def tables(self) -> dict[str, pd.DataFrame]:
        names = self.line.rows("select table_name from duckdb_tables() where schema_name = 'marts'")
        return {name: self.table(name) for (name,) in names}

    def rows_refused(self) -> int:
        return len(self.table("rejected_rows"))

    def labels(self) -> pd.DataFrame:
        return self.table("store_clusters").set_index(KEY)[LABELS].sort_index()


def columns(file: str, *names: str) -> dict[str, str]:
    """What the columns of a file are to the project, in their order."""
    return dict(zip(names, HEADERS[file], strict=True))


def side(count: int, **more: Any) -> dict:
    outliers = {"threshold": 4, "neighbours": 3, "minimum_stores": 20, "maximum_share": 0.1}
    return {
        "outliers": outliers,
        "cluster_count": {"fixed": count, "maximum": 4, "resamples": 2},
        "algorithm": {"starts": 2},
        **more,
    }


@pytest.fixture(scope="module")
def line(new_chain: Callable[[str], Chain]) -> Line:
    project = new_chain("keys")
    files = project.path / "files"
    files.mkdir()
    plant(0).write(files)
    made = SPARE | {
        "sources": {
            "sales": {
                "files": str(files / "sales.csv"),
                "columns": columns("sales.csv", "store_id", "product_id", "sold_on", "amount"),
                "unique_by": ["store_id", "product_id", "sold_on"],
            },
            "products": {
                "files": str(files / "products.csv"),
                "columns": columns("products.csv", "product_id", "category", "need_state"),
            },
            "stores": {
                "files": str(files / "stores.csv"),
                "columns": columns("stores.csv", "store_id", "store_name"),
            },
            "feeds": {
                "footfall": {
                    "files": str(files / "footfall.csv"),
                    "key": "Store",
                    "matches": "store_id",
                    "combine": "mean",
                    "features": {"visits": "Visits", "evening": "Evening", "staff": "Staff"},
                }
            },
        },
        "internal": side(INTERNAL_GROUPS),
        "external": side(EXTERNAL_GROUPS),
        "merging": {"minimum_cluster_size": 3},
    }
    return Line(CompiledLine(project, made), files)


@EXAMPLES
@given(seed=SEEDS)
def test_another_order_of_rows_gives_the_same_tables(line, seed):
    chain = plant(seed)
    line.build(chain)
    before = line.tables()
    line.build(chain.shuffled(np.random.default_rng(seed)), threads=4)
    after = line.tables()
    assert before.keys() == after.keys()
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name], check_exact=True, obj=name)


@EXAMPLES
@given(seed=SEEDS)
def test_a_store_keeps_its_cluster_when_rows_are_repeated(line, seed):
    chain = plant(seed)
    line.build(chain)
    before = line.labels()
    line.build(chain.repeated(np.random.default_rng(seed)))
    assert line.rows_refused() > 100
    pd.testing.assert_frame_equal(before, line.labels())


@EXAMPLES
@given(seed=SEEDS)
def test_a_store_keeps_its_cluster_when_others_are_missing(line, seed):
    chain = plant(seed)
    line.build(chain)
    before = line.labels()
    check_truth(before, chain)
    fewer = chain.without(np.random.default_rng(seed))
    line.build(fewer)
    after = line.labels()
    check_truth(after, fewer)
    assert {store for _, store in after.index} == set(fewer.stores) < set(chain.stores)
    both = before.merge(after, left_index=True, right_index=True, suffixes=("_before", "_after"))
    assert len(both) == len(after)
    # a store without external data follows the largest label of its cluster, which may be another
    both = both[both["external_cluster_id_after"].notna()]
    for _, stores in both.groupby(level="category"):
        for label in ("internal_cluster_id", "external_cluster_id", "merged_label"):
            assert_same_groups(stores[f"{label}_before"], stores[f"{label}_after"])


@EXAMPLES
@given(seed=SEEDS)
def test_clusters_follow_the_ids_when_stores_change_theirs(line, seed):
    chain = plant(seed)
    line.build(chain)
    labels, silhouettes = line.labels(), line.table("store_silhouettes")
    check_truth(labels, chain)
    generator = np.random.default_rng(seed)
    new = dict(zip(chain.stores, map(str, generator.permutation(chain.stores)), strict=True))
    line.build(chain.renamed(new))
    check_truth(line.labels(), chain.renamed(new))
    moved = labels.rename(index=new, level="store_id").sort_index()
    pd.testing.assert_frame_equal(moved, line.labels())
    key = ["category", "stage", "store_id"]
    moved = silhouettes.assign(store_id=silhouettes["store_id"].map(new)).sort_values(key)
    pd.testing.assert_frame_equal(
        moved.reset_index(drop=True), line.table("store_silhouettes"), rtol=0, atol=1e-8
    )


@EXAMPLES
@given(seed=SEEDS)
def test_metrics_of_a_stage_are_those_of_scikit_learn(line, seed):
    line.build(plant(seed))
    placed = line.line.connection.execute("select * from merging.mrg_stage_positions").df()
    metrics = line.table("cluster_metrics").set_index(["category", "stage", "metric"])["value"]
    groups = placed.groupby(["category", "stage"])
    assert set(groups.groups) == {key[:2] for key in metrics.index}
    assert len(groups) == 8
    for key, long in groups:
        wide = long.pivot(index=["store_id", "cluster"], columns="dimension", values="value")
        rows, labels = wide.to_numpy(), wide.index.get_level_values("cluster")
        found = metrics[key]
        # scikit-learn's own distances have half of the digits
        silhouette = silhouette_score(cdist(rows, rows), labels, metric="precomputed")
        assert found["silhouette"] == pytest.approx(silhouette, abs=1e-9)
        for name, score in [
            ("calinski_harabasz", calinski_harabasz_score),
            ("davies_bouldin", davies_bouldin_score),
        ]:
            # distances have nine decimals
            assert found[name] == pytest.approx(score(rows, labels), rel=1e-9, abs=2e-9)
        total = found["within_variance"] + found["between_variance"]
        assert total == pytest.approx(rows.var(axis=0).sum(), rel=1e-9)


def test_large_categories_are_judged_by_a_sample_of_every_cluster(line):
    sizes = [9_000, 2_500, 440, 60]
    generator = np.random.default_rng(4)
    labels = generator.permutation(np.repeat(np.arange(1, 5), sizes))
    rows = generator.normal(size=(len(labels), 3)) + 2 * np.eye(5, 3)[labels]
    stores = [f"{number:05d}" for number in range(len(labels))]
    connection = line.line.connection
    labelled = pd.DataFrame(
        {
            "category": "A",
            "store_id": stores,
            "internal_cluster_id": labels,
            "external_cluster_id": pd.array([None] * len(labels), dtype="Int64"),
            "merged_label": "1_1",
            "final_cluster_id": 1,
            "is_fitted": True,
        }
    )
    placed = pd.DataFrame(rows, columns=[1, 2, 3], index=stores).rename_axis("store_id")
    placed = placed.melt(var_name="component", ignore_index=False).reset_index()
    connection.register("labelled", labelled)
    connection.register("placed", placed)
    for name in ("merging.mrg_labels", "merging.mrg_members"):
        connection.execute(f"create or replace table {name} as select * from labelled")
    connection.execute(
        "create or replace table ml.ml_internal_components as select 'A' as category, * from placed"
    )
    models = ["mrg_stages", "mrg_stage_positions", "mrg_silhouette_samples", "mrg_silhouettes"]
    measures = ["mrg_stage_centroids", "mrg_stage_distances", "mrg_cluster_pairs"]
    measures += ["mrg_cluster_measures", "mrg_stage_measures", "cluster_metrics"]
    line.line.run({*models, *measures, "store_silhouettes"})

    found = line.table("store_silhouettes")
    assert set(found["stage"]) == {"internal"}
    # 10,000 / 12,000 of each cluster, rounded up, but at least 100, if there are as many
    assert found["cluster"].value_counts().to_dict() == {"1": 7500, "2": 2084, "3": 367, "4": 60}
    exact = pd.Series(silhouette_samples(rows, labels), index=stores)
    assert (found["silhouette"] - exact.loc[found["store_id"]].to_numpy()).abs().max() < 0.03
    metrics = line.table("cluster_metrics").set_index(["stage", "metric"])["value"]["internal"]
    assert metrics["silhouette"] == pytest.approx(exact.mean(), abs=0.003)
    assert metrics["silhouette_stores"] == len(found)


def check_truth(labels: pd.DataFrame, chain: PlantedChain) -> None:
    """The clusters of each side are the planted groups, store id by store id."""
    assert set(labels.index) == set(chain.internal)
    for category, stores in labels.reset_index().groupby("category"):
        planted = [chain.internal[category, store] for store in stores["store_id"]]
        assert_same_groups(stores["internal_cluster_id"], planted)
        known = stores[stores["external_cluster_id"].notna()]
        assert set(known["store_id"]) == set(chain.external)
        assert_same_groups(known["external_cluster_id"], known["store_id"].map(chain.external))


def assert_same_groups(first: Any, second: Any) -> None:
    """Both say the same of every pair of stores; what the groups are called does not matter."""
    pairs = set(zip(first, second, strict=True))
    assert len(pairs) == len(set(first)) == len(set(second))
