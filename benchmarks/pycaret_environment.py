"""An environment of its own for PyCaret, outside the project."""

import subprocess
import sys
from pathlib import Path

VERSION = "3.3.2"
# scikit-plot, which PyCaret imports, needs six without saying so
PACKAGES = (f"pycaret=={VERSION}", "six")


def interpreter(folder: Path) -> tuple[Path | None, str]:
    """Return the Python that has PyCaret; install it into `folder` if it is not there.

    Returns
    -------
    python : Path or None
        None if it cannot be installed.
    note : str
        Why not; else empty.
    """
    python = folder / "bin" / "python"
    done = folder / "installed.txt"
    if done.exists() and done.read_text() == VERSION:
        return python, ""
    print(f" installing PyCaret {VERSION} into {folder} ...", file=sys.stderr, flush=True)
    commands = [
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
        [str(python), "-c", "import pycaret.clustering"],
    ]
    for command in commands:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            said = [line for line in ran.stderr.splitlines() if line.strip()]
            return None, said[-1] if said else f"{command[1]} failed"
    done.write_text(VERSION)
    return python, ""
