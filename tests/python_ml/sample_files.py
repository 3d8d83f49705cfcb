"""Small sample chains, and their files as they are read back."""

import hashlib
import json

import pandas as pd

from python_ml.sample_data import write_sample_data

SMALL = {
    "stores": 120,
    "weeks": 10,
    "categories": 3,
    "products_per_need_state": 3,
    "seed": 11,
}


def write(folder, *, file_format="csv", dirt=True, **changes):
    """Write a small chain and return its folder."""
    write_sample_data(folder, **(SMALL | changes), file_format=file_format, dirt=dirt)
    return folder


def read(path):
    """Read a file as text, with empty cells as missing."""
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        return frame.astype("str").mask(frame.isna())
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def read_truth(folder):
    """Read the true groups."""
    return read(folder / "truth" / "stores.csv")


def read_kinds(folder):
    """Read the planted dirt by kind."""
    return json.loads((folder / "truth" / "dirt.json").read_text())["kinds"]


def digests(folder):
    """Hash every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
