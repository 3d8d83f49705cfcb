from python_ml.merging import settle_small_clusters
from python_ml.settings import section


def model(dbt, session):
    """One row per category and store: where it ends when small clusters are dissolved."""
    return settle_small_clusters(
        dbt.ref("mrg_space").filter("is_fitted").df(),
        dbt.ref("mrg_labels").filter("is_fitted").df(),
        settings=section(dbt.ref("stg_settings").df(), "merging"),
    )
