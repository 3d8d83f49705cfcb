"""The exported pipeline gives every store the distances and the cluster of the published tables."""

import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from python_ml.export import REFUSED, TRUSTED, build_pipeline

pytestmark = pytest.mark.end_to_end

SIDES = ("internal", "external")


@pytest.fixture(scope="module")
def working(small):
    """The working file of a built chain: the published one has no tables of single steps."""
    with duckdb.connect(
        str(small.path / "warehouse/work/prod.duckdb"), read_only=True
    ) as connection:
        yield lambda sql: connection.execute(sql).df()


def _export(small, category, side, out):
    command = ["-m", "python_ml.export", "--database", str(small.published()), "--out", str(out)]
    return subprocess.run(
        [sys.executable, *command, "--category", category, "--dataset", side],
        cwd=small.path, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _wide(frame, column, names=None):
    wide = frame.pivot(index="store_id", columns=column, values="value").sort_index()
    return wide if names is None else wide[list(names)]


@pytest.mark.parametrize("side", SIDES)
def test_the_loaded_pipeline_places_every_store_as_the_tables_do(small, working, side, tmp_path):
    categories = working(f"select distinct category from ml.ml_{side}_clusters")["category"]
    for category in categories:
        out = tmp_path / f"{category}.skops"
        done = _export(small, category, side, out)
        assert done.returncode == 0, done.stderr
        assert set(skops.io.get_untrusted_types(file=out)) <= set(TRUSTED)
        pipeline = skops.io.load(out, trusted=TRUSTED)
        here = f"where category = '{category}' order by all"
        values = _wide(
            working(f"select * from features.feat_{side}_transformed {here}"),
            "feature", pipeline[0].feature_names_in_,
        )  # fmt: skip
        distances = working(f"select * from ml.ml_{side}_distances {here}").pivot(
            index="store_id", columns="cluster_id", values="distance"
        )
        values = values.reindex(distances.index)
        np.testing.assert_allclose(pipeline.transform(values), distances, atol=1.5e-9)
        clusters = working(f"select * from ml.ml_{side}_clusters {here}").set_index("store_id")
        ids = pipeline["clusters"].cluster_ids_
        labels = pd.Series(ids[pipeline.predict(values)], index=values.index)
        assert labels.equals(clusters["cluster_id"].reindex(values.index).astype(labels.dtype))


def test_components_and_clusters_in_sql_are_those_of_scikit_learn(working):
    """Fitted by scikit-learn to the same stores: components, distances and labels agree."""
    found = working(
        "select category, count(distinct cluster_id) as k from ml.ml_internal_clusters group by 1"
    )
    for category, k in found.itertuples(index=False):
        here = f"where category = '{category}' order by all"
        values = _wide(working(f"select * from features.feat_internal_scaled {here}"), "feature")
        outliers = working(f"select * from features.feat_internal_outliers {here}")
        fitted = values.index.isin(outliers.loc[~outliers["is_excluded"], "store_id"])
        components = _wide(working(f"select * from ml.ml_internal_components {here}"), "component")
        reduction = PCA(components.shape[1]).fit(values[fitted])
        expected = reduction.transform(values)
        signs = np.sign((expected * components.to_numpy()).sum(axis=0))
        np.testing.assert_allclose(components, expected * signs, atol=1e-9)
        centroids = working(f"select * from ml.ml_internal_centroids {here}").pivot(
            index="cluster_id", columns="component", values="value"
        )
        start = KMeans(k, init=centroids.to_numpy(), n_init=1).fit(components[fitted].to_numpy())
        distances = working(f"select * from ml.ml_internal_distances {here}").pivot(
            index="store_id", columns="cluster_id", values="distance"
        )
        np.testing.assert_allclose(distances, start.transform(components.to_numpy()), atol=1.5e-9)
        clusters = working(f"select * from ml.ml_internal_clusters {here}").set_index("store_id")
        labels = centroids.index.to_numpy()[start.predict(components.to_numpy())]
        assert (clusters["cluster_id"].reindex(components.index) == labels).all()


@pytest.mark.parametrize(("parameter", "setting"), REFUSED.items())
def test_what_cannot_be_exported_is_named(parameter, setting):
    parameters = pd.DataFrame({"parameter": ["loading", parameter], "value": 1.0})
    with pytest.raises(ValueError, match=f"{setting} cannot be exported"):
        build_pipeline(parameters)


def test_a_model_that_there_is_not_is_named_in_one_line(small, tmp_path):
    done = _export(small, "Fish", "internal", tmp_path / "fish.skops")
    assert done.returncode == 2
    assert "Fish, internal: no such model is published" in done.stderr
    assert not (tmp_path / "fish.skops").exists()
