"""Names that are markup, script, formula or hundreds of letters are text wherever they stand."""

import io

import openpyxl
import pandas as pd
import pytest
from small_publish import HOSTILE_CATEGORY, HOSTILE_CLUSTER, HOSTILE_STORES, write_published
from visits import dashboard

from app import catalogue

pytestmark = pytest.mark.browser

HOSTILE_COLUMN = "<img src=x onerror=alert(1)> **bold** $a^2$"
HOSTILE_CELL = "=1+1<script>alert(1)</script> 😀 \u202eerots"

WRITTEN = {
    "overview": (HOSTILE_CATEGORY, HOSTILE_CLUSTER),
    "distribution": (HOSTILE_CATEGORY, HOSTILE_CLUSTER),
    "cluster_profile": (HOSTILE_CATEGORY, HOSTILE_CLUSTER, "=<i>Free</i> from **milk** & %{x}"),
    "store_lookup": (HOSTILE_CATEGORY, HOSTILE_STORES[4]),
    "comparison": (HOSTILE_CATEGORY, HOSTILE_CLUSTER, "its cluster was too small (<3 stores>)"),
    "cluster_count": (HOSTILE_CATEGORY,),
    "features": (HOSTILE_CATEGORY, HOSTILE_CLUSTER),
    "feature_distributions": (HOSTILE_CATEGORY, HOSTILE_CLUSTER),
    "projections": (HOSTILE_CATEGORY, HOSTILE_CLUSTER),
    "runs_and_quality": (),
    "explorer": (),
    "data_tables": (HOSTILE_STORES[4], HOSTILE_STORES[6]),
}
"""What of the names each page must show as it is."""

MARKED_UP = """() => {
  const found = [];
  function search(root) {
    for (const part of root.querySelectorAll("b, strong, em, i, a, img, script, span.katex")) {
      const text = part.textContent.trim();
      const isName = ["centre", "halls", "eggs", "fresh", "not bold", "closing", "Free", "milk",
        "Bold", "bold", "link"].includes(text) || text.includes("alert(1)");
      if (isName || part.getAttribute("src") === "x" || part.matches(".katex")) {
        found.push(part.outerHTML);
      }
    }
    for (const part of root.querySelectorAll("*")) if (part.shadowRoot) search(part.shadowRoot);
  }
  search(document);
  return found;
}"""
"""What a name has become that is no text."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the dashboard of a small chain with hostile names is."""
    folder = tmp_path_factory.mktemp("hostile")
    write_published(folder / "test.duckdb")
    with dashboard(folder, "test") as started:
        yield started


def marked_up(tab):
    """What names have become that is no text, in the explorer too."""
    return [part for frame in tab.page.frames for part in frame.evaluate(MARKED_UP)]


@pytest.mark.parametrize("page", catalogue.PAGES, ids=lambda page: page.name)
def test_names_are_text_on_every_page(page, address, visit):
    tab = visit(address).open(page.name, category=HOSTILE_CATEGORY)
    if page.name == "store_lookup":
        tab = tab.open(page.name, category=HOSTILE_CATEGORY, store="004")
    if page.name == "explorer":
        tab.walker().get_by_text("sales_amount").first.wait_for()
    for name in WRITTEN[page.name]:
        assert tab.says(name[:40]), tab.text()
    assert not marked_up(tab)


def test_names_of_an_upload_are_text_in_page_explorer_and_files(address, tmp_path, visit):
    upload = pd.DataFrame({"Store": ["004", HOSTILE_CELL], HOSTILE_COLUMN: [1, 2]})
    path = tmp_path / "<b>eggs **fresh**.csv"
    upload.to_csv(path, index=False)
    tab = visit(address).open("data_tables")
    tab.press("Your file", "tab")
    tab.page.locator('input[type="file"]').set_input_files(path)
    tab.page.get_by_text("How does it fit the clusters?").wait_for()
    tab.settle()
    for name in (path.name, HOSTILE_CELL, HOSTILE_COLUMN):
        assert tab.says(name), tab.text()
    assert not marked_up(tab)
    _, content = tab.download(tab.files("excel").first)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "inlineStr"}
    tab.page.get_by_role("link", name="Draw charts of it").click()
    tab.settle()
    tab.choose("Table", "Your file")
    tab.walker().get_by_text(HOSTILE_COLUMN, exact=True).first.wait_for()
    assert not marked_up(tab)
