from python_ml.cluster_count import score_cluster_counts
from python_ml.settings import section


def model(dbt, session):
    """One row per category and number of clusters: its scores, and whether it was chosen."""
    return score_cluster_counts(
        dbt.ref("ml_internal_components").filter("is_fitted").df(),
        dbt.ref("feat_internal_outliers").df(),
        settings=section(
            dbt.ref("stg_settings").df(), "internal.cluster_count", "internal.algorithm"
        ),
        minimum_stores=section(dbt.ref("stg_settings").df(), "internal.too_few_stores")[
            "minimum_stores"
        ],
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
