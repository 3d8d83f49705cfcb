from python_ml.identity import match_side
from python_ml.settings import section


def model(dbt, session):
    """One row per category and fitted cluster: its id, the same as long as the cluster lasts."""
    return match_side(
        dbt.ref("ml_external_fits").df(),
        dbt.ref("ml_external_previous").df(),
        dbt.source("history", "cluster_registry").df(),
        dataset="external",
        settings=section(dbt.ref("stg_settings").df(), "merging"),
    )
