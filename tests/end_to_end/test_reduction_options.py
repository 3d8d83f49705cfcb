"""Every method of reduction in a real run: SQL scores stores as scikit-learn does."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.decomposition import PCA, IncrementalPCA, KernelPCA
from sklearn.kernel_approximation import Nystroem

pytestmark = pytest.mark.end_to_end
LOW = {"threshold": 2, "maximum_share": 0.2, "minimum_stores": 20}
STEPS = ("landmarks", "loadings", "components")
CASES = {
    "pca": {"method": "pca"},
    "incremental": {"method": "incremental_pca", "maximum_components": 2},
    "kernel": {"method": "kernel_pca"},
    "close": {"method": "kernel_pca", "gamma": 0.5},
    "few": {"method": "kernel_pca", "landmarks": 20},
}


@pytest.fixture(scope="module")
def runs(new_chain) -> dict[str, dict[str, pd.DataFrame]]:
    chain = new_chain("reduction")
    sample = ("--stores", "60", "--weeks", "8", "--categories", "2")
    chain.run("python", "-m", "python_ml.sample_data", "--out", "data", *sample)
    build = ("run", "--target", "prod", "--threads", "2", "--select")
    tables = {
        "scaled": "features.feat_internal_scaled",
        "outliers": "features.feat_internal_outliers",
        "landmarks": "ml.ml_internal_landmarks",
        "components": "ml.ml_internal_components",
        "parameters": "marts.model_parameters",
    }

    def turn(change: dict, *select: str) -> dict[str, pd.DataFrame]:
        user = yaml.safe_dump({"internal": {"outliers": LOW, "reduce": change}})
        chain.dbt(*build, *select, "--vars", user)
        path = chain.path / "warehouse/work/prod.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return {
                name: connection.execute(f"select * from {table}").df()
                for name, table in tables.items()
            }

    turn(CASES["pca"], "+model_parameters")
    steps = ("stg_settings", "model_parameters", *(f"ml_internal_{step}" for step in STEPS))
    return {name: turn(change, *steps) for name, change in CASES.items()}


def model_of_scikit_learn(name, width, fitted, landmarks):
    """The model that a case asks for."""
    gamma = 0.5 if name == "close" else 1 / fitted.var(axis=0).sum()
    if name == "few":
        kernel = Nystroem(gamma=gamma, n_components=len(landmarks), random_state=0).fit(landmarks)
        return PCA(width, svd_solver="full").fit(kernel.transform(fitted)), kernel.transform
    model = {
        "pca": PCA(width, svd_solver="full"),
        "incremental": IncrementalPCA(width, batch_size=5_000),
        "kernel": KernelPCA(width, kernel="rbf", gamma=gamma),
        "close": KernelPCA(width, kernel="rbf", gamma=gamma),
    }[name]
    return model.fit(fitted), np.asarray


@pytest.mark.parametrize("name", CASES)
def test_components_are_those_of_scikit_learn(runs, name):
    """Of the stores that were fitted and of those that were not."""
    run = runs[name]
    for category, rows in run["components"].groupby("category"):
        found = rows.pivot(index="store_id", columns="component", values="value").sort_index()
        seen, outliers, landmarks = (
            run[table].loc[run[table]["category"] == category]
            for table in ("scaled", "outliers", "landmarks")
        )
        seen = seen.pivot(index="store_id", columns="feature", values="value").sort_index()
        fitted = seen.index.isin(outliers.loc[~outliers["is_excluded"], "store_id"])
        assert 0 < fitted.sum() < len(seen) == len(found)
        own = landmarks["landmark"].unique()
        assert len(own) == {"few": 20, "kernel": fitted.sum(), "close": fitted.sum()}.get(name, 0)
        assert set(own) <= set(seen.index[fitted])
        model, likeness = model_of_scikit_learn(
            name, found.shape[1], seen[fitted].to_numpy(), seen.loc[sorted(own)].to_numpy()
        )
        expected = model.transform(likeness(seen.to_numpy()))
        signs = np.sign((found.to_numpy() * expected).sum(axis=0))
        np.testing.assert_allclose(found.to_numpy(), expected * signs, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_the_parameters_are_all_that_a_store_is_placed_by(runs, name):
    """In SQL, from the published numbers and the scaled values of a store alone."""
    with duckdb.connect(":memory:") as connection:
        for table in ("scaled", "parameters"):
            connection.register(table, runs[name][table])
        placed = connection.execute(
            """
            with numbers as (select * from parameters where dataset = 'internal'),
            gammas as (select category, value as gamma from numbers where parameter = 'gamma'),
            likenesses as (
                select
                    category, store_id, landmark as feature,
                    exp(-any_value(gamma) * sum((scaled.value - numbers.value) ** 2)) as value
                from numbers
                inner join scaled using (category, feature)
                inner join gammas using (category)
                where parameter = 'landmark'
                group by category, store_id, landmark
            ),
            seen as (
                from likenesses
                union all
                select category, store_id, feature, value from scaled
            )
            select
                seen.category, seen.store_id, loadings.component,
                sum((seen.value - centres.value) * loadings.value) as value
            from seen
            inner join numbers as loadings
                on seen.category = loadings.category and seen.feature = loadings.feature
            inner join numbers as centres
                on seen.category = centres.category and seen.feature = centres.feature
            where loadings.parameter = 'loading' and centres.parameter = 'component_centre'
            group by all
            """
        ).df()
    keys = ["category", "store_id", "component"]
    both = runs[name]["components"].merge(placed, on=keys, suffixes=("", "_placed"))
    assert len(both) == len(runs[name]["components"]) == len(placed)
    np.testing.assert_allclose(both["value_placed"], both["value"], rtol=0, atol=1e-9)


def test_every_method_puts_stores_elsewhere(runs):
    found = {
        tuple(run["components"].sort_values(["category", "store_id", "component"])["value"])
        for run in runs.values()
    }
    assert len(found) == len(CASES)
