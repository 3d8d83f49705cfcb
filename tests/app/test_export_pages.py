"""The page of a cluster says what is published, runs nothing, loads nothing and prints well."""

import re
from xml.etree import ElementTree

import pytest
from plan_publish import HOSTILE, LONG, write_plan
from small_publish import CATEGORIES, HOSTILE_CATEGORY, HOSTILE_CLUSTER

from app import words
from app.data import plans, published
from app.export import profile
from app.export.contents import Page, contents_page
from app.export.profile import profile_page


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    """A published database with every table and hostile names."""
    path = tmp_path_factory.mktemp("plan") / "plan.duckdb"
    write_plan(path)
    return published._version_on_disk(str(path))


@pytest.fixture(scope="module")
def run(version):
    """The run that published it."""
    return plans.run(version)


@pytest.fixture(scope="module")
def tables(version):
    """What is published about the category with the hostile name."""
    return plans.tables(version, HOSTILE_CATEGORY)


@pytest.fixture(scope="module")
def page(tables, run):
    """The page of its largest cluster."""
    return profile_page(HOSTILE_CATEGORY, 1, tables, run)


def parsed(page):
    """The page as a tree; what is not well-formed is an error."""
    return ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>"))


def text_of(node):
    """All text of a part of a page, in one line."""
    return " ".join("".join(node.itertext()).split())


def section(page, title):
    """The rows of the table below a heading, as texts."""
    after = page.split(f"<h2>{title}</h2>")[1]
    body = re.search(r"<tbody>.*?</tbody>", after, re.DOTALL)[0]
    return [[text_of(cell) for cell in row] for row in ElementTree.fromstring(body)]


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_page_is_well_formed_and_has_no_script_and_loads_nothing(version, run, category):
    tables = plans.tables(version, category)
    for cluster_id in tables["clusters"]["final_cluster_id"]:
        made = profile_page(category, cluster_id, tables, run, contents="../../index.html")
        root = parsed(made)
        used = {node.tag for node in root.iter()}
        assert not used & {"script", "img", "iframe", "object", "embed", "form", "base"}
        for node in root.iter():
            assert not [name for name in node.attrib if name.startswith("on")]
            assert node.get("href", "../../index.html") == "../../index.html"
            assert node.get("src") is None
        assert "url(" not in made
        assert "@import" not in made
        assert "default-src 'none'" in made


def test_hostile_names_are_text(page):
    shown = text_of(parsed(page))
    assert HOSTILE[7] in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert HOSTILE_CATEGORY in shown


def test_the_head_says_name_size_and_share(version, run):
    tables = plans.tables(version, "Bakery")
    cluster = tables["clusters"].set_index("final_cluster_id").loc[2]
    head = text_of(parsed(profile_page("Bakery", 2, tables, run))).split("What sets it apart")[0]
    assert f"2 · {HOSTILE_CLUSTER}" in head
    assert words.several(int(cluster["store_count"]), "store") in head
    assert words.count(cluster["sales_amount"]) in head
    assert words.percent(cluster["sales_share"]) in head
    assert "run 5f0c2a9e · 23 Nov 2026" in head


def test_a_small_cluster_says_why(tables, run):
    small = tables["clusters"].set_index("final_cluster_id")["is_small"]
    assert small.to_dict() == {1: False, 2: False, 3: True}
    assert "fewer stores than the minimum" not in profile_page("C", 1, tables, run)
    assert "fewer stores than the minimum" in profile_page("C", 3, tables, run)
    why = tables | {"clusters": tables["clusters"].assign(small_reason="too <far> away")}
    assert "too &lt;far&gt; away" in profile_page("C", 3, why, run)


def test_features_come_by_rank_with_a_bar_index_and_effect(page, tables):
    features = tables["cluster_features"]
    expected = features[features["final_cluster_id"] == 1].sort_values("rank").head(10)
    rows = section(page, "What sets it apart")
    assert len(rows) == 10
    for row, feature in zip(rows, expected.itertuples(), strict=True):
        assert row[3:] == [words.count(feature.index_vs_chain), f"{feature.effect_size:+.2f}"]
    assert rows[4][3] == words.NONE
    bars = [n for n in parsed(page).iter("svg") if n.get("aria-label") == "index 70"]
    assert {bar[0].get("width") for bar in bars} == {"15.0"}
    assert {bar[0].get("x") for bar in bars} == {"35.0"}


def test_need_states_add_up_to_the_sales_of_the_cluster(page, tables):
    rows = section(page, "What it sells")
    assert len(rows) == profile.NEED_STATES
    assert rows[-1][0] == "3 others"
    total = sum(int(row[1].replace(",", "")) for row in rows)
    sales = tables["clusters"].set_index("final_cluster_id")["sales_amount"][1]
    assert total == pytest.approx(sales, abs=len(rows) / 2)


def test_typical_stores_are_the_nearest_and_no_outliers(tables, run):
    stores = tables["store_clusters"].copy()
    members = stores.index[stores["final_cluster_id"] == 1]
    stores.loc[members, "distance"] = range(len(members), 0, -1)
    rows = section(profile_page("C", 1, tables | {"store_clusters": stores}, run), "Typical stores")
    own = stores.loc[members]
    nearest = own[~own["is_outlier"]].sort_values("distance")["store_id"].head(5)
    assert own["is_outlier"].any()
    assert [row[0] for row in rows] == nearest.tolist()


def test_thin_stores_are_neither_typical_nor_on_the_border(tables, run):
    stores = tables["store_clusters"].copy()
    members = stores.index[stores["final_cluster_id"] == 1]
    stores["thin_reason"] = stores["thin_reason"].astype(object)
    thin = stores.loc[members, "store_id"].head(3)
    stores.loc[thin.index, ["distance", "confidence", "is_outlier"]] = [0, 0, False]
    stores.loc[thin.index, "thin_reason"] = "no sales at all"
    page = profile_page("C", 1, tables | {"store_clusters": stores}, run)
    for title in ("Typical stores", "Stores on the border"):
        shown = [row[0] for row in section(page, title)]
        assert shown and not set(shown) & set(thin), title


def test_stores_on_the_border_are_the_least_sure_with_the_next_cluster(page, tables):
    stores = tables["store_clusters"]
    own = stores[stores["final_cluster_id"] == 1].sort_values(["confidence", "store_id"]).head(5)
    rows = section(page, "Stores on the border")
    assert [row[0] for row in rows] == own["store_id"].tolist()
    assert [row[2] for row in rows] == own["confidence"].map(words.percent).tolist()
    assert rows[0][3] == f"2 · {HOSTILE_CLUSTER}"


def test_rules_and_moves_are_there_and_what_is_too_much_is_counted(page, tables):
    after = page.split("<h2>The rules that describe it</h2>")[1].split("<h2>")[0]
    assert after.count("<p ") == profile.RULES
    assert "right for 90.0 %, covers 50.0 %" in after
    moves = tables["cluster_moves"]
    label = tables["clusters"].set_index("final_cluster_id")["final_label"][1]
    more = (moves["to_label"] == label).sum() - profile.MOVES
    assert len(section(page, "Stores that were moved")) == profile.MOVES
    assert f"{more} more stores were moved." in page


def test_who_left_is_among_the_moves(tables, run):
    moves = tables["cluster_moves"].head(1).assign(from_label="I2-E2", to_label="I1-E1")
    for cluster_id, said in ((1, True), (2, True), (3, False)):
        made = profile_page("C", cluster_id, tables | {"cluster_moves": moves}, run)
        assert ("I2-E2 → I1-E1" in made) == said


def test_tables_that_are_not_published_are_sentences(tables, run):
    known = {"clusters", "store_clusters", "stores", "stores_without_cluster"}
    few = {name: rows for name, rows in tables.items() if name in known}
    shown = text_of(parsed(profile_page("Bakery", 1, few, run)))
    assert shown.count("This run did not publish") == 4


def test_the_list_leads_to_every_page(run):
    pages = [Page("Tea", "1 · <b>Town</b>", "7 stores", "12.0 %", "profiles/T é/cluster-1.html")]
    made = contents_page(run, pages, {"Tea": "workbooks/T é.xlsx", HOSTILE[7]: "workbooks/x.xlsx"})
    root = parsed(made)
    links = {text_of(node): node.get("href") for node in root.iter("a")}
    assert links["1 · <b>Town</b>"] == "profiles/T%20%C3%A9/cluster-1.html"
    assert "workbooks/T%20%C3%A9.xlsx" in {node.get("href") for node in root.iter("a")}
    assert HOSTILE[7] in text_of(root)
    assert "No cluster was found." in text_of(root)


@pytest.mark.browser
def test_the_fullest_page_is_one_sheet_of_paper_and_asks_for_nothing(
    tables, run, tmp_path, browser
):
    clusters = tables["clusters"].assign(is_small=True, small_reason=LONG, name="W" * 300)
    stores = tables["stores"].assign(store_name="W" * 300)
    members = tables["store_clusters"].assign(store_name="Ж" * 300)
    full = tables | {"clusters": clusters, "stores": stores, "store_clusters": members}
    (tmp_path / "page.html").write_text(profile_page(LONG, 1, full, run), encoding="utf-8")
    page, asked, said = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "page.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    [(width, height)] = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed))
    assert (round(float(width)), round(float(height))) == (595, 842)  # A4 in points
    assert asked == [(tmp_path / "page.html").as_uri()]
    assert not said
    assert not wide
