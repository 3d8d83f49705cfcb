"""Work spread over processes: the same results in the same order as in one."""

import os
import threading

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info

from python_ml.categories import for_each_category
from python_ml.cluster_count import score_cluster_counts
from python_ml.clustering import fit_clusters
from python_ml.landmarks import choose_landmarks
from python_ml.outliers import score_outliers
from python_ml.reduction import fit_reduction
from tests.python_ml.planted import nobody_excluded, planted, relation_of

ITEMS = [(f"c{number:02d}", number) for number in range(12)]


def where(category, number):
    """Return the item, the process that worked on it, and the threads of its libraries."""
    np.ones((3, 3)) @ np.ones((3, 3))
    return category, number, os.getpid(), max(pool["num_threads"] for pool in threadpool_info())


def fail_at_five(category, number):
    """Fail in one category."""
    if number == 5:
        raise ValueError(f"category {category!r} is wrong")
    return number


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_results_come_in_the_order_of_the_items(cores):
    """Whoever is ready first."""
    found = for_each_category(where, ITEMS, cores=cores, patience=0)
    assert [(category, number) for category, number, _, _ in found] == ITEMS


def test_setting_cores_says_how_many_processes_work():
    """One core is this process; two are two others; small work stays here."""
    processes = {
        (cores, patience): {
            process
            for _, _, process, _ in for_each_category(where, ITEMS, cores=cores, patience=patience)
        }
        for cores, patience in [(1, 0), (2, 0), (2, 60)]
    }
    assert processes[1, 0] == {os.getpid()}
    assert os.getpid() not in processes[2, 0]
    assert 1 <= len(processes[2, 0]) <= 2
    assert processes[2, 60] == {os.getpid()}


@pytest.mark.parametrize("cores", [1, 2])
def test_every_process_has_one_thread_for_its_libraries(cores):
    """Two processes with two threads each would be too many for two cores."""
    found = for_each_category(where, ITEMS, cores=cores, patience=0)
    assert {threads for _, _, _, threads in found} == {1}


@pytest.mark.parametrize("cores", [1, 2])
def test_a_fault_stops_all_and_keeps_its_words(cores):
    """The message is the one of the function, whichever process raised it."""
    with pytest.raises(ValueError, match="category 'c05' is wrong"):
        for_each_category(fail_at_five, ITEMS, cores=cores, patience=0)
    assert for_each_category(where, ITEMS, cores=cores, patience=0)[0][0] == "c00"


def test_two_models_may_ask_at_once():
    """As the two sides do, which dbt runs in threads of one process."""
    found = {}

    def ask(name):
        found[name] = for_each_category(where, ITEMS, cores=2, patience=0)

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("internal", "external")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("internal", "external"):
        assert [(category, number) for category, number, _, _ in found[name]] == ITEMS


def test_no_items_no_results():
    """A chain without a category that can be clustered."""
    assert for_each_category(where, [], cores=2, patience=0) == []


@pytest.fixture(scope="module")
def chain():
    """Return 6 categories of 60 stores, as components and as features."""
    long = pd.concat(planted([40, 20], seed=seed, category=f"c{seed}")[0] for seed in range(6))
    return long, long.rename(columns={"component": "feature"}).astype({"feature": "str"})


@pytest.mark.parametrize("cores", [2, 3])
def test_the_tables_are_the_same_for_any_number_of_cores(chain, cores, monkeypatch):
    """To the last bit, in every step that works by category."""
    monkeypatch.setattr("python_ml.categories.WORKERS_START_SECONDS", 0.0)
    components, values = chain
    outliers = nobody_excluded(components)
    reduction = {
        "method": "kernel_pca", "explained_variance": 0.9, "maximum_components": 30,
        "landmarks": 20, "gamma": None,
    }  # fmt: skip
    landmarks = choose_landmarks(relation_of(values), outliers, settings=reduction, seed=0)
    far = {
        "method": "knn_distance", "neighbours": 5, "threshold": 3,
        "maximum_share": 0.1, "minimum_stores": 10,
    }  # fmt: skip
    count = {
        "fixed": None, "minimum": 2, "maximum": 4, "rule": "median", "minimum_cluster_size": 5,
        "retry_minimum_cluster_size": None, "minimum_stability": 0.6,
        "maximum_border_density": 1, "resamples": 4,
        "method": "kmeans", "starts": 3, "seed": 0,
    }  # fmt: skip
    scores = score_cluster_counts(components, outliers, settings=count)
    steps = [
        lambda cores: score_cluster_counts(components, outliers, settings=count, cores=cores),
        lambda cores: fit_clusters(components, outliers, scores, settings=count, cores=cores),
        lambda cores: fit_reduction(values, outliers, landmarks, settings=reduction, cores=cores),
        lambda cores: score_outliers(values, settings=far, seed=0, cores=cores),
    ]
    for step in steps:
        pd.testing.assert_frame_equal(step(cores), step(1), check_exact=True)
