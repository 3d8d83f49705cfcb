"""What all fits have in common: nearest clusters, ties, numbers."""

import numpy as np
import pytest

from python_ml.algorithms.fit import Fit, check_counts, count_distinct, make_fit


def nearest(rows, centroids):
    """Return the labels that rows get from centroids."""
    return Fit(np.array(centroids), None, None, 0.0).assign(rows).tolist()


def test_nearest_centroid_and_ties():
    """The nearest centroid wins; of equally near ones the first, even if sums round."""
    rows = np.array([[0.1 + 0.2], [0.9], [0.6]])
    assert nearest(rows, [[0.0], [0.6]]) == [0, 1, 1]
    assert nearest(rows, [[0.6], [0.0]]) == [0, 0, 0]


def test_shapes_decide_what_is_near():
    """(4, 0) is 4 away from the first; of the second 6 at half the factor, and an offset."""
    shapes = {"factors": np.stack([np.eye(2), np.diag([0.5, 9.0])]), "offsets": np.array([0.0, 1])}
    fit = Fit(np.array([[0.0, 0], [10, 0]]), None, None, 0.0, **shapes)
    np.testing.assert_allclose(fit.squared_distances(np.array([[4.0, 0]])), [[16, 10]])
    assert fit.assign(np.array([[4.0, 0]])).tolist() == [1]
    turned = fit._replace(factors=np.array([[[1.0, 2], [0, 3]]] * 2), offsets=np.zeros(2))
    # the row (4, 1) times the matrix is (4, 11)
    assert turned.squared_distances(np.array([[4.0, 1]]))[0, 0] == 16 + 121


def test_shapes_are_numbered_with_their_clusters():
    """The larger cluster is the first, and its centroid, factor and offset go with it."""
    rows = np.array([[0.0], [9.0], [9.5], [10.0]])
    fit = make_fit(
        rows,
        np.array([0, 1, 1, 1]),
        centroids=np.array([[0.5], [9.0]]),
        factors=np.array([[[3.0]], [[4.0]]]),
        offsets=np.array([7.0, 0.0]),
    )
    assert fit.labels.tolist() == [1, 0, 0, 0]
    assert fit.centroids.ravel().tolist() == [9, 0.5]
    assert fit.factors.ravel().tolist() == [4, 3]
    assert fit.offsets.tolist() == [0, 7]
    assert fit.inertia == 0.25 + 0 + 0.25 + 1


def test_noise_has_no_say_in_the_centroid_but_counts_in_the_size():
    """Without the noise the first cluster would be smaller than the second."""
    rows = np.array([[0.0], [1.0], [20.0], [21.0], [22.0], [5.0], [6.0]])
    fit = make_fit(rows, np.array([0, 0, 1, 1, 1, -1, -1]))
    assert fit.centroids.ravel().tolist() == [0.5, 21]
    assert fit.labels.tolist() == [0, 0, 1, 1, 1, 0, 0]
    assert fit.is_noise.tolist() == [False] * 5 + [True] * 2


@pytest.mark.parametrize("most", [None, 1, 2, 3, 50])
def test_distinct_rows_are_counted_as_far_as_asked_for(most):
    """Whether there are so many is never wrong, also if they come last."""
    rows = np.repeat([0.0, 1.0, 2.0], [100, 1, 1])[:, np.newaxis]
    counted = count_distinct(rows, most)
    assert counted == 3 or 1 <= most <= counted


@pytest.mark.parametrize("counts", [[0, 1], [2, 4]])
def test_an_impossible_number_of_clusters_is_refused(counts):
    """Neither no cluster nor more clusters than distinct rows."""
    rows = np.array([[0.0], [1.0], [1.0], [2.0]])
    wrong = {0, 4}.intersection(counts).pop()
    with pytest.raises(ValueError, match=f"{wrong} clusters cannot be fitted: 4 stores have 3 dis"):
        check_counts(rows, counts)
