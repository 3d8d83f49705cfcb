"""Maps show the stores: neighbours stay neighbours, and the key travels with the row."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from python_ml.projection import project_stores
from tests.python_ml.planted import array_of, long_frame, planted, shuffled

SETTINGS = {"tsne_stores": 1000, "perplexity": 30}


def project(rows, **changed):
    return project_stores(long_frame(rows), "component", settings=SETTINGS | changed)


def placed(table, method):
    return table[table["method"] == method].set_index("store_id")


@pytest.fixture(scope="module")
def world():
    return array_of(planted([40, 50, 60], dimensions=6, seed=3)[0])


def test_components_are_those_of_scikit_learn(world):
    found = placed(project(world), "pca")[["x", "y", "z"]].to_numpy(dtype=float)
    model = PCA(3).fit(world)
    assert np.abs(found) == pytest.approx(np.abs(model.transform(world)), abs=1e-9)
    # the sign is settled: the largest loading is positive
    loadings = np.linalg.lstsq(world - world.mean(axis=0), found)[0]
    assert (loadings.max(axis=0) > -loadings.min(axis=0)).all()


def test_neighbours_stay_neighbours(world):
    table = placed(project(world), "tsne")
    assert table["z"].isna().all()
    assert trustworthiness(world, table[["x", "y"]].to_numpy(), n_neighbors=5) > 0.9
    # of any other order of the stores that would be lost
    assert trustworthiness(world[::-1], table[["x", "y"]].to_numpy(), n_neighbors=5) < 0.7


def test_the_order_of_the_rows_does_not_matter(world):
    long = long_frame(world)
    table = project_stores(long, "component", settings=SETTINGS)
    moved = project_stores(shuffled(long, 1), "component", settings=SETTINGS)
    pd.testing.assert_frame_equal(table, moved)


def test_every_setting_is_obeyed(world):
    base = placed(project(world), "tsne")
    few = placed(project(world, tsne_stores=20), "tsne")
    assert len(few) == 20
    assert set(few.index) < set(base.index)
    # the same stores, whoever else is there
    others = placed(project(world[:100], tsne_stores=20), "tsne")
    assert len(set(few.index) & set(others.index)) > 5
    assert placed(project(world, tsne_stores=0), "tsne").empty
    assert not base.equals(placed(project(world, perplexity=5), "tsne"))


@pytest.mark.parametrize("stores", [1, 2, 4, 5])
def test_few_and_equal_stores_have_a_place(stores):
    for rows in (np.ones((stores, 2)), np.arange(stores, dtype=float)[:, None]):
        table = project(rows)
        assert len(placed(table, "pca")) == stores
        assert len(placed(table, "tsne")) == (stores if stores >= 5 else 0)
        assert np.isfinite(table[["x", "y"]].to_numpy()).all()
