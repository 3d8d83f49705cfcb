"""The settings: how they are read, how the layers become one, and what is said about a fault.

The values live in `dbt_project.yml` (`vars: defaults` and `vars: environments`) and in the user's
own file; `settings_schema` holds the types and ranges.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pydantic import BaseModel, ValidationError

from python_ml.settings_schema import Settings


class SettingsError(ValueError):
    """A setting is unknown, of the wrong type, out of range, or contradicts another."""


def read_settings_file(path: str | Path) -> dict[str, Any]:
    """Read a user's settings file.

    Raises
    ------
    SettingsError
        If it is not there, is not YAML, or does not hold sections.
    """
    try:
        content = yaml.safe_load(Path(path).read_text())
    except OSError as error:
        raise SettingsError(f"{path}: there is no such file ({error.strerror})") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: this is not YAML: {error}") from None
    if not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        raise SettingsError(
            f"{path}: a settings file has sections, such as `sources:`; found {found}"
        )
    return content


def merge_layers(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Merge settings, later layers first; `sources` is replaced as a whole.

    Examples
    --------
    >>> merge_layers({"quality": {"returns": "net", "x": 1}}, {"quality": {"returns": "refuse"}})
    {'quality': {'returns': 'refuse', 'x': 1}}
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            merged[key] = value if key == "sources" else _merge(merged.get(key), value)
    return merged


def _merge(base: Any, over: Any) -> Any:
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{key: _merge(base.get(key), value) for key, value in over.items()}}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise `SettingsError`, one line per fault, if the merged settings are not as they must be.

    Each line names the key, the value and what is allowed.

    Examples
    --------
    >>> check_settings({"merging": 1})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    python_ml.settings.SettingsError: explanations: is missing and has to be given.
    ...
    """
    try:
        Settings.model_validate(settings)
    except ValidationError as error:
        lines = sorted({_in_words(fault, settings) for fault in error.errors()})
        raise SettingsError("\n".join(lines)) from None


def settings_of_run(
    project_vars: Mapping[str, Any], target: str, user: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings in force: defaults, then what the environment changes, then the user's file.

    Raises
    ------
    SettingsError
        If a key is unknown or a value is not allowed.
    """
    if "environments" in user or "defaults" in user or "paths" in user:
        raise SettingsError(
            "paths, defaults and environments belong to dbt_project.yml; a settings file has "
            "the sections sources, quality, internal, external, merging, projections and resources"
        )
    settings = merge_layers(
        project_vars["defaults"], project_vars["environments"].get(target) or {}, user
    )
    check_settings(settings)
    return settings


def nothing_was_run(error: SettingsError) -> str:
    """What is said where the settings stop a command.

    Examples
    --------
    >>> print(nothing_was_run(SettingsError("a: is missing.\\nb: is missing.")))
    Nothing was run, the settings need a change:
      a: is missing.
      b: is missing.
    """
    lines = str(error).replace("\n", "\n  ")
    return f"Nothing was run, the settings need a change:\n  {lines}"


def _in_words(fault: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """One fault of pydantic as a sentence with the whole path of the key."""
    kind, location = fault["type"], fault["loc"]
    key = ".".join(_path_in(settings, location)) or "settings"
    if kind == "extra_forbidden":
        allowed = _keys_beside(location)
        close = difflib.get_close_matches(str(location[-1]), allowed, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        return f"{key}: there is no such setting.{hint} Allowed here: {', '.join(allowed)}."
    if kind == "missing":
        return f"{key}.{location[-1]}: is missing and has to be given.".lstrip(".").removeprefix(
            "settings."
        )
    if kind == "value_error":
        return f"{key}: {fault['ctx']['error']}."
    return f"{key}: {json.dumps(fault['input'], default=str)} is not allowed. {fault['msg']}."


def _path_in(settings: Any, location: tuple) -> list[str]:
    """The steps of a location that exist in the settings: pydantic adds names of union members."""
    path: list[str] = []
    here = settings
    for step in location:
        if (isinstance(here, Mapping) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = here[step]
            path.append(str(step))
    return path


def _keys_beside(location: tuple) -> list[str]:
    """The keys that the model holding the last step of a location allows."""
    models: list[type[BaseModel]] = [Settings]
    for step in location[:-1]:
        field = models[0].model_fields.get(str(step))
        # where several models are allowed, pydantic names the one that it tried
        named = [model for model in models if model.__name__ == step]
        models = named or (_models_in(field.annotation) if field else []) or models
    return list(models[0].model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def expand_path(text: str, paths: Mapping[str, str]) -> str:
    """Replace every ``${NAME}`` by the environment variable, else by its default in `paths`.

    Raises
    ------
    SettingsError
        If a name is neither set nor has a default.

    Examples
    --------
    >>> expand_path("${DATA_SKETCH}/sales.csv", {"DATA_SKETCH": "data"})
    'data/sales.csv'
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        found = os.environ.get(name) or paths.get(name)
        if found is None:
            raise SettingsError(
                f"the environment variable {name} is not set; the path {text} needs it"
            )
        if f"${{{name}}}" in found:
            raise SettingsError(f"the variable {name} is {found}, which names itself")
        return expand_path(found, paths)

    return re.sub(r"\$\{(\w+)\}", value, text)


def section(settings: pd.DataFrame, *names: str) -> dict[str, Any]:
    """The settings under one or more prefixes, from the table `stg_settings`.

    Parameters
    ----------
    settings : DataFrame of shape (settings, 2)
        Columns `key` ("internal.scale.method") and `value` (JSON text).
    *names : str
        Prefixes such as "internal.reduce"; their keys must not overlap.

    Raises
    ------
    KeyError
        If there is nothing under a prefix.

    Examples
    --------
    >>> table = pd.DataFrame({"key": ["merging.minimum_cluster_size"], "value": ["0.02"]})
    >>> section(table, "merging")
    {'minimum_cluster_size': 0.02}
    """
    found: dict[str, Any] = {}
    for name in names:
        below = settings[settings["key"].str.startswith(f"{name}.")]
        if below.empty:
            raise KeyError(f"no settings under {name}")
        for key, value in zip(below["key"], below["value"], strict=True):
            found[key.removeprefix(f"{name}.")] = json.loads(value)
    return found


if __name__ == "__main__":
    defaults = yaml.safe_load((Path(__file__).parents[1] / "dbt_project.yml").read_text())["vars"]
    try:
        settings_of_run(defaults, os.environ.get("ENV") or "prod", read_settings_file(sys.argv[1]))
    except SettingsError as fault:
        sys.exit(nothing_was_run(fault))
