from python_ml.clustering import fit_clusters
from python_ml.settings import section


def model(dbt, session):
    """One row per category, parameter and what it is about: the clusters, and who is in them."""
    return fit_clusters(
        dbt.ref("ml_internal_components").filter("is_fitted").df(),
        dbt.ref("feat_internal_outliers").df(),
        dbt.ref("ml_internal_cluster_counts").df(),
        settings=section(dbt.ref("stg_settings").df(), "internal.algorithm"),
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
