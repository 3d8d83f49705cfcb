from python_ml.naming import name_clusters


def model(dbt, session):
    """One row per category and final cluster: its name in plain words."""
    return name_clusters(
        dbt.ref("mrg_profiles").df(),
        dbt.ref("mrg_members").df(),
        dbt.source("history", "clusters").df(),
    )
