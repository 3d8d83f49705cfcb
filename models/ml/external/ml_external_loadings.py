from python_ml.reduction import fit_reduction
from python_ml.settings import section


def model(dbt, session):
    """One row per category, component and feature: how the features make up the components."""
    return fit_reduction(
        dbt.ref("feat_external_scaled").filter("is_fitted").df(),
        dbt.ref("feat_external_outliers").df(),
        dbt.ref("ml_external_landmarks").df(),
        settings=section(dbt.ref("stg_settings").df(), "external.reduce"),
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
