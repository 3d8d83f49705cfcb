from python_ml.imputation import find_stand_ins
from python_ml.settings import section


def model(dbt, session):
    """One row per missing value of a fitted store: what stands in for it, by all features."""
    return find_stand_ins(
        dbt.ref("feat_external_transformed").filter("is_fitted").df(),
        settings=section(dbt.ref("stg_settings").df(), "external.impute"),
    )
