"""The child process that projects chosen features: `python -m app.project FOLDER`.

It is a process of its own so that ending it really ends the work. It reads `values.parquet`
and `settings.json` of the folder and leaves there `pca.parquet`, `tsne.parquet`,
`loadings.parquet` and `shares.parquet`; each is there only when it is whole.
"""

import json
import os
import resource
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from python_ml.projection import project_stores

MOST_SECONDS = 600
"""Of the processor, in case that nobody ends the process."""

AXES = ("x", "y", "z")


def main(folder: Path) -> None:
    """Project the values of a folder: first the components, which are there at once."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    os.nice(10)  # what pages ask for goes first
    values = pd.read_parquet(folder / "values.parquet")
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    for method, stores in (("pca", 0), ("tsne", settings["tsne_stores"])):
        found = project_stores(values, "feature", settings=settings | {"tsne_stores": stores})
        placed = found[found["method"] == method]
        if method == "pca":
            wide = values.pivot(index="store_id", columns="feature", values="value")
            loadings, shares = axes(wide, placed.set_index("store_id"))
            _leave(loadings, folder / "loadings.parquet")
            _leave(shares, folder / "shares.parquet")
        _leave(placed, folder / f"{method}.parquet")


def axes(values: pd.DataFrame, placed: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how features and axes go together, and what each axis shows.

    Parameters
    ----------
    values
        One row per store, one column per feature.
    placed
        `x`, `y`, `z` by the same stores: principal components of these values.

    Returns
    -------
    tuple of DataFrame
        `feature`, `x`, `y`, `z`: the correlation of the feature with each axis, empty where one
        of them does not vary. `axis` (1, 2, 3), `share`: the part of the variance of all
        features that lies along the axis, empty if they do not vary.

    Examples
    --------
    >>> values = pd.DataFrame({"tea": [0.0, 2.0], "gin": [1.0, 1.0]}, index=["s1", "s2"])
    >>> placed = pd.DataFrame({"x": [-1.0, 1.0], "y": 0.0, "z": 0.0}, index=["s1", "s2"])
    >>> loadings, shares = axes(values, placed)
    >>> float(loadings.set_index("feature").loc["tea", "x"]), shares["share"].tolist()
    (1.0, [1.0, 0.0, 0.0])
    """
    of = placed.loc[values.index, list(AXES)].astype("float64")
    centred, along = (frame - frame.mean() for frame in (values, of))
    with np.errstate(divide="ignore", invalid="ignore"):
        together = centred.T.to_numpy() @ along.to_numpy() / len(values)
        lengths = np.outer(centred.std(ddof=0), along.std(ddof=0))
        correlations = np.where(lengths > 1e-12, together / lengths, np.nan)
    loadings = pd.DataFrame(correlations, columns=list(AXES))
    loadings.insert(0, "feature", [str(name) for name in values.columns])
    total = centred.var(ddof=0).sum()
    shares = along.var(ddof=0).to_numpy() / total if total > 0 else np.full(len(AXES), np.nan)
    return loadings, pd.DataFrame({"axis": range(1, len(AXES) + 1), "share": shares})


def _leave(frame: pd.DataFrame, path: Path) -> None:
    """Write a table so that it is there as a whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    frame.to_parquet(unfinished, index=False)
    unfinished.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
