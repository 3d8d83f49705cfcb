"""One published model as a scikit-learn pipeline, from scaled and clipped values on."""

import argparse

import duckdb
import numpy as np
import skops.io
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline


def build_pipeline(table):
    """Components and nearest centroid from scaled values; label = cluster_id - 1."""
    kinds = dict(list(table.groupby("parameter")))
    if "landmark" in kinds:
        raise ValueError("kernel_pca cannot be exported: use the query of docs/scoring.md")
    wide = kinds["loading"].pivot(index="component", columns="feature", values="value")
    centres = kinds["centroid"].pivot(index="cluster_id", columns="component", values="value")
    names = wide.columns.to_numpy(dtype=object)
    pca = PCA(len(wide))
    pca.components_ = wide.to_numpy()
    pca.mean_ = kinds["component_centre"].set_index("feature")["value"][names].to_numpy()
    pca.n_features_in_, pca.feature_names_in_ = len(names), names
    pca.n_components_ = len(wide)
    kmeans = KMeans(len(centres))
    kmeans.cluster_centers_ = np.ascontiguousarray(centres[wide.index])
    kmeans.n_features_in_, kmeans._n_threads = len(wide), 1
    return Pipeline([("components", pca), ("clusters", kmeans)])


def main():
    """Read the published table and write the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("database", "category", "dataset", "out"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    query = "select * from marts.model_parameters where category = ? and dataset = ?"
    try:
        with duckdb.connect(given.database, read_only=True) as connection:
            table = connection.execute(query, [given.category, given.dataset]).df()
        if "loading" not in set(table["parameter"]):
            raise ValueError(f"no model of {given.category!r}, {given.dataset!r} is published")
        skops.io.dump(build_pipeline(table), given.out)
    except (ValueError, OSError, duckdb.Error) as error:
        parser.error(str(error).split("\n")[0])


if __name__ == "__main__":
    main()
