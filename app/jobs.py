"""Work that takes longer than a page may: in a process of its own, to be ended at any time."""

import json
import os
import subprocess
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Projection:
    """Chosen features projected by `app.project`; ended when nobody holds it any more."""

    def __init__(self, values: pd.DataFrame, settings: dict[str, Any], made_of: object) -> None:
        """Start.

        Parameters
        ----------
        values
            `category`, `store_id`, `feature`, `value`, complete.
        settings
            `tsne_stores` and `perplexity`, as `python_ml.projection.project_stores` takes them.
        made_of
            What decides the result, to see whether it still is what was asked for.
        """
        self.made_of = made_of
        self.store_count = values["store_id"].nunique()
        self._folder = tempfile.TemporaryDirectory(prefix="store-clusters-")
        self._place = Path(self._folder.name)
        values.to_parquet(self._place / "values.parquet", index=False)
        (self._place / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        self._started = time.monotonic()
        with (self._place / "errors.txt").open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.project", str(self._place)],
                cwd=ROOT,
                env=os.environ | _ONE_THREAD,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self._end = weakref.finalize(self, _end, self._process)

    @property
    def is_running(self) -> bool:
        """Whether there is more to come."""
        return self._process.poll() is None

    @property
    def has_failed(self) -> bool:
        """Whether it ended before its time, by itself or by `cancel`."""
        return self._process.poll() not in (None, 0)

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._started

    def left(self, name: str) -> pd.DataFrame | None:
        """Return `pca`, `tsne`, `loadings` or `shares`; None as long as it is not there."""
        path = self._place / f"{name}.parquet"
        return pd.read_parquet(path) if path.exists() else None

    def cancel(self) -> None:
        """End it; what it has left so far stays."""
        self._end()


def _end(process: subprocess.Popen) -> None:
    """End a process and wait for it, so that none is left over."""
    if process.poll() is None:
        process.kill()
    process.wait()
