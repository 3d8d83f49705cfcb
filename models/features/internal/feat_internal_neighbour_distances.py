from python_ml.outliers import flag_outliers
from python_ml.settings import section


def model(dbt, session):
    """One row per category and store: how far it is from its neighbours, if that is asked for."""
    return flag_outliers(
        dbt.ref("feat_internal_imputed").df(),
        settings=section(dbt.ref("stg_settings").df(), "internal.outliers"),
    )
