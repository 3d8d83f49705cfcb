"""The dashboard as people meet it: a server of its own, and a tab of a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Download, FrameLocator, Locator, Page

ROOT = Path(__file__).resolve().parents[1]

FLAGS = (
    # the tests may run as root, in a container without a graphics card
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    # what the browser itself would ask of its maker
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

TEXT = """() => {
  const parts = [document.body.innerText];
  for (const part of document.querySelectorAll("svg text, canvas td, canvas th")) {
    parts.push(part.textContent);
  }
  return parts.join("\\n").replaceAll("\\u00a0", " ");
}"""

READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def chromium() -> str:
    """Where the browser is; `make test` installs it."""
    found = shutil.which("chromium")
    assert found, "The tests of the dashboard need Chromium: run `make chromium`."
    return found


@contextmanager
def dashboard(warehouse: Path, target: str, **environment: str) -> Iterator[str]:
    """Run `streamlit run app` over a warehouse; the address, without a slash at its end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        Path(sys.executable).with_name("streamlit"), "run", "app", "--server.port", str(port)
    ]  # fmt: skip
    variables = {"WAREHOUSE_DIR": str(warehouse), "ENV": target} | environment
    with NamedTemporaryFile("w+", prefix="dashboard-", suffix=".log") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=os.environ | variables
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait(f"{address}/_stcore/health", process, Path(log.name))
            yield address
            said = Path(log.name).read_text()
            assert "Traceback" not in said, said
        finally:
            process.terminate()
            process.wait(20)


def wait(address: str, process: subprocess.Popen, log: Path) -> None:
    """Return once the server answers."""
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address) as answer:
                answer.read()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer within a minute: {log.read_text()}")


class Visit:
    """A tab of the browser, and all that goes wrong in it."""

    def __init__(self, browser: Browser, address: str, look: str = "light") -> None:
        """Open an empty tab for a dashboard."""
        self.address = address
        self.faults: list[str] = []
        context = browser.new_context(
            color_scheme=look, viewport={"width": 1440, "height": 900}, accept_downloads=True
        )
        context.set_default_timeout(30_000)
        context.on("request", lambda request: self._notice_address(request.url))
        context.on("response", lambda answer: self._notice_status(answer.status, answer.url))
        self.page: Page = context.new_page()
        self.page.on("websocket", lambda socket: self._notice_address(socket.url))
        self.page.on("console", self._notice_message)
        self.page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    def _notice_address(self, url: str) -> None:
        """A request is a fault unless it is of this very server."""
        found = urlsplit(url)
        is_inside = found.scheme in {"data", "blob", "about"}
        if not is_inside and found.netloc != urlsplit(self.address).netloc:
            self.faults.append(f"leaves the machine: {url}")

    def _notice_status(self, status: int, url: str) -> None:
        """An answer that says no is a fault."""
        if status >= 400:
            self.faults.append(f"answered with {status}: {url}")

    def _notice_message(self, message: ConsoleMessage) -> None:
        """What the browser calls an error is a fault."""
        if message.type == "error":
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    def open(self, name: str = "", **query: str) -> Visit:
        """Follow a link to a page."""
        self.page.goto(f"{self.address}/{name}" + (f"?{urlencode(query)}" if query else ""))
        return self.settle()

    def settle(self) -> Visit:
        """Wait until the server has run the page and the browser has drawn it."""
        self.page.wait_for_selector(READY, state="attached", timeout=60_000)
        quiet = 0
        for _ in range(300):
            # the page keeps still for a while: a click takes a moment to reach the server
            self.page.wait_for_timeout(100)
            is_ready = self.page.locator(READY).count() and not self.waiting().count()
            quiet = quiet + 1 if is_ready else 0
            if quiet == 4:
                return self
        raise AssertionError("the page does not come to rest within half a minute")

    def waiting(self) -> Locator:
        """What stands where something will be drawn."""
        return self.page.locator('[data-testid="stSkeleton"]:visible, [data-stale="true"]')

    def text(self) -> str:
        """All that is written on the page, the titles of charts and the cells of tables too."""
        return self.page.evaluate(TEXT)

    def says(self, text: str) -> bool:
        """Whether the page says this, soon: a table writes its cells after the page is still."""
        for _ in range(100):
            if text in self.text():
                return True
            self.page.wait_for_timeout(100)
        return False

    def choose(self, label: str, option: str) -> Visit:
        """Choose something of a list that one can type into."""
        box = self.page.get_by_role("combobox", name=label).first
        box.click()
        self.page.get_by_role("option", name=option, exact=True).first.click()
        return self.settle()

    def press(self, name: str, role: str = "radio") -> Visit:
        """Press something by its name."""
        self.page.get_by_role(role, name=name, exact=True).first.click()
        return self.settle()

    def drag(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        until: Callable[[], bool] = lambda: True,
    ) -> Visit:
        """Drag from one place to another as a hand does; let go where it is seen to be there."""
        mouse, wait = self.page.mouse, self.page.wait_for_timeout
        mouse.move(*start)
        wait(200)
        mouse.down()
        wait(200)
        mouse.move(start[0] + 8, start[1] - 8, steps=2)
        wait(600)  # until what is dragged has left its place
        for part in (0.3, 0.6, 0.9, 1.0):
            mouse.move(*(a + (b - a) * part for a, b in zip(start, end, strict=True)))
            wait(300)
        for shake in range(60):
            if until():
                break
            mouse.move(end[0] + shake % 2, end[1])
            wait(250)
        wait(600)
        mouse.up()
        return self

    def walker(self) -> FrameLocator:
        """The inside of the visual explorer."""
        return self.page.frame_locator('iframe[title="app.views.walker.explorer"]')

    def charts(self, **having: str) -> Locator:
        """The charts of the page."""
        return self.page.locator('[data-testid="stPlotlyChart"]', **having)

    def files(self, kind: str) -> Locator:
        """The buttons that offer `csv` or `excel` files."""
        return self.page.locator(f'[class*="st-key-{kind}"] button').filter(visible=True)

    def download(self, button: Locator) -> tuple[str, bytes]:
        """Press a button; the name and content of the file that comes."""
        with self.page.expect_download() as waited:
            button.click()
        file: Download = waited.value
        return file.suggested_filename, Path(file.path()).read_bytes()

    def query(self) -> str:
        """What the address bar says after the question mark."""
        return urlsplit(self.page.url).query

    def check(self) -> None:
        """Fail if anything went wrong since the tab was opened."""
        assert not self.faults, "\n".join(dict.fromkeys(self.faults))
        for kind in ("stException", "stAlertContentError"):
            shown = self.page.locator(f'[data-testid="{kind}"]')
            assert not shown.count(), shown.first.inner_text()

    def close(self) -> None:
        """Close the tab."""
        self.page.context.close()
