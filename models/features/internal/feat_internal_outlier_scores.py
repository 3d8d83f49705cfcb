from python_ml.outliers import score_outliers
from python_ml.settings import section


def model(dbt, session):
    """One row per category and fitted store: how far out it is, by all features together."""
    return score_outliers(
        dbt.ref("feat_internal_imputed").filter("is_fitted").df(),
        settings=section(dbt.ref("stg_settings").df(), "internal.outliers"),
        seed=section(dbt.ref("stg_settings").df(), "internal.algorithm")["seed"],
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
