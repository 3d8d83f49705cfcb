"""The swaps of k-medoids against sums that are plain and slow."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from python_ml.algorithms import medoids as module
from python_ml.algorithms.medoids import swap_changes, swap_medoids
from tests.python_ml.algorithms.test_algorithms import fit
from tests.python_ml.planted import cloud


def cost(distances, medoids):
    """Return the mean distance of a store to its nearest medoid."""
    return distances[:, list(medoids)].min(axis=1).mean()


@st.composite
def beginnings(draw):
    """Return distances of a few stores on a grid, with ties and copies, and some as medoids."""
    places = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=9))
    _, distinct = np.unique(np.array(places), axis=0, return_index=True)
    k = draw(st.integers(1, min(4, len(distinct))))
    begun = draw(st.permutations(distinct.tolist()))[:k]
    rows = np.array(places, dtype=float)
    return cdist(rows, rows), np.array(begun)


@given(beginnings())
@settings(max_examples=60)
def test_each_change_is_that_of_the_swap(beginning):
    """All stores in the place of all medoids, one by one."""
    distances, begun = beginning
    changes = swap_changes(distances, begun)
    for store in range(len(distances)):
        for number in range(len(begun)):
            swapped = begun.copy()
            swapped[number] = store
            change = cost(distances, swapped) - cost(distances, begun)
            assert changes[store, number] == pytest.approx(change, abs=1e-11)


@given(beginnings())
@settings(max_examples=60)
def test_no_swap_is_left_that_helps(beginning):
    """From wherever it begins, and the medoids stay different places."""
    distances, begun = beginning
    found = swap_medoids(distances, begun)
    assert cost(distances, found) <= cost(distances, begun) + 1e-11
    assert (distances[np.ix_(found, found)] > 0).sum() == len(found) * (len(found) - 1)
    for number in range(len(found)):
        for store in range(len(distances)):
            swapped = found.copy()
            swapped[number] = store
            assert cost(distances, swapped) >= cost(distances, found) - 1e-11


@given(beginnings())
@settings(max_examples=60)
def test_one_medoid_is_the_best_of_all(beginning):
    """With one there is no other place to get stuck in; of equals it is the first."""
    distances, begun = beginning
    best = np.round(distances.mean(axis=1), 12)
    found = swap_medoids(distances, begun[:1])[0]
    assert best[found] == pytest.approx(best.min(), abs=1e-11)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_groups_get_the_best_of_all_sets_of_medoids(k, seed):
    """Of k groups that lie apart no set of k stores is nearer to all."""
    centres = 12.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])[np.arange(14) % k]
    rows = cloud(stores=14, seed=seed, dimensions=2) + centres
    distances = cdist(rows, rows)
    best = min(combinations(range(14), k), key=lambda medoids: cost(distances, medoids))
    found = fit(rows, k, "kmedoids").centroids
    assert sorted(map(tuple, found)) == sorted(map(tuple, rows[list(best)]))
    assert swap_medoids(distances, np.arange(k) * k % 14).tolist() == list(best)


def test_of_equal_swaps_the_first_is_made():
    """Four stores in a square: each is as good a middle as the others, and none is moved."""
    square = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1], [9, 9]])
    distances = cdist(square, square)
    assert swap_medoids(distances[:4, :4], np.array([2])).tolist() == [2]
    assert swap_changes(distances, np.array([4])).argmin() == 3
    line = np.array([[0.0], [1], [1], [2]])
    assert swap_medoids(cdist(line, line), np.array([3])).tolist() == [1]


def test_chunks_make_no_difference(monkeypatch):
    """One store at a time, a few, or all at once."""
    rows = cloud(stores=103)
    distances, begun = cdist(rows, rows), np.array([3, 50, 99])
    every = swap_changes(distances, begun)
    for chunk in (1, 103 * 7, 103 * 103):
        monkeypatch.setattr(module, "CHUNK", chunk)
        np.testing.assert_array_equal(swap_changes(distances, begun), every)
