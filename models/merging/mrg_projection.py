from python_ml.projection import project_stores
from python_ml.settings import section


def model(dbt, session):
    """One row per category, method and store: where it stands on a map of the joint space."""
    return project_stores(
        dbt.ref("mrg_space").filter("is_fitted").df(),
        "dimension",
        settings=section(dbt.ref("stg_settings").df(), "projections"),
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
