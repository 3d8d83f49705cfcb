"""The SQL that dbt makes of the project, run again and again on other files in one connection.

`dbt compile` reads only the headers of the files, so that its SQL holds for all files with the
same headers at the same paths. In an empty database `has_rows` finds no table to ask and keeps
every branch of a model.
"""

from __future__ import annotations

import argparse
import graphlib
import json
from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
from conftest import Chain
from dbt.flags import get_flags, set_flags

from python_ml.dbt_plugin import Plugin

CATALOG = "prod"
# Filled when a run ends, from what dbt knows of it.
LEFT_OUT = {"runs", "run_steps"}


class CompiledLine:
    """All models and data tests of a compiled project, in an order in which they can be run."""

    def __init__(self, chain: Chain, settings: dict[str, Any]) -> None:
        """Let dbt compile the project with these settings; the files have to be there."""
        chain.dbt("compile", "--quiet", "--target", CATALOG, "--vars", json.dumps(settings))
        manifest = json.loads((chain.path / "target/manifest.json").read_text())
        nodes = manifest["nodes"]
        order = graphlib.TopologicalSorter(
            {key: nodes[key]["depends_on"].get("nodes", []) for key in sorted(nodes)}
        ).static_order()
        ordered = [nodes[key] for key in order if key in nodes]
        self._models = [
            node
            for node in ordered
            if node["resource_type"] == "model" and node["name"] not in LEFT_OUT
        ]
        seeds = [node for node in ordered if node["resource_type"] == "seed"]
        built = {node["unique_id"] for node in [*seeds, *self._models]}
        self.tests = {
            node["name"]: node["compiled_code"]
            for node in ordered
            if node["resource_type"] == "test" and built.issuperset(node["depends_on"]["nodes"])
        }
        self._python = {
            node["name"]: compile(node["compiled_code"], node["original_file_path"], "exec")
            for node in self._models
            if node["language"] == "python"
        }
        self.connection = _connect(chain.path, settings)
        for schema in sorted({node["schema"] for node in self._models}):
            self.connection.execute(f'create schema if not exists "{schema}"')
        # nothing was published before
        for source in manifest["sources"].values():
            self.connection.execute(f'create schema if not exists "{source["schema"]}"')
            columns = [
                f'"{column["name"]}" {column["data_type"]}' for column in source["columns"].values()
            ]
            self.connection.execute(
                f"create table {source['relation_name']} ({', '.join(columns)})"
            )
        for seed in seeds:
            file = chain.path / seed["original_file_path"]
            self.connection.execute(
                f"create table {seed['relation_name']} as select * from read_csv('{file}')"
            )

    def run(self, only: Collection[str] | None = None) -> None:
        """Build every model, or only some, from the files and tables as they are now."""
        for node in self._models:
            if only is not None and node["name"] not in only:
                continue
            if node["name"] in self._python:
                self._run_python(node)
            else:
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                self.connection.execute(
                    f"create or replace {kind} {node['relation_name']} as {node['compiled_code']}"
                )

    def _run_python(self, node: dict[str, Any]) -> None:
        """Run a Python model as dbt-duckdb does: it reads relations and gives back a frame."""
        module: dict[str, Any] = {}
        exec(self._python[node["name"]], module)
        frame = module["model"](module["dbtObj"](self.connection.table), self.connection)
        self.connection.register("frame_of_model", frame)
        self.connection.execute(
            f"create or replace table {node['relation_name']} as select * from frame_of_model"
        )
        self.connection.unregister("frame_of_model")

    def rows(self, sql: str) -> list[tuple]:
        """What a query gives."""
        return self.connection.execute(sql).fetchall()


def _connect(project: Path, settings: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A database in memory, called as the SQL calls it, with the functions of the project."""
    plugin = Plugin("python_ml.dbt_plugin", {})
    config: dict[str, Any] = {}
    path = project / f"warehouse/work/{CATALOG}.duckdb"
    flags = get_flags()
    set_flags(argparse.Namespace(WHICH="build", PROJECT_DIR=str(project), VARS=settings))
    try:
        plugin.update_connection_config(SimpleNamespace(path=str(path)), config)
        connection = duckdb.connect(config={**config, "threads": 1})
        plugin.configure_connection(connection)
    finally:
        set_flags(flags)
    connection.execute(f"attach ':memory:' as {CATALOG}")
    connection.execute(f"use {CATALOG}")
    return connection
