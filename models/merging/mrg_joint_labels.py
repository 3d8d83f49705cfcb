from python_ml.merging import cluster_both_sides
from python_ml.settings import section


def model(dbt, session):
    """One row per category and store: its cluster by both sides at once; none under cross."""
    return cluster_both_sides(
        dbt.ref("mrg_space").filter("is_fitted"),
        dbt.ref("mrg_sides").filter("is_fitted").df(),
        settings=section(dbt.ref("stg_settings").df(), "merging"),
        internal=section(
            dbt.ref("stg_settings").df(), "internal.cluster_count", "internal.algorithm"
        ),
        external=section(
            dbt.ref("stg_settings").df(), "external.cluster_count", "external.algorithm"
        ),
        minimum_stores=section(dbt.ref("stg_settings").df(), "internal.too_few_stores")[
            "minimum_stores"
        ],
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
