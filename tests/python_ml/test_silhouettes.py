"""Silhouettes are those of scikit-learn, and belong to the store whose row says so."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples

from python_ml.silhouettes import measure_silhouettes, silhouettes, simplified_silhouettes
from tests.python_ml.planted import planted, shuffled, store_names


def sample_of(rows, labels, stage="final", category="beer"):
    return pd.DataFrame(
        {
            "category": category,
            "stage": stage,
            "store_id": store_names(len(rows)),
            "cluster": [f"c{label}" for label in labels],
            "position": list(np.asarray(rows, dtype=float)),
        }
    )


def random_world(seed):
    """Rows in labelled clusters of any size, some of one store, and the positions of twins."""
    generator = np.random.default_rng(seed)
    n, k = int(generator.integers(3, 40)), int(generator.integers(2, 6))
    drawn = generator.integers(k, size=n)
    drawn[1] = drawn[0] + 1
    labels = np.unique(drawn, return_inverse=True)[1]
    rows = generator.normal(size=(n, 3)) + 3 * labels[:, None] * generator.random()
    rows[-1] = rows[0]
    return rows, labels


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_silhouettes_are_those_of_scikit_learn(seed):
    rows, labels = random_world(seed)
    if labels.max() + 1 >= len(rows):
        return
    measured = measure_silhouettes(sample_of(rows, labels))
    # scikit-learn's own distances have half of the digits
    expected = silhouette_samples(cdist(rows, rows), labels, metric="precomputed")
    np.testing.assert_allclose(measured["silhouette"], expected, rtol=0, atol=1e-9)


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_simplified_silhouettes_are_written_out(seed):
    rows, labels = random_world(seed)
    found = simplified_silhouettes(rows, labels)
    means = {label: rows[labels == label].mean(axis=0) for label in set(labels)}
    for row, label, value in zip(rows, labels, found, strict=True):
        away = {other: np.linalg.norm(row - mean) for other, mean in means.items()}
        a = away.pop(label)
        b = min(away.values())
        alone = (labels == label).sum() == 1
        assert value == pytest.approx(0 if alone else (b - a) / max(a, b), abs=1e-9)


def test_several_labelings_cost_one_pass_and_do_not_mix():
    rows, labels = random_world(5)
    other = (rows[:, 0] > np.median(rows[:, 0])).astype(int)
    both = silhouettes(rows, [labels, other])
    for alone, values in zip((labels, other), both, strict=True):
        np.testing.assert_allclose(values, silhouette_samples(rows, alone), rtol=0, atol=1e-7)
    assert silhouettes(rows, []) == []


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_does_not_matter(seed):
    rows, labels = random_world(seed)
    stages = [sample_of(rows, labels), sample_of(rows, labels[::-1], stage="merged")]
    frame = pd.concat([*stages, sample_of(rows * 2, labels, category="ale")])
    pd.testing.assert_frame_equal(
        measure_silhouettes(frame), measure_silhouettes(shuffled(frame, seed)), check_exact=True
    )


def test_every_stage_is_measured_by_itself():
    rows, labels = random_world(7)
    one = sample_of(rows, labels)
    other = sample_of(rows * 0 + np.arange(len(rows))[:, None], labels, stage="merged")
    together = measure_silhouettes(pd.concat([one, other]))
    assert together["stage"].unique().tolist() == ["final", "merged"]
    pd.testing.assert_frame_equal(together[together["stage"] == "final"], measure_silhouettes(one))


def test_a_store_in_the_wrong_cluster_is_the_one_below_zero():
    long, truth = planted([20, 20, 20], seed=3)
    rows = long.pivot(index="store_id", columns="component", values="value").to_numpy()
    truth[17] = (truth[17] + 1) % 3
    measured = measure_silhouettes(sample_of(rows, truth)).set_index("store_id")
    for figure in ("silhouette", "simplified_silhouette"):
        assert measured.index[measured[figure] < 0].tolist() == ["s0017"]
        assert measured[figure].drop("s0017").min() > 0.3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"store_id": "s0000"}, "more than one row"),
        ({"store_id": None}, "a key is null"),
        ({"cluster": None}, "a key is null"),
        ({"cluster": "c0"}, "category 'beer', stage 'final': one cluster has no silhouettes"),
        ({"position": [[0.0], [1.0, 2.0]]}, "different numbers of coordinates"),
        ({"position": [[0.0], [np.nan]]}, "a coordinate is not a finite number"),
    ],
)
def test_what_cannot_be_measured_is_named(change, message):
    sample = sample_of([[0.0], [1.0]], [0, 1]).assign(**change)
    with pytest.raises(ValueError, match=message):
        measure_silhouettes(sample)


def test_no_stage_gives_an_empty_frame():
    sample = sample_of(np.empty((0, 1)), [])
    assert measure_silhouettes(sample).columns.tolist()[-1] == "simplified_silhouette"
