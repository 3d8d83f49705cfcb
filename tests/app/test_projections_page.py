"""The page of projections: published ones, and ones computed by a process of its own."""

import os
import time

import duckdb
import numpy as np
import pandas as pd
import pytest
from page_parts import charts, spoil, texts
from small_publish import HOSTILE_CATEGORY
from streamlit.testing.v1 import AppTest

from app import feature_words
from app.data import projections, published
from app.jobs import Projection

ROLLS, INCOME = "Rolls (internal)", "income (external)"


@pytest.fixture
def open_page(warehouse, published_file):
    """Open the page with an address."""

    def _open_page(**address):
        app = AppTest.from_file("../../app/main.py", default_timeout=60)
        for key, value in address.items():
            app.query_params[key] = value
        return app.switch_page("views/projections.py").run()

    return _open_page


def wait_for(page, job, seconds=60):
    """Wait until a computation is over, then run the page again."""
    until = time.monotonic() + seconds
    while job.is_running and time.monotonic() < until:
        time.sleep(0.1)
    assert not job.is_running
    return page.run()


def values(stores=60, seed=0):
    """Three features of two groups of stores, as `features.stacked` gives them."""
    random = np.random.default_rng(seed)
    group = np.arange(stores) % 2
    wide = pd.DataFrame(
        {
            "tea": 10.0 * group + random.normal(size=stores),
            "gin": random.normal(size=stores),
            "flat": 1.0,
        }
    ).assign(store_id=[f"{number:03d}" for number in range(stores)])
    long = wide.melt(id_vars="store_id", var_name="feature", value_name="value")
    return long.assign(category="A"), dict(zip(wide["store_id"], group, strict=True))


def test_published_map_is_drawn_with_what_its_axes_mean(open_page):
    page = open_page()
    assert not page.exception
    places, loadings = charts(page)
    assert sum(len(trace["x"]) for trace in places["data"]) == 38
    assert len(loadings["data"][0]["y"]) == 3
    assert "Each point is a store. Showing all 38 stores." in texts(page)


def test_space_method_axes_and_labels_are_obeyed(open_page):
    page = open_page(category=HOSTILE_CATEGORY)
    before = charts(page)[1]["data"][0]["y"]
    page.segmented_control(key="space").set_value("external").run()
    assert charts(page)[1]["data"][0]["y"] != before
    page.segmented_control(key="dimensions").set_value(3).run()
    assert {trace["type"] for trace in charts(page)[0]["data"]} == {"scatter3d"}
    page.segmented_control(key="method").set_value("tsne").run()
    assert not page.exception
    (places,) = charts(page)
    assert {trace["type"] for trace in places["data"]} == {"scatter"}
    assert feature_words.TSNE in texts(page)
    page.segmented_control(key="stage").set_value("merged").run()
    assert len(charts(page)[0]["data"]) == 4


def test_table_that_a_publish_lacks_is_a_sentence(open_page, published_file):
    spoil(published_file, "delete from marts.store_projection")
    page = open_page()
    assert page.info[0].value.startswith("No projection is published of this category.")
    spoil(published_file, "drop table marts.store_projection")
    page.run()
    assert not page.exception
    assert "no table `store_projection`" in page.info[0].value
    page.segmented_control(key="map").set_value("chosen").run()
    assert page.button


def test_external_map_of_all_categories_is_that_of_each(published_file):
    spoil(published_file, "delete from marts.store_projection where category <> 'Bakery'")
    spoil(published_file, "update marts.store_projection set category = 'all'")
    version = published.version()
    found = projections.by_store(version, HOSTILE_CATEGORY, "final", "external", "pca")
    assert len(found) == 38
    few = projections.by_store(
        version, HOSTILE_CATEGORY, "final", "external", "pca", clusters=["3"], most=4
    )
    assert len(few) == 4
    assert few["matching"].unique().tolist() == [6]


def test_shares_are_parts_of_the_variance_of_the_features(published_file):
    spoil(published_file, "delete from marts.store_projection")
    # the first axis is one feature, the second another, of three
    for letter, feature in (("x", "Rolls"), ("y", "Whole grain")):
        spoil(
            published_file,
            f"""
            insert into marts.store_projection (category, dataset, method, store_id, {letter})
            select 'Bakery', 'internal', 'pca', store_id, model_value from marts.store_features
            where category = 'Bakery' and feature = ?
            """,
            feature,
        )
    spoil(
        published_file,
        """
        create or replace table marts.store_projection as
        select category, dataset, method, store_id, max(x) as x, max(y) as y, 0.0::double as z
        from marts.store_projection group by all
        """,
    )
    version = published.version()
    variances = published.read(
        version,
        "select feature, var_pop(model_value) as variance from marts.store_features "
        "where category = 'Bakery' group by feature",
    ).set_index("feature")["variance"]
    expected = [variances["Rolls"], variances["Whole grain"], 0.0] / variances.sum()
    assert projections.shares(version, "Bakery", "internal")["share"].tolist() == pytest.approx(
        expected.tolist()
    )
    loadings = projections.loadings(version, "Bakery", "internal").set_index("feature")
    assert loadings.loc[ROLLS, "x"] == pytest.approx(1.0)
    assert loadings["z"].isna().all()


def parameter(path, **columns):
    """Add a row to the parameters of the model."""
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    spoil(path, f"insert into marts.model_parameters ({names}) values ({marks})", *columns.values())


def test_shares_of_the_joint_map_are_parts_of_the_weights(published_file):
    spoil(
        published_file,
        "update marts.store_projection set dataset = 'joint' where dataset = 'internal'",
    )
    for side, weight in (("internal", 8.0), ("external", 4.0)):
        parameter(published_file, category="Bakery", dataset=side, parameter="weight", value=weight)
    version = published.version()
    along = published.read(
        version,
        "select var_pop(x) as x from marts.store_projection "
        "where category = 'Bakery' and dataset = 'joint' and method = 'pca'",
    )["x"][0]
    # 4 of 38 stores have no external side and do not vary on it
    share = projections.shares(version, "Bakery", "joint")["share"][0]
    assert share == pytest.approx(along / (8 + 4 * 34 / 38))


def test_share_of_components_that_are_not_of_features_is_not_said(open_page, published_file):
    parameter(published_file, category="Bakery", dataset="internal", parameter="loading",
              landmark="007", component=1, value=0.5)  # fmt: skip
    version = published.version()
    assert projections.shares(version, "Bakery", "internal")["share"].isna().all()
    assert projections.shares(version, "Bakery", "external")["share"].notna().all()
    page = open_page(space="Internal")
    assert not page.exception
    assert any("is not known here" in text for text in texts(page))


def test_loadings_of_the_model_have_a_column_for_each_component(published_file):
    with duckdb.connect(str(published_file)) as writer:
        writer.execute("delete from marts.model_parameters")
    for feature in ("Rolls", "Whole grain"):
        for component in (1, 2):
            parameter(published_file, category="Bakery", dataset="internal", parameter="loading",
                      feature=feature, component=component, value=component / 4)  # fmt: skip
    found = projections.model_loadings(published.version(), "Bakery", "joint")
    assert found.columns.tolist() == ["feature", "Component 1", "Component 2"]
    assert found.set_index("feature").loc[ROLLS].tolist() == [0.25, 0.5]


def test_chosen_features_are_computed_by_a_button_and_labelled_anew(open_page, published_file):
    page = open_page(map="Features of my choice")
    assert not page.exception
    assert not charts(page)
    page.multiselect(key="by").set_value([ROLLS, INCOME]).run()
    page.button[0].click().run()
    job = page.session_state["projection"]
    wait_for(page, job)
    assert not page.exception
    places, loadings = charts(page)
    assert sum(len(trace["x"]) for trace in places["data"]) == 38
    assert sorted(loadings["data"][0]["y"]) == [ROLLS, INCOME]
    assert any(text.startswith("These 2 axes show 100.0 %") for text in texts(page))
    page.segmented_control(key="method").set_value("tsne").run()
    assert sum(len(trace["x"]) for trace in charts(page)[0]["data"]) == 38
    page.segmented_control(key="stage").set_value("merged").run()
    assert page.session_state["projection"] is job
    assert len(charts(page)[0]["data"]) == 4
    page.multiselect(key="by").set_value([ROLLS, INCOME, "Whole grain (internal)"]).run()
    assert not charts(page)
    assert page.info[0].value.startswith("Press *Compute*")


def test_one_feature_is_too_few(open_page):
    page = open_page(map="Features of my choice")
    page.multiselect(key="by").set_value([ROLLS]).run()
    assert page.info[0].value == "Choose at least two features."


def test_cancel_ends_the_process_and_says_so(open_page):
    page = open_page(map="Features of my choice")
    page.button[0].click().run()
    job = page.session_state["projection"]
    page.button[1].click().run()
    assert not page.exception
    assert not job.is_running
    assert job.has_failed
    assert any("was ended" in info.value for info in page.info)


def test_process_places_groups_apart_and_leaves_what_its_axes_are():
    long, group = values()
    job = Projection(long, {"tsne_stores": 60, "perplexity": 10}, "made of")
    while job.is_running:
        time.sleep(0.05)
    assert not job.has_failed
    for method in ("pca", "tsne"):
        placed = job.left(method).set_index("store_id")
        sides = placed["x"].groupby(group).mean()
        assert abs(sides[0] - sides[1]) > 2 * placed["x"].groupby(group).std().max(), method
    loadings = job.left("loadings").set_index("feature")
    assert loadings.loc["tea", "x"] == pytest.approx(1, abs=0.01)
    assert loadings.loc["flat"].isna().all()
    shares = job.left("shares")["share"]
    assert shares[0] > 0.9
    assert shares.sum() == pytest.approx(1)


def test_cancelled_process_is_gone_and_so_is_one_that_nobody_holds():
    long, _ = values(stores=3_000)
    settings = {"tsne_stores": 3_000, "perplexity": 30}
    cancelled = Projection(long, settings, 1)
    process = cancelled._process.pid
    cancelled.cancel()
    assert not cancelled.is_running
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    left = Projection(long, settings, 2)
    process, place = left._process.pid, left._place
    del left
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert not place.exists()


def test_offer_says_what_is_left_out():
    assert feature_words.offer(4_000, 90_000, 1_000) == (
        "This places 4,000 of 90,000 stores anew by the chosen features, of every cluster its "
        "share, picked at random; 1,000 stores lack one of the values. It changes nothing that is "
        "published."
    )
    assert feature_words.progress(9.0, 2_000, True)[0] == pytest.approx(0.95)
