"""The methods of reduction: each does what it is for, and none does what another does."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA, IncrementalPCA, KernelPCA
from sklearn.kernel_approximation import Nystroem
from sklearn.metrics import adjusted_rand_score

from python_ml import reduction
from python_ml.landmarks import SCHEMA, choose_landmarks
from python_ml.reduction import fit_reduction
from tests.python_ml.planted import (
    excluding,
    long_frame,
    nobody_excluded,
    relation_of,
    shuffled,
    store_names,
)

SETTINGS = {
    "method": "kernel_pca",
    "explained_variance": 1.0,
    "maximum_components": 3,
    "landmarks": 500,
    "gamma": None,
}
COMPONENT_METHODS = ["pca", "incremental_pca", "kernel_pca"]


def reduce(values, outliers=None, **changes):
    """Return the landmarks and the loadings, as the two models of the pipeline make them."""
    outliers = nobody_excluded(values) if outliers is None else outliers
    chosen = SETTINGS | changes
    landmarks = choose_landmarks(relation_of(values), outliers, settings=chosen, seed=3)
    return landmarks, fit_reduction(values, outliers, landmarks, settings=chosen)


def positions(values, landmarks, model):
    """Return the components (stores x components) by the joins that a database makes."""
    if len(landmarks):
        pairs = values.merge(landmarks, on=["category", "feature"], suffixes=("", "_landmark"))
        pairs["squared"] = (pairs["value"] - pairs["value_landmark"]) ** 2
        likeness = pairs.groupby(["category", "store_id", "landmark", "gamma"])["squared"].sum()
        values = likeness.rename("value").reset_index().rename(columns={"landmark": "feature"})
        values["value"] = np.exp(-values["gamma"] * values["value"])
    joined = values.merge(model, on=["category", "feature"], suffixes=("", "_of_model"))
    joined["score"] = (joined["value"] - joined["centre"]) * joined["loading"]
    return joined.groupby(["store_id", "component"])["score"].sum().unstack().to_numpy()


def cloud(stores=80, features=4, seed=0):
    """Return stores whose features have different spreads, none of them hidden."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=(stores, features)) * np.arange(1, features + 1) + 5


def rings(stores=150, seed=0):
    """Return two rings around one middle, and which ring each store is on."""
    generator = np.random.default_rng(seed)
    ring = np.repeat([0, 1], stores)
    angle = generator.uniform(0, 2 * np.pi, 2 * stores)
    radius = np.array([1.0, 4.0])[ring] + 0.1 * generator.normal(size=2 * stores)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), ring


def assert_same_up_to_sign(found, expected, tolerance=1e-9):
    """Compare column by column, either way round."""
    assert found.shape == expected.shape
    signs = np.sign(np.sum(found * expected, axis=0))
    np.testing.assert_allclose(found, expected * signs, rtol=0, atol=tolerance)


def test_only_kernel_pca_parts_two_rings():
    """One around the other: no plane parts them, and k-means draws planes."""
    values, ring = rings()
    found = {}
    for method in COMPONENT_METHODS:
        long = long_frame(values, column="feature")
        changes = {"method": method, "maximum_components": 2, "gamma": 0.5}
        components = positions(long, *reduce(long, **changes))
        labels = KMeans(2, n_init=10, random_state=0).fit_predict(components)
        found[method] = adjusted_rand_score(ring, labels)
    assert found["kernel_pca"] > 0.95
    assert max(found["pca"], found["incremental_pca"]) < 0.1


@pytest.mark.parametrize("gamma", [None, 0.05, 2.0])
def test_kernel_pca_with_all_stores_is_exact(gamma):
    """Old and new stores stand where the kernel PCA of scikit-learn puts them."""
    values, new = cloud(), cloud(stores=30, seed=1)
    long = long_frame(values, column="feature")
    model = reduce(long, gamma=gamma)
    exact = KernelPCA(3, kernel="rbf", gamma=gamma or 1 / values.var(axis=0).sum()).fit(values)
    assert_same_up_to_sign(positions(long, *model), exact.transform(values))
    assert_same_up_to_sign(
        positions(long_frame(new, column="feature"), *model), exact.transform(new)
    )
    ratios = model[1].groupby("component")["explained_variance_ratio"].first()
    every = KernelPCA(kernel="rbf", gamma=exact.gamma_).fit(values).eigenvalues_
    np.testing.assert_allclose(ratios, exact.eigenvalues_ / every.sum(), rtol=1e-9)


def test_kernel_pca_by_landmarks_is_nystroem_and_pca():
    """With fewer landmarks than stores: the same two steps by scikit-learn."""
    values, new = cloud(), cloud(stores=30, seed=1)
    long = long_frame(values, column="feature")
    landmarks, loadings = reduce(long, landmarks=25)
    assert landmarks["landmark"].nunique() == 25
    chosen = landmarks.pivot(index="landmark", columns="feature", values="value").to_numpy()
    kernel = Nystroem(gamma=landmarks["gamma"].iloc[0], n_components=25, random_state=0)
    kernel.fit(chosen)
    pca = PCA(3, svd_solver="full").fit(kernel.transform(values))
    for rows in (values, new):
        assert_same_up_to_sign(
            positions(long_frame(rows, column="feature"), landmarks, loadings),
            pca.transform(kernel.transform(rows)),
        )
    ratios = loadings.groupby("component")["explained_variance_ratio"].first()
    np.testing.assert_allclose(ratios, pca.explained_variance_ratio_, rtol=1e-9)


def test_incremental_pca_goes_batch_by_batch(monkeypatch):
    """It is the one of scikit-learn over the stores by name, and not quite that of all at once."""
    monkeypatch.setattr(reduction, "BATCH_ROWS", 40)
    values = cloud(stores=150, features=9)
    long = long_frame(values, column="feature")
    model = reduce(shuffled(long, 1), method="incremental_pca")
    batches = IncrementalPCA(3, batch_size=40).fit(values)
    found = positions(long, *model)
    assert_same_up_to_sign(found, batches.transform(values))
    ratios = model[1].groupby("component")["explained_variance_ratio"].first()
    np.testing.assert_allclose(ratios, batches.explained_variance_ratio_, rtol=1e-9)
    at_once = positions(long, *reduce(long, method="pca"))
    assert np.abs(np.abs(found) - np.abs(at_once)).max() > 1e-3
    assert abs(np.corrcoef(found[:, 0], at_once[:, 0])[0, 1]) > 0.95


def test_incremental_pca_that_keeps_all_equals_pca(monkeypatch):
    """Where nothing is forgotten, batches make no difference."""
    monkeypatch.setattr(reduction, "BATCH_ROWS", 40)
    long = long_frame(cloud(stores=150), column="feature")
    every = {"maximum_components": 30}
    (_, found), (_, expected) = (
        reduce(long, method=method, **every) for method in ("incremental_pca", "pca")
    )
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("method", COMPONENT_METHODS)
def test_setting_explained_variance_and_maximum_components(method):
    """As few components as reach the share, and never more than the maximum."""
    long = long_frame(cloud(), column="feature")

    def kept(**changes):
        _, loadings = reduce(long, method=method, **changes)
        return loadings.groupby("component")["explained_variance_ratio"].first()

    ratios = kept(explained_variance=0.6, maximum_components=30)
    assert ratios.sum() >= 0.6 > ratios.iloc[:-1].sum()
    assert len(kept(explained_variance=0.9, maximum_components=30)) > len(ratios)
    assert len(kept(explained_variance=1.0, maximum_components=2)) == 2


def test_setting_landmarks():
    """At most so many, all of them fitted stores, in the same draw whatever the order of rows."""
    long = long_frame(cloud(), column="feature")
    landmarks, loadings = reduce(long, excluding(long, ["s0003"]), landmarks=79)
    assert set(landmarks["landmark"]) == set(store_names(80)) - {"s0003"}
    assert set(loadings["feature"]) == set(landmarks["landmark"])
    few, _ = reduce(long, landmarks=10)
    assert few["landmark"].nunique() == 10
    pd.testing.assert_frame_equal(reduce(shuffled(long, 2), landmarks=10)[0], few)
    of_store = long.rename(columns={"store_id": "landmark"})
    assert len(few.merge(of_store, on=["category", "landmark", "feature", "value"])) == len(few)


def test_setting_gamma():
    """By default 1 / total variance; a number is taken as it is."""
    values = cloud()
    long = long_frame(values, column="feature")
    default, by_default = reduce(long)
    np.testing.assert_allclose(default["gamma"], 1 / values.var(axis=0).sum())
    given_gamma, by_given = reduce(long, gamma=0.7)
    assert (given_gamma["gamma"] == 0.7).all()
    assert not np.allclose(by_default["centre"], by_given["centre"])


def test_the_seed_draws_the_landmarks():
    """Another seed, other landmarks."""
    long = long_frame(cloud(), column="feature")
    chosen = SETTINGS | {"landmarks": 10}
    outliers = nobody_excluded(long)
    frames = [
        choose_landmarks(relation_of(long), outliers, settings=chosen, seed=seed)
        for seed in range(3)
    ]
    drawn = {tuple(frame["landmark"]) for frame in frames}
    assert len(drawn) == 3


@pytest.mark.parametrize("method", ["none", "pca", "incremental_pca"])
def test_other_methods_have_no_landmarks(method):
    """An empty frame of the same columns and dtypes."""
    chosen, outliers = SETTINGS | {"method": method}, pd.DataFrame()

    def must_not_be_read():
        raise AssertionError("the values were read for nothing")

    landmarks = choose_landmarks(
        SimpleNamespace(df=must_not_be_read), outliers, settings=chosen, seed=0
    )
    assert landmarks.empty
    assert landmarks.dtypes.astype(str).to_dict() == SCHEMA


def test_copies_of_a_store_are_one_landmark_and_change_nothing_else():
    """Copies weigh in the middle and the variance as in the kernel PCA of scikit-learn."""
    values = np.vstack([cloud(30), np.repeat(cloud(5), 6, axis=0)])
    long = long_frame(values, column="feature")
    model = reduce(long)
    assert model[0]["landmark"].nunique() == 30
    exact = KernelPCA(3, kernel="rbf", gamma=1 / values.var(axis=0).sum()).fit(values)
    assert_same_up_to_sign(positions(long, *model), exact.transform(values))


@pytest.mark.parametrize("shape", [(1, 3), (5, 3)])
def test_kernel_pca_of_equal_stores(shape):
    """One component, at 0, that explains nothing."""
    long = long_frame(np.full(shape, 0.1), column="feature")
    landmarks, loadings = reduce(long)
    assert landmarks["landmark"].nunique() == 1
    assert loadings[["component", "centre", "loading"]].values.tolist() == [[1, 1.0, 1.0]]
    assert loadings["explained_variance_ratio"].tolist() == [0.0]
    assert (positions(long, landmarks, loadings) == 0).all()


def test_categories_have_landmarks_of_their_own():
    """Each its stores, its gamma and its model."""
    beer = long_frame(cloud(), column="feature")
    wine = long_frame(cloud(40, 3, seed=5) * 10, column="feature", category="wine")
    landmarks, loadings = reduce(pd.concat([wine, beer]))
    for category, long in (("beer", beer), ("wine", wine)):
        for both, alone in zip((landmarks, loadings), reduce(long), strict=True):
            own = both[both["category"] == category].reset_index(drop=True)
            pd.testing.assert_frame_equal(own, alone)


@given(st.integers(0, 1000), st.integers(2, 30), st.integers(1, 5), st.sampled_from([5, 500]))
@settings(max_examples=20)
def test_order_does_not_matter_to_kernel_pca(seed, stores, features, most):
    """Any row order gives the same model; components are centred, signs are fixed."""
    long = long_frame(cloud(stores, features, seed), column="feature")
    model = reduce(long, landmarks=most)
    for found, expected in zip(reduce(shuffled(long, seed), landmarks=most), model, strict=True):
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    np.testing.assert_allclose(positions(long, *model).mean(axis=0), 0, atol=1e-9)
    loadings = model[1].pivot(index="component", columns="feature", values="loading").to_numpy()
    assert (loadings.max(axis=1) > (1 - 1e-9) * np.abs(loadings).max(axis=1)).all()
