"""The command line that the other implementations of the preprocessing share."""

import argparse
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def run(preprocess: Callable[..., None]) -> None:
    """Call `preprocess` with the files of the command line and the default settings."""
    parser = argparse.ArgumentParser(description="Raw sales to the scaled feature matrix.")
    parser.add_argument("--sales", type=Path, required=True)
    parser.add_argument("--products", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the matrix, a Parquet file")
    args = parser.parse_args()
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]
    preprocess(args.sales, args.products, args.out, settings)
