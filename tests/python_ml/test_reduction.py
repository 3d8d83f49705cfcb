"""Reduction: planted directions are found, scores keep the distances, signs are fixed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.landmarks import choose_landmarks
from python_ml.reduction import SCHEMA, fit_reduction
from tests.python_ml.planted import (
    array_of,
    excluding,
    long_frame,
    nobody_excluded,
    relation_of,
    shuffled,
)

SETTINGS = {
    "method": "pca",
    "explained_variance": 0.9,
    "maximum_components": 30,
    "landmarks": 500,
    "gamma": None,
}
METHODS = ["none", "pca", "incremental_pca", "kernel_pca"]


def reduce(values, outliers, **changes):
    """Return the model of a long frame as the two models of the pipeline make it."""
    chosen = SETTINGS | changes
    landmarks = choose_landmarks(relation_of(values), outliers, settings=chosen, seed=3)
    return fit_reduction(values, outliers, landmarks, settings=chosen)


def reduce_all(values, **changes):
    """Return the model of a long frame in which nobody is excluded."""
    return reduce(values, nobody_excluded(values), **changes)


def component_scores(values, model):
    """Return component scores (stores x components) by the join a database would make."""
    joined = values.merge(model, on=["category", "feature"])
    joined["score"] = (joined["value"] - joined["centre"]) * joined["loading"]
    scores = joined.groupby(["store_id", "component"])["score"].sum().unstack()
    return scores.to_numpy()


def loadings_of(model):
    """Return the loadings as an array (components x features)."""
    return model.pivot(index="component", columns="feature", values="loading").to_numpy()


def correlated(stores=120, features=8, hidden=2, seed=0, noise=0.05):
    """Return stores whose features are mixtures of a few hidden ones, plus a little noise."""
    generator = np.random.default_rng(seed)
    mixture = generator.normal(size=(hidden, features))
    values = generator.normal(size=(stores, hidden)) @ mixture
    return long_frame(values + noise * generator.normal(size=values.shape) + 100, column="feature")


@pytest.mark.parametrize("hidden", [1, 2, 3, 5])
def test_planted_number_of_directions_is_found(hidden):
    """Features mixed from a few hidden ones come back as exactly that few components."""
    model = reduce_all(correlated(hidden=hidden), explained_variance=0.98)
    assert model["component"].unique().tolist() == list(range(1, hidden + 1))


def test_planted_direction_is_found():
    """A cloud stretched along a known direction has it as its first component."""
    generator = np.random.default_rng(5)
    direction = np.array([0.6, -0.8, 0.0])
    values = generator.normal(size=(300, 1)) * 9 * direction + generator.normal(size=(300, 3))
    first = loadings_of(reduce_all(long_frame(values, column="feature")))[0]
    assert abs(first @ direction) > 0.999
    assert first[1] > 0


def test_loadings_are_the_eigenvectors_of_the_covariance():
    """Loadings, centres and shares equal those of the covariance matrix."""
    long = correlated(noise=0.5)
    values = array_of(long, "feature")
    model = reduce_all(long, explained_variance=1.0)
    variances, vectors = np.linalg.eigh(np.cov(values.T))
    loadings = loadings_of(model)
    assert loadings.shape == (8, 8)
    np.testing.assert_allclose(
        np.abs(np.sum(loadings * vectors.T[::-1], axis=1)), np.ones(8), rtol=1e-9
    )
    ratios = model.groupby("component")["explained_variance_ratio"].first()
    np.testing.assert_allclose(ratios, variances[::-1] / variances.sum(), rtol=1e-9)
    centres = model.loc[model["component"] == 3, "centre"]
    np.testing.assert_allclose(centres, values.mean(axis=0), rtol=1e-12)


def test_components_are_not_whitened():
    """The variance of a component is its share of the total variance, not 1."""
    long = correlated(noise=0.5)
    model = reduce_all(long, explained_variance=1.0)
    variances = component_scores(long, model).var(axis=0)
    total = array_of(long, "feature").var(axis=0).sum()
    ratios = model.groupby("component")["explained_variance_ratio"].first()
    np.testing.assert_allclose(variances, ratios * total, rtol=1e-9)


def test_method_none_keeps_the_features():
    """Without reduction component i is the i-th feature by name, unchanged."""
    long = correlated(features=4)
    model = reduce_all(long, method="none")
    np.testing.assert_array_equal(loadings_of(model), np.eye(4))
    assert (model["centre"] == 0).all()
    np.testing.assert_array_equal(component_scores(long, model), array_of(long, "feature"))
    variances = array_of(long, "feature").var(axis=0)
    ratios = model.groupby("component")["explained_variance_ratio"].first()
    np.testing.assert_allclose(ratios, variances / variances.sum())


@pytest.mark.parametrize(("share", "kept"), [(0.5, 1), (0.8, 2), (0.81, 3), (1.0, 4)])
def test_setting_explained_variance(share, kept):
    """Shares of 50, 30, 15 and 5 %: as few components as reach the asked one."""
    corners = np.diag(np.sqrt([50.0, 30.0, 15.0, 5.0]))
    values = np.vstack([corners, -corners])
    model = reduce_all(long_frame(values, column="feature"), explained_variance=share)
    assert model["component"].max() == kept


@pytest.mark.parametrize("most", [1, 3])
def test_setting_maximum_components(most):
    """The maximum holds even if the share is not reached."""
    model = reduce_all(correlated(noise=5), explained_variance=1.0, maximum_components=most)
    assert model["component"].max() == most


def test_setting_method_must_be_known():
    """Another method is refused with the names of all."""
    with pytest.raises(ValueError, match="'ica': choose one of none, pca, incremental_pca"):
        reduce_all(correlated(), method="ica")


def test_excluded_stores_are_not_looked_at():
    """The model is the same whatever the values of an excluded store."""
    long = correlated()
    outliers = excluding(long, ["s0003"])
    wild = long.assign(value=long["value"].where(long["store_id"] != "s0003", 1e6))
    model = reduce(long, outliers)
    pd.testing.assert_frame_equal(reduce(wild, outliers), model)
    assert not model.equals(reduce_all(long))


@pytest.mark.parametrize("method", ["pca", "incremental_pca", "none"])
@pytest.mark.parametrize("shape", [(1, 3), (5, 3), (1, 1)])
def test_nothing_varies(method, shape):
    """One store, or equal stores, still give at least one component of finite numbers."""
    long = long_frame(np.full(shape, 0.1), column="feature")
    model = reduce_all(long, method=method)
    assert model["component"].max() == (shape[1] if method == "none" else 1)
    assert np.isfinite(model[["centre", "loading", "explained_variance_ratio"]]).all(axis=None)
    assert (model["explained_variance_ratio"] == 0).all()
    if method != "none":
        assert model["loading"].tolist() == [1.0] + [0.0] * (shape[1] - 1)
        np.testing.assert_allclose(component_scores(long, model), 0, atol=1e-15)


def test_one_feature():
    """A single feature is its own component, with the sign it had."""
    model = reduce_all(long_frame([[1.0], [2.0], [6.0]], column="feature"))
    assert model[["component", "centre", "loading"]].values.tolist() == [[1, 3.0, 1.0]]
    assert model["explained_variance_ratio"].tolist() == [1.0]


def test_directions_without_variance_are_no_components():
    """A copied and a constant feature add no component, even if all variance is asked for."""
    values = np.random.default_rng(0).normal(size=(50, 2)) + 1000
    wide = np.column_stack([values, values[:, 0], np.full(50, 0.1)])
    model = reduce_all(long_frame(wide, column="feature"), explained_variance=1.0)
    assert model["component"].max() == 2


def test_sign_of_equal_loadings_is_decided_by_the_first_feature():
    """Two opposite features of equal weight: the first by name is positive."""
    model = reduce_all(long_frame([[-1.0, 1.0], [1.0, -1.0], [2.0, -2.0]], column="feature"))
    np.testing.assert_allclose(model["loading"], [np.sqrt(0.5), -np.sqrt(0.5)])
    for seed in range(20):
        column = np.random.default_rng(seed).normal(size=30)
        pair = np.column_stack([column, -column])
        loadings = reduce_all(long_frame(pair, column="feature"))["loading"]
        np.testing.assert_allclose(loadings, [np.sqrt(0.5), -np.sqrt(0.5)])


def test_an_empty_frame_stays_a_frame():
    """No stores, no rows, but the same columns and dtypes as ever."""
    empty = pd.DataFrame({name: [] for name in ("category", "store_id", "feature", "value")})
    outliers = pd.DataFrame({name: [] for name in ("category", "store_id", "is_excluded")})
    result = reduce(empty, outliers)
    assert result.empty
    assert result.dtypes.astype(str).to_dict() == SCHEMA
    assert reduce_all(correlated()).dtypes.astype(str).to_dict() == SCHEMA


def test_categories_do_not_touch_each_other():
    """Each category has its own features and its own model."""
    beer, wine = correlated(), correlated(features=3, hidden=1, seed=9).assign(category="wine")
    both = pd.concat([wine, beer])
    model = reduce_all(both)
    assert model["category"].unique().tolist() == ["beer", "wine"]
    pd.testing.assert_frame_equal(
        model.loc[model["category"] == "wine"].reset_index(drop=True), reduce_all(wine)
    )


@given(
    st.integers(0, 1000),
    st.integers(2, 40),
    st.integers(1, 6),
    st.sampled_from(["pca", "incremental_pca", "none"]),
)
@settings(max_examples=20)
def test_order_does_not_matter_and_distances_are_kept(seed, stores, features, method):
    """Any row order gives the same model; all components together keep every distance."""
    values = np.random.default_rng(seed).normal(size=(stores, features)) + 3
    long = long_frame(values, column="feature")
    mixed = shuffled(long, seed)
    before = mixed.copy(deep=True)
    full = {"method": method, "explained_variance": 1.0}
    model = reduce_all(long, **full)
    pd.testing.assert_frame_equal(reduce_all(mixed, **full), model, check_exact=True)
    pd.testing.assert_frame_equal(mixed, before)
    scores, loadings = component_scores(long, model), loadings_of(model)
    np.testing.assert_allclose(loadings @ loadings.T, np.eye(len(loadings)), atol=1e-9)
    assert (loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)] > 0).all()
    np.testing.assert_allclose(
        np.linalg.norm(scores - scores[0], axis=1),
        np.linalg.norm(values - values[0], axis=1),
        atol=1e-9,
    )


@given(st.integers(0, 1000), st.floats(-1e3, 1e3))
@settings(max_examples=20)
def test_shift_moves_only_the_centre(seed, shift):
    """Adding a constant to every value changes the centre and nothing else."""
    long = correlated(stores=30, features=5, hidden=3, seed=seed, noise=0.3)
    model, moved = reduce_all(long), reduce_all(long.assign(value=long["value"] + shift))
    np.testing.assert_allclose(moved["centre"], model["centre"] + shift, atol=1e-9)
    np.testing.assert_allclose(moved["loading"], model["loading"], atol=1e-6)


@pytest.mark.parametrize(
    ("outliers", "message"),
    [
        (lambda frame: frame.iloc[1:], "store_id 's0000': the outlier frame does not say"),
        (lambda frame: pd.concat([frame, frame]), "category 'beer', store_id 's0000': more than"),
        (lambda frame: frame.assign(is_excluded=True), "all 120 stores are excluded from fitting"),
        (lambda frame: frame.assign(is_excluded=None), "'s0000': the outlier frame does not say"),
    ],
)
def test_broken_outlier_frames_are_refused(outliers, message):
    """A store without an answer, or with two, is named; so is a category without stores."""
    long = correlated()
    with pytest.raises(ValueError, match=message):
        reduce(long, outliers(nobody_excluded(long)))


def test_gaps_are_refused():
    """A missing value is named."""
    with pytest.raises(ValueError, match="'s0000', feature 'f01': the value is missing"):
        reduce_all(correlated().drop(index=0))


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_required(name):
    """A missing setting fails under its name."""
    incomplete = {key: value for key, value in SETTINGS.items() if key != name}
    long = correlated()
    with pytest.raises(KeyError, match=name):
        outliers = nobody_excluded(long)
        landmarks = choose_landmarks(relation_of(long), outliers, settings=incomplete, seed=0)
        fit_reduction(long, outliers, landmarks, settings=incomplete)
