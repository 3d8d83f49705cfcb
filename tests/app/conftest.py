"""A folder to look into, and a small database to publish there."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_publish import write_published


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the dashboard looks into, as the target `test`."""
    monkeypatch.setenv("WAREHOUSE_DIR", str(tmp_path))
    monkeypatch.setenv("ENV", "test")
    return tmp_path


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Small databases, each written once."""
    folder = tmp_path_factory.mktemp("templates")

    def _template(**differences: object) -> Path:
        path = folder / f"{sorted(differences.items())}"
        if not path.exists():
            write_published(path, **differences)
        return path

    return _template


@pytest.fixture
def publish(warehouse: Path, template: Callable[..., Path]) -> Callable[..., Path]:
    """Publish a small database, again if need be; return where it lies."""

    def _publish(**differences: object) -> Path:
        unfinished = Path(shutil.copy(template(**differences), warehouse / "next"))
        return unfinished.replace(warehouse / "test.duckdb")

    return _publish


@pytest.fixture
def published_file(publish: Callable[..., Path]) -> Path:
    """One published database."""
    return publish()
