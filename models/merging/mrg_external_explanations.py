from python_ml.external_explanations import explain_by_external
from python_ml.settings import section


def model(dbt, session):
    """One row per category, target and external feature: what it says about the internal side."""
    return explain_by_external(
        dbt.ref("mrg_values").filter("dataset = 'external'").df(),
        dbt.ref("ml_internal_components").filter("is_fitted").df(),
        dbt.ref("mrg_labels").filter("is_fitted").df(),
        settings=section(dbt.ref("stg_settings").df(), "explanations"),
        cores=section(dbt.ref("stg_settings").df(), "resources")["cores"],
    )
