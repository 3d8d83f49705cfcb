from python_ml.merging import fold_small_clusters
from python_ml.settings import section


def model(dbt, session):
    """One row per category and merged label: the final cluster that its stores end in."""
    return fold_small_clusters(
        dbt.ref("mrg_space").df(),
        dbt.ref("mrg_labels").df(),
        settings=section(dbt.ref("stg_settings").df(), "merging"),
    )
