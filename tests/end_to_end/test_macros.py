"""Macros as values, in the settings in which each value can be seen."""

import pytest

pytestmark = pytest.mark.end_to_end
ALL_IS_WELL = "All macros give what they should."


def operation(chain, macro: str, *arguments: str, check: bool = True, **environment: str) -> str:
    """What a macro says when it is run on its own."""
    return chain.dbt("run-operation", macro, *arguments, check=check, **environment)


def test_all_macros_give_what_they_should(small):
    assert ALL_IS_WELL in operation(small, "test_all")


def test_an_environment_variable_goes_before_the_default_of_a_path(small):
    assert ALL_IS_WELL in operation(small, "test_all", DATA_DIR="elsewhere")


def test_the_user_goes_before_the_environment_and_that_before_the_defaults(small):
    user = "{internal: {algorithm: {starts: 7}}, quality: {missing_markers: ['-999', NA, '']}}"
    said = operation(small, "test_all", "--target", "dev", "--vars", user)
    assert ALL_IS_WELL in said


def test_an_unknown_setting_in_a_model_stops(small):
    said = operation(
        small, "setting", "--args", "{path: internal.scale.nothing}", check=False
    )  # fmt: skip
    assert "there is no setting internal.scale.nothing" in said


def test_a_working_file_outside_of_work_has_nowhere_to_be_published_to(small):
    said = operation(
        small, "published_path", "--args", "{working_path: warehouse/prod.duckdb}", check=False
    )
    assert "is not in a folder called work" in said
