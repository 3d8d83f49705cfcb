"""People in front of the dashboard: Chromium opens pages, chooses, and says how long it took.

A step lasts from the click to the last change of the page, after which nothing moves any more:
its script has ended and its charts are drawn. The waiting for "any more" does not count, nor what
is inside of a canvas: a table keeps its cells there for screen readers and writes them later.
"""

import asyncio
import json
import random
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Error, Page, async_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # draws in space without a graphics card
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
SIZE = {"width": 1400, "height": 1000}

QUIET_MS = 500
"""So long nothing may move at the end of a step."""

MOST_SECONDS = 120
"""A step that takes longer is an error."""

THINKING = (3.0, 9.0)
"""Seconds that a person looks at a page before the next step, from and to."""

WATCH = """
window.bench = {begun: 0, last: 0, answered: false};
new MutationObserver(changes => {
  for (const {target, attributeName} of changes) {
    const element = target.nodeType === 1 ? target : target.parentElement;
    const isSeen = element?.closest('[data-testid=stMain]') && !element.closest('canvas');
    if (isSeen || attributeName === 'data-test-script-state') window.bench.last = performance.now();
  }
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
window.addEventListener('click', () => {
  const now = performance.now();
  window.bench = {begun: now, last: now, answered: false};
}, true);
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', () => { window.bench.answered = true; });
  }
};
"""

IS_DONE = f"""title => {{
  const app = document.querySelector('[data-testid=stApp]');
  const shown = document.querySelector('[data-testid=stMain] h1')?.innerText;
  return app && (title ? shown === title : window.bench.answered)
    && app.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton], [data-testid=stMain] [data-stale=true]')
    && performance.now() - window.bench.last > {QUIET_MS};
}}"""
"""Whether a step has ended: that to a page with its title, any other once the server has answered.
Its script may run too briefly to be seen running."""

STATE = """() => ({
  title: document.querySelector('[data-testid=stMain] h1')?.innerText,
  script: document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state'),
  pending: document.querySelectorAll(
    '[data-testid=stSkeleton], [data-testid=stMain] [data-stale=true]').length,
  answered: window.bench.answered,
  sinceClick: performance.now() - window.bench.begun,
  sinceChange: performance.now() - window.bench.last,
})"""

TOOK = "() => (window.bench.last - window.bench.begun) / 1000"

FAULTS = "() => [...document.querySelectorAll('[data-testid=stException]')].map(e => e.innerText)"

IGNORED = ("404", "405", "Content Security Policy")
"""What the console may say: Streamlit looks for its server beside the page of a link first, and
the explorer for other hosts."""


@dataclass
class Person:
    """Somebody with a browser of their own."""

    page: Page
    errors: list[str] = field(default_factory=list)

    async def open(self, address: str, title: str) -> float:
        """Open the dashboard where it opens; return the seconds to the whole first view."""
        await self.page.goto(address, timeout=MOST_SECONDS * 1000)
        return await self._took(title)

    async def turn_to(self, title: str) -> float:
        """Open another page by its title; return the seconds."""
        link = self.page.get_by_test_id("stSidebarNavLink").get_by_text(title, exact=True)
        await link.click(timeout=MOST_SECONDS * 1000)
        return await self._took(title)

    async def choose(self, label: str, wanted: str) -> float:
        """Choose of a list; return the seconds from the click on what is wanted."""
        # typed as well, because a long list shows only its first entries
        await self.page.get_by_role("combobox", name=label, exact=True).click()
        await self.page.get_by_role("combobox", name=label, exact=True).fill(wanted)
        await self.page.get_by_role("option", name=wanted, exact=True).click()
        return await self._took()

    async def press(self, label: str) -> float:
        """Press one of several buttons; return the seconds."""
        await self.page.get_by_role("radio", name=label, exact=True).click()
        return await self._took()

    async def state(self) -> str:
        """Return what keeps a step from ending."""
        return json.dumps(await self.page.evaluate(STATE))

    async def _took(self, title: str = "") -> float:
        """Wait until nothing moves any more; return when that was."""
        await self.page.wait_for_function(
            IS_DONE, arg=title, timeout=MOST_SECONDS * 1000, polling=50
        )
        self.errors += await self.page.evaluate(FAULTS)
        return await self.page.evaluate(TOOK)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the browser."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=OPTIONS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def person(browser: Browser) -> AsyncIterator[Person]:
    """Give somebody a browser without a history."""
    context = await browser.new_context(viewport=SIZE)
    await context.add_init_script(WATCH)
    page = await context.new_page()
    somebody = Person(page)
    page.on("pageerror", lambda error: somebody.errors.append(str(error)))

    def note(message):
        if message.type == "error" and not any(text in message.text for text in IGNORED):
            somebody.errors.append(message.text)

    page.on("console", note)
    try:
        yield somebody
    finally:
        await context.close()


async def crowd(
    browser: Browser, address: str, title: str, walk: Callable, *, people: int, seconds: float
) -> dict:
    """Let people use the dashboard at the same time.

    Parameters
    ----------
    title
        Of the page where it opens.
    walk
        Called with a person and a source of chance: an endless asynchronous iterator over the
        steps, which yields the seconds of each.

    Returns
    -------
    dict
        ``seconds`` of every step that ended in time, and ``errors``.
    """
    until = time.monotonic() + seconds
    took, errors = [], []

    async def use(number: int) -> None:
        chance = random.Random(number)
        async with person(browser) as somebody:
            try:
                took.append(await somebody.open(address, title))
                async for of_step in walk(somebody, chance):
                    took.append(of_step)
                    if time.monotonic() > until:
                        break
                    await asyncio.sleep(chance.uniform(*THINKING))
            except Error as error:
                somebody.errors.append(f"{str(error).splitlines()[0]} {await somebody.state()}")
            errors.extend(somebody.errors)

    await asyncio.gather(*(use(number) for number in range(people)))
    return {"seconds": took, "errors": errors}
