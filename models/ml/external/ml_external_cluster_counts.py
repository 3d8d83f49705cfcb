from python_ml.cluster_count import score_cluster_counts
from python_ml.settings import section


def model(dbt, session):
    """One row per category and number of clusters: its scores, and whether it was chosen."""
    return score_cluster_counts(
        dbt.ref("ml_external_components").filter("is_fitted").df(),
        dbt.ref("feat_external_outliers").df(),
        settings=section(
            dbt.ref("stg_settings").df(), "external.cluster_count", "external.algorithm"
        ),
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
