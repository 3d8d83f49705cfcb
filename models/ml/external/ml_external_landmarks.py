from python_ml.landmarks import choose_landmarks
from python_ml.settings import section


def model(dbt, session):
    """One row per category, landmark and feature: the stores that kernel_pca compares with."""
    return choose_landmarks(
        dbt.ref("feat_external_scaled").filter("is_fitted"),
        dbt.ref("feat_external_outliers").df(),
        settings=section(dbt.ref("stg_settings").df(), "external.reduce"),
        seed=section(dbt.ref("stg_settings").df(), "external.algorithm")["seed"],
    )
