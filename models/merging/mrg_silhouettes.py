from python_ml.silhouettes import measure_silhouettes


def model(dbt, session):
    """One row per category, stage and sampled store: how clearly it belongs to its cluster."""
    return measure_silhouettes(dbt.ref("mrg_silhouette_samples").df())
