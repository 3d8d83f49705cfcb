from python_ml.run_stability import compare_runs


def model(dbt, session):
    """One row per category: how alike its clusters are to those of the published run before."""
    return compare_runs(
        dbt.ref("mrg_placements").filter("is_fitted or is_thin").df(),
        dbt.ref("mrg_previous").df(),
    )
