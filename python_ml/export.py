"""One published model as a scikit-learn pipeline in a file that executes nothing when loaded."""

import argparse

import duckdb
import numpy as np
import pandas as pd
import skops.io
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

TRUSTED = ["numpy.dtype"]
"""What a reader of the file has to trust beside the types that skops knows: no code."""

REFUSED = {
    "landmark": "reduce.method kernel_pca",
    "factor": "algorithm.method gaussian_mixture",
    "lower_limit": "outliers.policy winsorise",
    "upper_limit": "outliers.policy winsorise",
}
"""Parameters that no step of the pipeline has a place for, and the setting they come from."""


def build_pipeline(parameters: pd.DataFrame) -> Pipeline:
    """Return the pipeline whose fitted attributes are the published parameters; nothing is fitted.

    It takes one row per store and one column per feature (``feature_names_in_`` names them, in
    their order), after ``transform`` and before imputation, and predicts the position of the
    nearest centroid; ``pipeline["clusters"].cluster_ids_`` has the ``cluster_id`` of each position,
    and ``transform`` gives the distances to all of them.

    Parameters
    ----------
    parameters : DataFrame
        The rows of ``marts.model_parameters`` of one category and dataset: columns ``parameter``,
        ``feature``, ``component``, ``cluster_id``, ``value``.

    Raises
    ------
    ValueError
        If there is no model, or it has a step that cannot be expressed.

    Examples
    --------
    >>> nothing = {"feature": None, "component": None, "cluster_id": None}
    >>> parameters = pd.DataFrame([
    ...     nothing | {"parameter": "missing_stand_in", "feature": "beer", "value": 3.0},
    ...     nothing | {"parameter": "centre", "feature": "beer", "value": 2.0},
    ...     nothing | {"parameter": "scale", "feature": "beer", "value": 0.5},
    ...     nothing | {"parameter": "component_centre", "feature": "beer", "value": 0.0},
    ...     nothing | {"parameter": "loading", "feature": "beer", "component": 1, "value": 1.0},
    ...     nothing | {"parameter": "centroid", "component": 1, "cluster_id": 1, "value": -2.0},
    ...     nothing | {"parameter": "centroid", "component": 1, "cluster_id": 4, "value": 2.0},
    ... ])
    >>> pipeline = build_pipeline(parameters)
    >>> pipeline["clusters"].cluster_ids_[pipeline.predict(np.array([[1.0], [np.nan]]))].tolist()
    [1, 4]
    >>> pipeline.transform(np.array([[1.0], [2.5]])).tolist()
    [[0.0, 4.0], [3.0, 1.0]]
    """
    kinds = {kind: rows for kind, rows in parameters.groupby("parameter")}
    if "loading" not in kinds:
        raise ValueError("no such model is published: see marts.model_parameters")
    for kind, setting in REFUSED.items():
        if kind in kinds:
            raise ValueError(f"{setting} cannot be exported: score with the query of docs/scoring")
    loadings = kinds["loading"].pivot(index="component", columns="feature", values="value")
    centroids = kinds["centroid"].pivot(index="cluster_id", columns="component", values="value")
    names = loadings.columns.to_numpy(dtype=object)

    def by_feature(kind):
        return kinds[kind].set_index("feature")["value"].reindex(names).to_numpy(dtype=float)

    clip = kinds["clip"]["value"].item() if "clip" in kinds else None
    steps = [
        ("impute", _imputer(by_feature("missing_stand_in"))),
        ("scale", _scaler(by_feature("centre"), by_feature("scale"), clip)),
        ("reduce", _reduction(by_feature("component_centre"), loadings.to_numpy(dtype=float))),
        ("clusters", _clusters(centroids[loadings.index])),
    ]
    steps[0][1].feature_names_in_ = names
    return Pipeline(steps)


def _imputer(stand_ins):
    imputer = SimpleImputer(keep_empty_features=True)
    imputer.statistics_, imputer.n_features_in_ = stand_ins, len(stand_ins)
    imputer.indicator_, imputer._fit_dtype = None, np.dtype(float)
    imputer._fill_dtype = np.dtype(float)
    return imputer


def _scaler(centre, scale, clip):
    if clip is None:
        scaler = StandardScaler()
        scaler.mean_, scaler.scale_, scaler.n_features_in_ = centre, scale, len(scale)
        return scaler
    # from -clip to clip scales around the centre, and no farther
    scaler = MinMaxScaler((-clip, clip), clip=True)
    scaler.scale_, scaler.min_, scaler.n_features_in_ = 1 / scale, -centre / scale, len(scale)
    return scaler


def _reduction(centre, loadings):
    reduction = PCA(len(loadings))
    reduction.components_, reduction.mean_ = loadings, centre
    reduction.n_components_, reduction.n_features_in_ = loadings.shape
    return reduction


def _clusters(centroids):
    clusters = KMeans(len(centroids))
    clusters.cluster_centers_ = np.ascontiguousarray(centroids.to_numpy(dtype=float))
    clusters.cluster_ids_ = centroids.index.to_numpy(dtype=int)
    clusters.n_features_in_, clusters._n_threads = centroids.shape[1], 1
    return clusters


def main() -> None:
    """Read the published parameters and write the pipeline."""
    parser = argparse.ArgumentParser(prog="python -m python_ml.export", description=__doc__)
    parser.add_argument("--database", default="warehouse/prod.duckdb", help="the published file")
    parser.add_argument("--category", default="all", help="the category; all for external data")
    parser.add_argument("--dataset", choices=["internal", "external"], required=True)
    parser.add_argument("--out", default="model.skops", help="the file to write")
    given = parser.parse_args()
    query = "select * from marts.model_parameters where category = ? and dataset = ?"
    try:
        with duckdb.connect(given.database, read_only=True) as connection:
            table = connection.execute(query, [given.category, given.dataset]).df()
        skops.io.dump(build_pipeline(table), given.out)
    except (ValueError, OSError, duckdb.Error) as error:
        parser.error(f"{given.category}, {given.dataset}: {str(error).splitlines()[0]}")
    print(f"Written to {given.out}: skops.io.load('{given.out}', trusted={TRUSTED})")


if __name__ == "__main__":
    main()
