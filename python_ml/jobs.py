"""The jobs of `selectors.yml`: which of them builds a file, and which has to run first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any


def jobs_of(path: str, selectors: Mapping[str, Any]) -> list[str]:
    """Return the jobs that build a file of the project, in the order of `selectors.yml`.

    Parameters
    ----------
    path : str
        The file, relative to the project.
    selectors : Mapping
        The content of `selectors.yml`; a job that lists no folders builds everything.

    Examples
    --------
    >>> folders = {"union": [{"method": "path", "value": "models/ml"}]}
    >>> everything = {"method": "fqn", "value": "*"}
    >>> selectors = {"selectors": [
    ...     {"name": "ml", "definition": folders}, {"name": "full", "definition": everything}
    ... ]}
    >>> jobs_of("models/ml/fits.py", selectors), jobs_of("models/ml_fits.py", selectors)
    (['ml', 'full'], ['full'])
    """
    return [
        job["name"]
        for job in selectors["selectors"]
        if any(
            part["method"] == "path" and PurePath(path).is_relative_to(part["value"])
            for part in job["definition"].get("union", [{"method": "path", "value": "."}])
        )
    ]


def jobs_that_build(paths: Iterable[str], selectors: Mapping[str, Any]) -> list[str]:
    """Return the jobs that together build some files, in the order of `selectors.yml`.

    A file that several jobs build adds no job if one of them is needed for another file.

    Examples
    --------
    >>> def job(name, *folders):
    ...     parts = [{"method": "path", "value": folder} for folder in folders]
    ...     return {"name": name, "definition": {"union": parts}}
    >>> jobs = [job("sales", "shared", "sales"), job("feeds", "shared", "feeds")]
    >>> selectors = {"selectors": jobs}
    >>> jobs_that_build(["shared/stores.sql"], selectors)
    ['sales']
    >>> jobs_that_build(["shared/stores.sql", "feeds/towns.sql"], selectors)
    ['feeds']
    """
    needed: set[str] = set()
    for jobs in sorted((jobs_of(path, selectors) for path in paths), key=lambda j: (len(j), j)):
        if needed.isdisjoint(jobs):
            needed.update(jobs[:1])
    return [job["name"] for job in selectors["selectors"] if job["name"] in needed]


def missing_files(read: Iterable[str], missing: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the files of the missing tables that a selection reads, directly or through others.

    Parameters
    ----------
    read : Iterable of str
        The tables that the selection reads.
    missing : Mapping
        The tables that neither exist nor are selected: their `path` and their `parents`.

    Examples
    --------
    >>> missing = {
    ...     "stores": {"path": "stores.sql", "parents": ["sales", "settings"]},
    ...     "sales": {"path": "sales.sql", "parents": []},
    ...     "towns": {"path": "towns.sql", "parents": []},
    ... }
    >>> missing_files(["stores", "settings"], missing)
    ['sales.sql', 'stores.sql']
    """
    found: set[str] = set()
    reached = set(read)
    while new := (reached & missing.keys()) - found:
        found |= new
        reached = {parent for table in new for parent in missing[table]["parents"]}
    return sorted(missing[table]["path"] for table in found)


def say_what_to_run_first(
    files: Iterable[str],
    selectors: Mapping[str, Any],
    *,
    job: str | None = None,
    database: str,
    target: str = "prod",
    has_settings: bool = False,
) -> str:
    """Return the sentence that stops a run whose inputs do not exist.

    Parameters
    ----------
    files : Iterable of str
        The files of the missing tables.
    selectors : Mapping
        The content of `selectors.yml`.
    job : str or None
        The job that was to run; None if models were selected by name.
    database : str
        The working file.
    target : str
        The environment.
    has_settings : bool
        Whether the user gave settings, which the other jobs have to get too.

    Examples
    --------
    >>> folders = {"union": [{"method": "path", "value": "models/ml"}]}
    >>> selectors = {"selectors": [{"name": "ml", "definition": folders}]}
    >>> files = ["models/ml/fits.py"]
    >>> print(say_what_to_run_first(files, selectors, job="merging", database="prod.duckdb"))
    The job merging needs tables of ml that are not in prod.duckdb: run make run-ml first \
(or dbt build --selector ml)
    >>> files += ["seeds/reasons.csv"]
    >>> print(say_what_to_run_first(files, selectors, database="dev.duckdb", target="dev"))
    The selection needs tables of ml and the seeds that are not in dev.duckdb: \
run make run-ml ENV=dev and dbt seed --target dev first (or dbt build --target dev --selector ml)
    """
    files = list(files)
    jobs = jobs_that_build([file for file in files if not file.startswith("seeds/")], selectors)
    are_seeds_missing = any(set(jobs).isdisjoint(jobs_of(file, selectors)) for file in files)
    variables, options = "", ""
    if target != "prod":
        variables, options = f" ENV={target}", f" --target {target}"
    if has_settings:
        variables += " SETTINGS=my_chain.yml"
        options += ' --vars "$(cat my_chain.yml)"'
    makers, commands, with_dbt = [*jobs], [], ""
    if jobs:
        commands.append(f"make {' '.join(f'run-{name}' for name in jobs)}{variables}")
        with_dbt = f" (or dbt build{options} --selector {', then '.join(jobs)})"
    if are_seeds_missing:
        makers.append("the seeds")
        commands.append(f"dbt seed{options}")
    *firsts, last = makers
    return (
        f"{f'The job {job}' if job else 'The selection'} needs tables of "
        f"{', '.join(firsts)}{' and ' if firsts else ''}{last} that are not in {database}: "
        f"run {' and '.join(commands)} first{with_dbt}"
    )
