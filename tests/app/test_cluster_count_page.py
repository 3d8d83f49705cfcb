"""The page of the choice of k: scores, silhouettes, and what another number would give."""

import json

import duckdb
import pytest
import yaml
from page_parts import charts, texts
from small_publish import HOSTILE_CATEGORY
from streamlit.testing.v1 import AppTest

from app.charts import counts as charts_of_counts
from app.charts import theme
from app.data import counts, published, trials, what_if


@pytest.fixture
def page(warehouse, published_file):
    """The page, run."""
    app = AppTest.from_file("../../app/main.py", default_timeout=60)
    return app.switch_page("views/cluster_count.py").run()


def fill(path, statement, *rows):
    """Change a published file."""
    with duckdb.connect(str(path)) as writer:
        writer.executemany(statement, rows) if rows else writer.execute(statement)


def test_the_chosen_number_its_rule_and_what_was_possible_are_said(page):
    assert not page.exception
    said = texts(page)
    assert any(text.startswith("3 clusters chosen. The silhouette is highest") for text in said)
    assert any("the median of the numbers that simplified silhouette" in text for text in said)
    assert "All numbers tried, 2 to 4, could be chosen: their smallest clusters have at least 5 " \
        "stores." in said  # fmt: skip
    assert any("agree to 0.94 (1 is always the same), which is stable" in text for text in said)


def test_numbers_with_too_small_clusters_are_named_and_drawn_as_crosses(page, published_file):
    fill(published_file, "update marts.cluster_count_scores set is_valid = false where k = 4")
    page.run()
    assert "2 and 3 could be chosen; with 4 a cluster would have fewer than 5 stores." in texts(
        page
    )
    first = charts(page)[0]["data"][0]
    assert first["marker"]["symbol"] == ["circle", "star", "x"]
    assert first["customdata"] == ["not chosen", "chosen", "a cluster would be too small"]


def test_every_score_is_a_panel_with_what_the_settings_ask_for(page):
    drawn = charts(page)[0]
    assert len(drawn["data"]) == len(charts_of_counts.SHOWN)
    assert [shape["y0"] for shape in drawn["layout"]["shapes"]] == [0.6, 5]
    page.toggle(key="every_score").set_value(True).run()
    assert len(charts(page)[0]["data"]) == len(charts_of_counts.SHOWN) + 2  # no BIC of mixtures


def test_each_store_has_a_bar_in_the_colour_of_its_cluster_the_best_first(page):
    bars = charts(page)[1]["data"]
    assert sum(len(trace["x"]) for trace in bars) == 38
    assert [trace["marker"]["color"] for trace in bars] == [theme.colour(n) for n in (1, 2, 3)]
    assert all(trace["x"] == sorted(trace["x"], reverse=True) for trace in bars)
    assert any("stores are nearer to another cluster" in text for text in texts(page))


def test_large_chains_show_some_of_every_cluster_and_say_so(warehouse, published_file):
    found = counts.silhouettes(published.version(), "Bakery", "final", 12)
    assert 3 <= len(found) <= 18
    assert set(found["cluster"]) == {"1", "2", "3"}
    assert set(found["measured"]) == {38}


def test_planted_groups_are_found_again_with_their_number(warehouse, published_file):
    trial = what_if.try_out(published.version(), "Bakery", "internal", 3, None)
    flows = trials.flows(trial, "published", "tried", {"1": "Town"})
    assert flows["store_count"].tolist() == [19, 13, 6]
    assert flows["from_title"].tolist() == ["Town", "published 2", "published 3"]
    assert flows["to_cluster"].tolist() == ["tried 1", "tried 2", "tried 3"]
    of_side = trial.figures[trial.figures["stage"] == "internal"].set_index("which")
    assert of_side.loc["tried", "silhouette"] == of_side.loc["published", "silhouette"] > 0.5


def test_fewer_clusters_put_planted_neighbours_together(warehouse, published_file):
    trial = what_if.try_out(published.version(), "Bakery", "internal", 2, None)
    flows = trials.flows(trial, "published", "tried", {"1": "Town"})
    assert len(flows) == 3  # nobody's group is divided
    assert flows["to_cluster"].nunique() == 2
    tried = trial.figures.set_index(["stage", "which"])
    assert tried.loc[("internal", "tried"), "cluster_count"] == 2
    assert (
        tried.loc[("internal", "tried"), "silhouette"]
        < tried.loc[("internal", "published"), "silhouette"]
    )


def test_a_larger_minimum_leaves_fewer_final_clusters(warehouse, published_file):
    sizes = {}
    for minimum in (1, 7, 0.4):
        trial = what_if.try_out(published.version(), "Bakery", "internal", None, minimum)
        sizes[minimum] = trial.stores["tried_final"].value_counts()
        assert sizes[minimum].min() >= trial.minimum
        assert sizes[minimum].sum() == 38
    assert len(sizes[1]) >= 3 > len(sizes[7]) >= len(sizes[0.4])
    assert trial.minimum == 16  # 40 % of 38 stores, rounded up


def test_what_is_published_stays_as_it_is(page, published_file):
    before = published_file.read_bytes()
    page.number_input(key="try_k_internal").set_value(2).run()
    assert not page.exception
    assert any(text.startswith("Internal clusters: 2 instead of 3;") for text in texts(page))
    assert published_file.read_bytes() == before


def test_a_trial_of_a_link_is_shown_with_settings_that_a_run_takes(warehouse, published_file):
    app = AppTest.from_file("../../app/main.py", default_timeout=60)
    app.query_params["try_k_internal"] = "2"
    app.query_params["try_minimum"] = "10"
    page = app.switch_page("views/cluster_count.py").run()
    assert not page.exception
    wanted = yaml.safe_load(page.code[0].value)
    assert wanted == {
        "internal": {"cluster_count": {"fixed": 2}},
        "merging": {"minimum_cluster_size": 0.1},
    }
    assert "Tried on all 38 stores." in texts(page)
    assert len(charts(page)) == 4


def test_settings_that_a_run_would_refuse_are_named(warehouse, published_file):
    fault = what_if.fault_of(published.version(), {"internal": {"cluster_count": {"fixed": 0}}})
    assert fault.startswith("internal.cluster_count.fixed: 0 is not allowed.")
    assert not what_if.fault_of(published.version(), what_if.snippet("internal", 4, 5))


def test_the_external_side_can_be_tried(page):
    page.segmented_control(key="dataset").set_value("external").run()
    page.number_input(key="try_k_external").set_value(2).run()
    assert not page.exception
    assert any(text.startswith("External clusters: 2 instead of 3;") for text in texts(page))


def test_more_clusters_than_stores_get_a_sentence(page):
    page.number_input(key="try_k_internal").set_value(90).run()
    assert not page.exception
    assert any(element.value.startswith("This cannot be tried: ") for element in page.info)


def test_a_large_chain_is_tried_on_some_of_its_stores(warehouse, published_file, monkeypatch):
    monkeypatch.setattr(what_if, "MOST_STORES", 20)
    app = AppTest.from_file("../../app/main.py", default_timeout=60)
    page = app.switch_page("views/cluster_count.py").run()
    page.number_input(key="try_k_internal").set_value(2).run()
    assert not page.exception
    assert any(text.startswith("Tried on 20 of 38 stores") for text in texts(page))
    tried = what_if.try_out(published.version(), "Bakery", "internal", 2, 10)
    assert len(tried.stores) == 20
    assert tried.minimum == 6  # as large a part of these as 10 are of 38, rounded up


def test_a_publish_without_models_or_silhouettes_says_so(page, published_file):
    for table in ("model_parameters", "store_silhouettes"):
        fill(published_file, f"drop table marts.{table}")
    page.run()
    assert not page.exception
    said = " ".join(element.value for element in page.info)
    assert "no table `model_parameters`" in said
    assert "no table `store_silhouettes`" in said


def test_settings_that_are_not_recorded_leave_nothing_to_try(page, published_file):
    fill(published_file, "update marts.runs set settings = 'no JSON'")
    page.run()
    assert not page.exception
    assert any("settings of this run are not recorded" in element.value for element in page.info)


def test_a_category_that_was_merged_otherwise_shows_the_side_alone(page, published_file):
    other = json.dumps({"internal": {}, "external": {}, "merging": {"method": "joint"}})
    fill(
        published_file,
        "update marts.runs set settings = json_merge_patch(settings::json, ?)::varchar",
        (other,),
    )
    page.number_input(key="try_k_internal").set_value(2).run()
    assert not page.exception
    assert any("merging.method is cross" in element.value for element in page.info)
    assert len(charts(page)) == 3


def test_hostile_names_are_tried_like_others(page):
    page.selectbox(key="category").select(HOSTILE_CATEGORY).run()
    page.number_input(key="try_k_internal").set_value(2).run()
    assert not page.exception
    assert any(text.startswith("Internal clusters: 2 instead of 3;") for text in texts(page))


def test_a_chain_without_categories_can_be_tried(page, published_file):
    with duckdb.connect(str(published_file)) as writer:
        tables = "select distinct table_name from duckdb_columns() where column_name = 'category'"
        for (table,) in writer.execute(tables).fetchall():
            writer.execute(f"delete from marts.{table} where category = ?", [HOSTILE_CATEGORY])
            writer.execute(f"update marts.{table} set category = 'all' where category = 'Bakery'")
    page.run()
    assert "Number of internal clusters" in [box.label for box in page.number_input]
