from python_ml.correlations import drop_correlated
from python_ml.settings import section


def model(dbt, session):
    """One row per feature that says the same as a stronger one, if that is asked for."""
    return drop_correlated(
        dbt.ref("pre_internal_values").filter("is_fitted").df(),
        dbt.ref("feat_internal_candidates").df(),
        settings=section(dbt.ref("stg_settings").df(), "internal.filter"),
    )
