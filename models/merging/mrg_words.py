from python_ml.wording import word_features


def model(dbt, session):
    """One row per category, dataset and feature: how a sentence calls it."""
    return word_features(dbt.ref("mrg_profiles").df())
