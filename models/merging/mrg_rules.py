from python_ml.rules import describe_clusters
from python_ml.settings import section


def model(dbt, session):
    """One row per category, final cluster and rule: what its stores have in common."""
    return describe_clusters(
        dbt.ref("mrg_values").df(),
        dbt.ref("mrg_members").df(),
        settings=section(dbt.ref("stg_settings").df(), "explanations"),
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
