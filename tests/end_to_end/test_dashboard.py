"""The dashboard of the sample chain in a real browser: every page, and what people do there."""

import io
from urllib.parse import parse_qs

import openpyxl
import pandas as pd
import pytest
import yaml
from PIL import Image
from visits import dashboard

from app import catalogue

FEATURE = "Coffee capsules"
"""The first feature of the first category."""

DARK = "rgb(17, 24, 31)"

pytestmark = [pytest.mark.end_to_end, pytest.mark.browser]


@pytest.fixture(scope="module")
def address(chain):
    """Where the dashboard of the built chain is."""
    with dashboard(chain.path / "warehouse", "prod") as started:
        yield started


@pytest.fixture(scope="module")
def category(chain):
    """The category that a page opens with."""
    return chain.query("select min(category) from marts.clusters").iloc[0, 0]


@pytest.fixture(scope="module")
def ask(chain, category):
    """One figure of the published file; `{category}` stands for the category."""
    return lambda sql: chain.query(sql.format(category=f"category = '{category}'")).iloc[0, 0]


@pytest.fixture(scope="module")
def facts(ask):
    """What each page must say, found in the published file and not by the dashboard."""
    stores = ask("select count(*) from marts.store_clusters where {category}")
    count = ask("select count(*) from marts.clusters where {category}")
    title = "final_cluster_id || ' · ' || name"
    first = ask("select min(store_id) from marts.stores")
    of_first = ask(
        "select final_cluster_id from marts.store_clusters "
        f"where {{category}} and store_id = '{first}'"
    )
    feature = ask(
        "select format('{{:.3f}}', median(raw_value)) from marts.store_features "
        f"where {{category}} and feature = '{FEATURE}'"
    )
    return {
        "overview": f"{stores} stores in {count} clusters",
        "distribution": f"Showing {stores} of {stores} stores.",
        "cluster_profile": ask(
            f"select {title} || ', one of {count} clusters' from marts.clusters "
            "where {category} and final_cluster_id = 1"
        ),
        "store_lookup": ask(
            f"select 'it is in ' || {title} from marts.clusters "
            f"where {{category}} and final_cluster_id = {of_first}"
        ),
        "comparison": ask(
            "select count(*) || ' stores were moved' from marts.cluster_moves where {category}"
        ),
        "cluster_count": ask(
            "select k || ' clusters chosen' from marts.cluster_count_scores "
            "where {category} and dataset = 'internal' and is_chosen"
        ),
        "features": f"Showing all {stores} stores",
        "feature_distributions": f"{FEATURE} (internal): the median of all stores is {feature};",
        "projections": ask(
            "select 'Showing all ' || count(*) || ' stores' from marts.store_projection "
            "where {category} and dataset = 'joint' and method = 'pca'"
        ),
        "runs_and_quality": ask("select 'for ' || count(*) || ' steps' from marts.run_steps"),
        "explorer": "One row per category and store.",
        "data_tables": ask(
            "select 'Showing all ' || count(*) || ' rows' from marts.store_clusters"
        ),
    }


@pytest.mark.parametrize("page", catalogue.PAGES, ids=lambda page: page.name)
def test_a_link_opens_every_page(page, address, facts, visit):
    tab = visit(address).open(page.name)
    assert tab.page.locator("h1").inner_text() == page.title
    assert tab.says(facts[page.name])
    if page.name == "explorer":
        tab.walker().get_by_text("sales_amount").first.wait_for()


def test_every_page_opens_in_the_dark_from_the_navigation(address, facts, visit):
    tab = visit(address, "dark").open()
    for page in catalogue.PAGES:
        tab.press(page.title, "link")
        tab.page.locator("h1", has_text=page.title).wait_for()
        tab.settle()
        assert tab.says(facts[page.name])
        background = tab.page.evaluate(
            "getComputedStyle(document.querySelector('.stApp')).background"
        )
        assert "rgb(17, 24, 31)" in background


def test_a_filter_stands_in_the_address_and_a_link_opens_the_same_view(address, ask, visit):
    tab = visit(address).open("distribution")
    tab.choose("Category", "Snacks").choose("Clusters", named(ask, "Snacks", 2))
    tab.page.keyboard.press("Escape")
    tab.settle()
    query = parse_qs(tab.query())
    assert (query["category"], query["clusters"]) == (["Snacks"], ["2"])
    stores, of = ask(
        "select count(*) filter (final_cluster_id = 2) || ' ' || count(*) "
        "from marts.store_clusters where category = 'Snacks'"
    ).split()
    said = f"Showing {stores} of {of} stores."
    assert tab.says(said)
    # the same category on the next page, which is what a person would expect
    tab.press("Features", "link")
    assert tab.says(f"Showing all {stores} stores")
    assert visit(address).open("distribution", **{k: v[0] for k, v in query.items()}).says(said)


def named(ask, category, cluster):
    """The title of a cluster."""
    return ask(
        "select final_cluster_id || ' · ' || name from marts.clusters "
        f"where category = '{category}' and final_cluster_id = {cluster}"
    )


def test_selected_points_are_listed_as_stores(address, visit):
    tab = visit(address).open("features")
    chart = tab.charts().first
    chart.get_by_label("Box Select").click()
    box = chart.locator(".nsewdrag").first.bounding_box()
    end = (box["x"] + box["width"] - 5, box["y"] + box["height"] / 2)
    tab.drag((box["x"] + 5, box["y"] + 5), end).settle()
    drawn = chart.locator(".scatterlayer .point").count()
    selected = tab.page.locator('[data-testid="stDataFrame"] canvas').first
    rows = int(selected.locator("table").get_attribute("aria-rowcount")) - 1
    assert 0 < rows < drawn
    assert tab.says(f"{rows} of {drawn} stores")
    name, content = tab.download(tab.files("csv").last)
    assert len(pd.read_csv(io.BytesIO(content), dtype=str)) == rows
    assert name.endswith(".csv")


def drawn(chart):
    """The colours of a chart, below its legend."""
    shot = Image.open(io.BytesIO(chart.screenshot())).convert("RGB")
    plain = shot.crop((0, shot.height // 3, shot.width, shot.height))
    return {colour for _, colour in plain.getcolors(1_000_000)}


def test_three_features_are_drawn_in_space(address, visit):
    tab = visit(address).open("features", chart="Three features")
    # the first clusters are blue and orange; light and shade change a colour a little
    blue, orange = (0, 114, 178), (230, 159, 0)
    found = {}
    for _ in range(20):  # the graphics card draws after the page is still
        tab.page.wait_for_timeout(500)
        found = {
            wanted: any(
                sum(abs(a - b) for a, b in zip(colour, wanted, strict=True)) < 60
                for colour in drawn(tab.charts().first)
            )
            for wanted in (blue, orange)
        }
        if all(found.values()):
            break
    assert found == {blue: True, orange: True}


def is_of_a_chart(answer, *fields):
    """Whether an answer is that of a chart with these fields."""
    asked = answer.request.post_data or ""
    return "_explorer" in answer.url and all(part in asked for part in ("aggregate", *fields))


def is_of_the_drop(answer):
    """Whether an answer is that of the chart with the field that was dropped."""
    return is_of_a_chart(answer, "final_cluster_id", "sales_amount")


def test_a_field_that_is_dragged_is_drawn(address, ask, visit):
    tab = visit(address)
    with tab.page.expect_response(is_of_a_chart, timeout=60_000):
        tab.open("explorer")
    tab.page.wait_for_timeout(3_000)  # the first chart is drawn, and kept by the page
    inside = tab.walker()
    field = inside.get_by_text("sales_amount", exact=True).first
    field.scroll_into_view_if_needed()
    tab.settle()
    start, end = field.bounding_box(), inside.get_by_text("Y-Axis").bounding_box()
    dragged = inside.get_by_text("sales_amount", exact=True)

    def is_there():
        boxes = [part.bounding_box() for part in dragged.all()]
        return any(box and box["x"] > end["x"] and box["y"] < end["y"] + 40 for box in boxes)

    with tab.page.expect_response(is_of_the_drop, timeout=60_000) as waited:
        tab.drag((start["x"] + 30, start["y"] + 8), (end["x"] + 200, end["y"] + 8), until=is_there)
    [rows] = waited.value.json()["data"]["datas"]
    assert len(rows) == ask("select max(final_cluster_id) from marts.clusters")
    assert any("sales_amount" in name for name in rows[0])


def test_a_workbook_is_set_beside_the_clusters(address, ask, tmp_path, visit):
    ids = [ask("select min(store_id) from marts.store_clusters where {category}"), "no such store"]
    pd.DataFrame({"Shop": ids, "Bakers": [2, 3]}).to_excel(tmp_path / "mine.xlsx", index=False)
    tab = visit(address).open("data_tables")
    tab.press("Your file", "tab")
    tab.page.locator('input[type="file"]').set_input_files(tmp_path / "mine.xlsx")
    tab.page.get_by_text("How does it fit the clusters?").wait_for()
    tab.settle()
    assert tab.says("mine.xlsx")
    assert tab.says("1 of the 2 stores of the file has a cluster")
    assert not tab.page.locator('[data-testid="stAlertContentWarning"]').count()


def test_a_chart_is_taken_away_as_picture_text_and_workbook(address, ask, visit):
    tab = visit(address).open()
    clusters = ask("select count(*) from marts.clusters where {category}")
    chart = tab.charts().first
    chart.hover()
    name, picture = tab.download(chart.get_by_label("Download plot as a PNG"))
    assert name.endswith(".png")
    assert Image.open(io.BytesIO(picture)).width > 500
    _, text = tab.download(tab.files("csv").first)
    assert len(pd.read_csv(io.BytesIO(text))) == clusters
    _, workbook = tab.download(tab.files("excel").first)
    assert openpyxl.load_workbook(io.BytesIO(workbook)).active.max_row == clusters + 1


def test_another_number_of_clusters_is_tried_and_nothing_is_published(address, chain, visit):
    before = chain.published().stat()
    tab = visit(address).open("cluster_count")
    box = tab.page.get_by_label("Number of internal clusters")
    box.fill("3")
    box.press("Enter")
    tab.page.get_by_text("To publish it, put these lines").wait_for()
    tab.settle()
    assert parse_qs(tab.query())["try_k_internal"] == ["3"]
    name, settings = tab.download(tab.page.get_by_role("button", name="Settings"))
    assert name.endswith(".yml")
    assert yaml.safe_load(settings)["internal"]["cluster_count"]["fixed"] == 3
    assert chain.published().stat() == before


def test_a_link_opens_one_cluster_and_one_feature(address, ask, category, visit):
    tab = visit(address).open("cluster_profile", cluster="3")
    assert tab.says(f"{named(ask, category, 3)}, one of")
    tab = visit(address).open("feature_distributions", stage="Internal")
    assert tab.says("Internal 1")
