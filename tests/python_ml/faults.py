"""The settings of the project, and what is said of a change of them that is wrong."""

from pathlib import Path

import pytest
import yaml

from python_ml.settings import SettingsError, check_settings, merge_layers

ROOT = Path(__file__).parents[2]


def project_defaults() -> dict:
    """The defaults, for a test to change."""
    return yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]


def fault(defaults: dict, over: dict) -> str:
    """What is said about settings that are wrong."""
    with pytest.raises(SettingsError) as error:
        check_settings(merge_layers(defaults, over))
    return str(error.value)
