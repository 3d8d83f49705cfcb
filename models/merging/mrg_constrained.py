from python_ml.constraints import constrain
from python_ml.settings import section


def model(dbt, session):
    """One row per category and store: its label once the constraints of the settings hold."""
    return constrain(
        dbt.ref("mrg_space").filter("is_fitted"),
        dbt.ref("mrg_settled").df(),
        dbt.ref("mrg_splits").df(),
        settings=section(dbt.ref("stg_settings").df(), "merging"),
    )
