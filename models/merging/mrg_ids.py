from python_ml.identity import match_final
from python_ml.settings import section


def model(dbt, session):
    """One row per category and final label: its id, the same as long as the cluster lasts."""
    return match_final(
        dbt.ref("mrg_constrained").df(),
        dbt.ref("mrg_previous").df(),
        dbt.source("history", "cluster_registry").df(),
        label="constrained_label",
        settings=section(dbt.ref("stg_settings").df(), "merging"),
    )
