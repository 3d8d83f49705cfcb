"""The algorithm that is set, in a real run: SQL gives every store what Python found."""

from __future__ import annotations

import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from python_ml.algorithms import fit_counts
from python_ml.frames import matrix
from python_ml.settings import section

pytestmark = pytest.mark.end_to_end

# Two methods in one run, one on each side.
RUNS = {
    "mixture, noise": {
        "internal": {"algorithm": {"method": "gaussian_mixture", "covariance": "full"}},
        # regions of three stores are many, and not stable: that is asked for, to have noise
        "external": {
            "algorithm": {"method": "hdbscan", "smallest_cluster": 3},
            "cluster_count": {"minimum_stability": 0.1, "minimum_cluster_size": 3},
            # the stores with gaps lie between the regions
            "impute": {"maximum_share": 1},
        },
    },
    "ward, diagonal": {
        # more than there are: Ward's borders inside a group are not those of the centroids
        "internal": {"algorithm": {"method": "ward"}, "cluster_count": {"fixed": 7}},
        "external": {"algorithm": {"method": "gaussian_mixture", "covariance": "diag"}},
    },
}
SIDES = ("internal", "external")
CASES = [(name, side) for name in RUNS for side in SIDES]


class Run:
    """The tables of a run in which an algorithm was set."""

    def __init__(self, path) -> None:
        self.connection = duckdb.connect(str(path), read_only=True)

    def table(self, name: str) -> pd.DataFrame:
        return self.connection.execute(f"select * from {name} order by all").df()


@pytest.fixture(scope="module")
def runs(small) -> dict[str, Run]:
    def turn(name: str) -> Run:
        folder = small.path / "algorithms" / name
        # without the published file, so that clusters have the numbers of their fit
        shutil.copytree(small.path / "warehouse/work", folder / "warehouse/work")
        small.dbt(
            *("run", "--target", "prod", "--vars", yaml.safe_dump(RUNS[name])),
            *("--select", "stg_settings", "path:models/features"),
            *("path:models/ml", "path:models/merging"),
            "path:models/marts/store_clusters.sql",
            WAREHOUSE_DIR=str(folder / "warehouse"),
            DBT_TARGET_PATH=str(folder / "target"),
            DBT_LOG_PATH=str(folder / "logs"),
        )
        return Run(folder / "warehouse/work/prod.duckdb")

    return {name: turn(name) for name in RUNS}


def fitted(run: Run, side: str):
    """Return what Python finds from the same components, category by category."""
    algorithm = section(run.table("staging.stg_settings"), f"{side}.algorithm")
    assert algorithm["method"] in str(RUNS)
    outliers = run.table(f"features.feat_{side}_outliers")
    counts = run.table(f"ml.ml_{side}_cluster_counts").query("is_chosen").set_index("category")
    components = matrix(run.table(f"ml.ml_{side}_components"), "component")
    for category, wide in components.items():
        own = outliers[(outliers["category"] == category) & ~outliers["is_excluded"]]
        mask = wide.index.isin(own["store_id"])
        k = counts["k"][category]
        yield category, wide, mask, fit_counts(wide.to_numpy()[mask], [k], algorithm=algorithm)[k]


@pytest.mark.parametrize(("name", "side"), CASES)
def test_distances_in_sql_are_those_of_the_fit(runs, name, side):
    distances = runs[name].table(f"ml.ml_{side}_distances")
    for category, wide, _, fit in fitted(runs[name], side):
        own = distances[distances["category"] == category]
        own = own.pivot(index="store_id", columns="cluster_id", values="distance")
        expected = np.sqrt(fit.squared_distances(wide.to_numpy()))
        assert own.index.tolist() == wide.index.tolist()
        np.testing.assert_allclose(own.to_numpy(), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("name", "side"), CASES)
def test_every_store_has_the_cluster_that_the_fit_gives_it(runs, name, side):
    clusters = runs[name].table(f"ml.ml_{side}_clusters")
    for category, wide, mask, fit in fitted(runs[name], side):
        own = clusters[clusters["category"] == category].set_index("store_id").loc[wide.index]
        expected = fit.assign(wide.to_numpy())
        expected[mask] = fit.labels
        assert (own["cluster_id"] - 1).tolist() == expected.tolist()
        assert own["is_noise"][mask].tolist() == fit.is_noise.tolist()
        assert (own["assignment_basis"] == "model").tolist() == [
            bool(is_fitted and not noise)
            for is_fitted, noise in zip(mask, own["is_noise"], strict=True)
        ]


def test_stores_stay_where_their_algorithm_put_them(runs):
    """Ward's cluster of a store need not be the one of the nearest centroid."""
    clusters = runs["ward, diagonal"].table("ml.ml_internal_clusters")
    assert clusters.loc[clusters["margin"] < 0, "assignment_basis"].eq("model").all()
    assert (clusters["margin"] < 0).any()
    assert clusters.loc[clusters["margin"] < 0, "confidence"].eq(0).all()


def test_noise_is_marked_in_what_is_published(runs):
    run = runs["mixture, noise"]
    noise = run.table("ml.ml_external_clusters").query("is_noise")["store_id"]
    assert len(noise) > 0
    marked = run.table("marts.store_clusters").query("is_noise")
    assert set(marked["store_id"]) == set(noise)
    # a thin store has its cluster by the external side alone
    is_thin = marked["thin_reason"].notna()
    assert marked.loc[~is_thin, "assignment_basis"].eq("nearest").all()
    assert marked.loc[is_thin, "assignment_basis"].eq("external_only").all()


def test_only_a_mixture_has_shapes(runs):
    for name, side in CASES:
        is_mixture = RUNS[name][side]["algorithm"]["method"] == "gaussian_mixture"
        assert (len(runs[name].table(f"ml.ml_{side}_shapes")) > 0) == is_mixture
