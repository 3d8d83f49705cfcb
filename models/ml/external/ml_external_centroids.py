from python_ml.clustering import fit_centroids
from python_ml.settings import section


def model(dbt, session):
    """One row per category, cluster and component: where the middle of the cluster is."""
    return fit_centroids(
        dbt.ref("ml_external_components").df(),
        dbt.ref("feat_external_outliers").df(),
        dbt.ref("ml_external_cluster_counts").df(),
        settings=section(dbt.ref("stg_settings").df(), "external.algorithm"),
    )
