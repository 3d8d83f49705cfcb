"""A real browser, for whatever opens the dashboard; and the same examples in every run."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from visits import FLAGS, Visit, chromium

# A suite that decides what lands draws its examples by the test, not by chance.
settings.register_profile("settled", derandomize=True, deadline=None)
settings.load_profile("settled")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; closed after the file, because its event loop is of the thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens tabs; whatever goes wrong in one of them fails the test."""
    opened: list[Visit] = []

    def _visit(address: str, look: str = "light") -> Visit:
        opened.append(Visit(browser, address, look))
        return opened[-1]

    yield _visit
    try:
        for tab in opened:
            tab.check()
    finally:
        for tab in opened:
            tab.close()
