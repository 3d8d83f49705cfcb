"""Take a picture of every page of what is published, light and dark: `make screenshots`."""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from app import catalogue
from app.data import published
from tests.visits import FLAGS, Visit, chromium, dashboard

HIGHEST = 5_000


def take(address: str, out: Path) -> None:
    """Write a picture of each page as far as it goes down."""
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for look in ("light", "dark"):
            for page in catalogue.PAGES:
                tab = Visit(browser, address, look).open(page.name)
                main = tab.page.locator('[data-testid="stMain"]')
                height = min(max(main.evaluate("part => part.scrollHeight"), 900), HIGHEST)
                tab.page.set_viewport_size({"width": 1440, "height": height})
                tab.settle().page.screenshot(path=out / f"{page.name}-{look}.png")
                tab.check()
                tab.close()


def main() -> None:
    """Take the pictures of the published file of the environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("screenshots"), help="where they go")
    out = parser.parse_args().out
    place = published.path().absolute()
    with dashboard(place.parent, place.stem) as address:
        take(address, out)
    print(f"Pictures of {place} are in {out}.")


if __name__ == "__main__":
    main()
