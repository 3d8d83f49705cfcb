"""Settings: what is refused, in which words, and how layers become one."""

import copy
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import yaml

from python_ml.settings import (
    SettingsError,
    check_settings,
    expand_path,
    merge_layers,
    read_settings_file,
    section,
)
from tests.python_ml.faults import fault, project_defaults

ROOT = Path(__file__).parents[2]


@pytest.fixture
def defaults() -> dict:
    """The defaults of the project."""
    return project_defaults()


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yml")), ids=lambda p: p.stem)
def test_defaults_environments_and_examples_are_allowed(defaults, example):
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    for environment in project["environments"].values():
        check_settings(
            merge_layers(defaults, environment, yaml.safe_load(example.read_text()))
        )  # fmt: skip


def test_every_default_is_needed(defaults):
    for part in ("internal", "external", "merging", "quality"):
        for key in defaults[part]:
            less = copy.deepcopy(defaults)
            del less[part][key]
            with pytest.raises(SettingsError, match=rf"{part}\.{key}: is missing"):
                check_settings(less)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"internal": {"scale": {"metod": "none"}}}, "internal.scale.metod: there is no such"),
        ({"internal": {"scale": {"metod": "none"}}}, "Did you mean method?"),
        ({"internl": {}}, "Did you mean internal?"),
        ({"internal": 3}, "internal: 3 is not allowed"),
        ({"internal": {"scale": {"method": "best"}}}, '"best" is not allowed'),
        ({"internal": {"algorithm": {"starts": "10"}}}, 'starts: "10" is not allowed'),
        ({"internal": {"algorithm": {"starts": True}}}, "starts: true is not allowed"),
        ({"internal": {"algorithm": {"seed": -1}}}, "seed: -1 is not allowed"),
        ({"internal": {"algorithm": {"method": "k-prototypes"}}}, "'spectral' or 'kmedoids'"),
        ({"internal": {"algorithm": {"covariance": "round"}}}, "'diag' or 'spherical'"),
        ({"internal": {"algorithm": {"radius": 0}}}, "radius: 0 is not allowed"),
        ({"internal": {"algorithm": {"neighbours": 0}}}, "algorithm.neighbours: 0 is not"),
        ({"internal": {"algorithm": {"batch_size": 0}}}, "batch_size: 0 is not allowed"),
        ({"internal": {"algorithm": {"smallest_cluster": 1}}}, "smallest_cluster: 1 is not"),
        ({"internal": {"algorithm": {"minimum_samples": 0}}}, "minimum_samples: 0 is not"),
        (
            {"external": {"algorithm": {"method": "hdbscan"}, "cluster_count": {"fixed": 4}}},
            "external: algorithm.method hdbscan finds its own number of clusters and cannot be "
            "held to cluster_count.fixed (4): set that to null, or choose another method",
        ),
        ({"external": {"filter": {"maximum_correlation": 1.2}}}, "maximum_correlation: 1.2 is not"),
        ({"external": {"impute": {"neighbours": 0}}}, "impute.neighbours: 0 is not allowed"),
        ({"external": {"impute": {"iterations": 0}}}, "impute.iterations: 0 is not allowed"),
        ({"merging": {"method": "vote"}}, "'cross', 'joint' or 'consensus'"),
        ({"merging": {"small_clusters": "drop"}}, "'nearest_large', 'per_store' or 'size'"),
        ({"merging": {"maximum_distance": 0}}, "merging.maximum_distance: 0 is not allowed"),
        ({"merging": {"maximum_clusters": 0}}, "merging.maximum_clusters: 0 is not allowed"),
        (
            {"merging": {"maximum_cluster_size": 50}},
            "merging: maximum_cluster_size (50) is only kept by small_clusters size, which is "
            "fold: set it to null, or choose size",
        ),
        (
            {"merging": {"small_clusters": "size", "maximum_distance": 2}},
            "merging: small_clusters size moves stores as far as the sizes ask for, whatever "
            "maximum_distance (2.0) says: set that to null, or choose another mode",
        ),
        (
            {
                "merging": {
                    "small_clusters": "size",
                    "minimum_cluster_size": 9,
                    "maximum_cluster_size": 8,
                }
            },
            "merging: maximum_cluster_size (8) is below minimum_cluster_size (9)",
        ),
        ({"internal": {"outliers": {"method": "forest"}}}, "'isolation_forest', 'lof' or"),
        ({"internal": {"outliers": {"policy": "winsorize"}}}, "'keep', 'winsorise' or"),
        ({"internal": {"scale": {"method": "max"}}}, "'minmax' or 'maxabs'"),
        ({"internal": {"cluster_count": {"resamples": 1}}}, "resamples: 1 is not allowed"),
        (
            {"internal": {"cluster_count": {"minimum_stability": 1.1}}},
            "minimum_stability: 1.1 is not allowed",
        ),
        (
            {"external": {"cluster_count": {"maximum_border_density": 0}}},
            "maximum_border_density: 0 is not allowed",
        ),
        (
            {"external": {"cluster_count": {"retry_minimum_cluster_size": 0}}},
            "retry_minimum_cluster_size: 0 is not allowed",
        ),
        ({"internal": {"cluster_count": {"maximum": 1}}}, "maximum: 1 is not allowed"),
        (
            {"internal": {"cluster_count": {"minimum": 6, "maximum": 4}}},
            "internal.cluster_count: maximum (4) is below minimum (6)",
        ),
        ({"external": {"filter": {"minimum_sales": 5}}}, "external.filter.minimum_sales: there is"),
        ({"quality": {"maximum_rejected_share": 1.5}}, "maximum_rejected_share: 1.5"),
        ({"merging": {"internal_weight": 0, "external_weight": 0}}, "nothing is left"),
        ({"merging": {"internal_weight": float("inf")}}, "internal_weight: Infinity"),
        ({"merging": {"minimum_cluster_size": 1.5}}, "minimum_cluster_size: 1.5"),
        ({"quality": {"unmapped_bucket": ""}}, 'unmapped_bucket: "" is not allowed'),
        ({"internal": {"extra_features": {"growth": 1}}}, "extra_features.growth: 1 is not"),
        ({"external": {"extra_features": {"growth": True}}}, "external.extra_features: there is"),
        ({"quality": {"excluded_statuses": ["open"]}}, 'excluded_statuses.0: "open" is not'),
        ({"external": {"encode": {"maximum_categories": 0}}}, "maximum_categories: 0 is not"),
        ({"internal": {"reduce": {"method": "kernel"}}}, "'incremental_pca' or 'kernel_pca'"),
        ({"internal": {"reduce": {"landmarks": 1}}}, "reduce.landmarks: 1 is not allowed"),
        ({"external": {"reduce": {"gamma": 0}}}, "reduce.gamma: 0 is not allowed"),
        ({"explanations": {"rule_depth": 0}}, "explanations.rule_depth: 0 is not allowed"),
        ({"explanations": {"folds": 1}}, "explanations.folds: 1 is not allowed"),
        ({"explanations": {"repeats": 0}}, "explanations.repeats: 0 is not allowed"),
        ({"resources": {"cores": 0}}, "resources.cores: 0 is not allowed"),
        ({"internal": {"too_few_stores": {"minimum_stores": 1}}}, "minimum_stores: 1 is not"),
        (
            {"internal": {"too_few_stores": {"fallback": "drop"}}},
            "'one_cluster', 'external_only' or 'stop'",
        ),
        (
            {
                "internal": {"too_few_stores": {"fallback": "external_only"}},
                "merging": {"external_weight": 0},
            },
            "internal.too_few_stores.fallback is external_only, but merging.external_weight is 0",
        ),
        (
            {"external": {"category_features": {"Tea": ["visits"]}}},
            "set external.per_category to true",
        ),
        (
            {"external": {"per_category": True, "category_features": {"Tea": ["visit"]}}},
            "external.category_features.Tea: no feed has the feature 'visit'; the feeds have "
            "competitors within 1 km, evening share of visits,",
        ),
        (
            {"external": {"per_category": True, "category_features": {"Tea": []}}},
            "category_features.Tea: [] is not allowed",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(defaults, over, words):
    assert words in fault(defaults, over)


SALES = {"files": "a.csv", "columns": {"store_id": "s", "product_id": "p", "amount": "a"}}
STORES = {"files": "s.csv", "columns": {"store_id": "s", "status": "x"}}
FEED = {"files": "f.csv", "key": "k", "matches": "store_id", "combine": "mean"}


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({"sales": {"files": "a.csv"}}, "sources.sales.columns: is missing"),
        ({}, "sources.sales: is missing"),
        ({"sales": SALES | {"unique_by": ["row_id"]}}, "columns has no row_id"),
        ({"sales": SALES | {"delimiter": ";;"}}, "sources.sales.delimiter"),
        (
            {"sales": SALES, "overrides": {"files": "o.csv", "columns": {"store_id": "s"}}},
            "sources.overrides.columns.author: is missing and has to be given",
        ),
        (
            {"sales": SALES, "feeds": {"overrides": FEED | {"attributes": {"region": "r"}}}},
            "feeds.overrides: give the feed a name that no other source has",
        ),
        ({"sales": SALES, "feeds": {"zip": FEED}}, "a feed needs features"),
        (
            {"sales": SALES, "feeds": {"zip": FEED | {"attributes": {"store_id": "s"}}}},
            "brings the attribute 'store_id', which is there already",
        ),
        (
            {"sales": SALES, "stores": {"files": "s.csv", "columns": {"store_id": "s"},
                                        "attributes": {"store_id": "s"}}},
            "sources.stores: brings the attribute 'store_id', which is there already: give it",
        ),
        (
            {"sales": SALES, "feeds": {"zip": FEED | {"features": {"a": "b"}, "matches": "zip"}}},
            "the attributes known at that point are store_id",
        ),
        (
            {
                "sales": SALES,
                "feeds": {
                    "one": FEED | {"features": {"income": "a"}},
                    "two": FEED | {"features": {"income": "b"}},
                },
            },
            "both have a feature 'income'",
        ),
        (
            {
                "sales": SALES,
                "feeds": {"one": {k: v for k, v in FEED.items() if k != "combine"}
                          | {"features": {"income": "a"}}},
            },
            "combine is missing",
        ),
        (
            {"sales": SALES, "feeds": {"zip": FEED | {"attributes": {"c": "c"}, "split_by": "r"}}},
            "split_by splits features, and there are none",
        ),
        (
            {
                "sales": SALES,
                "feeds": {
                    "one": FEED | {"features": {"income": "a"}},
                    "two": FEED | {"categories": {"income": "b"}},
                },
            },
            "both have a feature 'income'",
        ),
        (
            {"sales": SALES, "feeds": {"zip": FEED | {"features": {"a": {"column": "x"}}}}},
            "sources.feeds.zip.features.a.combine: is missing",
        ),
        (
            {
                "sales": SALES,
                "feeds": {"zip": FEED | {"features": {"a": {"column": "x", "combine": "all"}}}},
            },
            'sources.feeds.zip.features.a.combine: "all" is not allowed',
        ),
        (
            {"sales": SALES, "stores": STORES | {"statuses": {"shut": ["X"]}}},
            "sources.stores.statuses.shut",
        ),
        (
            {"sales": SALES, "stores": STORES | {"statuses": {"open": ["A"], "closed": [" a"]}}},
            "' a' cannot be both open and closed",
        ),
        (
            {"sales": SALES, "stores": STORES},
            "columns.status and statuses belong together",
        ),
        (
            {"sales": SALES, "stores": {"files": "s.csv", "columns": {"store_id": "s"},
                                        "statuses": {"open": ["A"]}}},
            "columns.status and statuses belong together",
        ),
        (
            {"sales": {k: v for k, v in SALES.items() if k != "files"}
                      | {"relation": "shop.sales", "delimiter": ";"}},
            "delimiter does not apply to a relation",
        ),
    ],
)  # fmt: skip
def test_sources_that_do_not_fit_together_are_refused(defaults, sources, words):
    assert words in fault(defaults, {"sources": sources})


def test_features_over_time_need_the_days_of_the_sales(defaults):
    def asked(**extra):
        return {"sources": {"sales": SALES}, "internal": {"extra_features": extra}}

    said = fault(defaults, asked(growth=True, seasonality=True))
    assert "asks for growth and seasonality, but sources.sales.columns has no sold_on" in said
    assert "asks for seasonality, but" in fault(defaults, asked(seasonality=True))
    check_settings(merge_layers(defaults, asked(log_sales=True, share_of_chain=True)))
    dated = asked(growth=True, seasonality=True)
    dated["sources"] = {"sales": SALES | {"columns": SALES["columns"] | {"sold_on": "d"}}}
    check_settings(merge_layers(defaults, dated))


def test_a_feed_may_be_matched_by_what_an_earlier_feed_brought(defaults):
    feeds = {
        "zip": FEED | {"attributes": {"county": "c"}, "features": {"a": "a"}},
        "county": FEED | {"matches": "county", "features": {"b": "b"}},
    }
    check_settings(merge_layers(defaults, {"sources": {"sales": SALES, "feeds": feeds}}))
    backwards = dict(reversed(feeds.items()))
    assert "'county'" in fault(defaults, {"sources": {"sales": SALES, "feeds": backwards}})


def test_a_feed_may_be_split_and_combine_each_feature_in_its_own_way(defaults):
    feed = {"files": "f.csv", "key": "k", "matches": "store_id", "split_by": {"sql": "r || ' min'"}}
    features = {
        "a": {"column": "x", "combine": "sum"},
        "b": {"column": {"sql": "y"}, "combine": "mean"},
    }
    feeds = {"rings": feed | {"features": features}, "kinds": feed | {"categories": {"c": "z"}}}
    del feeds["kinds"]["split_by"]
    check_settings(merge_layers(defaults, {"sources": {"sales": SALES, "feeds": feeds}}))
    wrong = {"column": "x", "combine": "sum", "by": "y"}
    said = fault(
        defaults, {"sources": {"sales": SALES, "feeds": {"f": feed | {"features": {"a": wrong}}}}}
    )
    assert said == (
        "sources.feeds.f.features.a.by: there is no such setting. "
        "Allowed here: column, combine."
    )  # fmt: skip
    feeds["rings"]["features"]["d"] = "z"
    said = fault(defaults, {"sources": {"sales": SALES, "feeds": feeds}})
    assert "one value of 'd'" in said


def test_all_faults_are_told_at_once(defaults):
    said = fault(defaults, {"internal": {"scale": {"clip": 0}}, "merging": {"mode": "x"}})
    assert "internal.scale.clip" in said
    assert "merging.mode" in said


def test_later_layers_go_first_and_sources_are_replaced_whole():
    base = {"sources": {"sales": 1, "stores": 2}, "internal": {"a": {"x": 1, "y": 2}}}
    over = {"sources": {"sales": 3}, "internal": {"a": {"y": 4}}}
    assert merge_layers(base, over) == {
        "sources": {"sales": 3},
        "internal": {"a": {"x": 1, "y": 4}},
    }
    assert base["internal"]["a"]["y"] == 2


def test_a_path_takes_the_environment_before_the_default(monkeypatch):
    paths = {"SKETCH_DIR": "data", "SKETCH_INNER_DIR": "${SKETCH_DIR}/inner"}
    assert expand_path("${SKETCH_INNER_DIR}/a.csv", paths) == "data/inner/a.csv"
    monkeypatch.setenv("SKETCH_DIR", "/elsewhere")
    assert expand_path("${SKETCH_INNER_DIR}/a.csv", paths) == "/elsewhere/inner/a.csv"
    with pytest.raises(SettingsError, match="NOWHERE_DIR is not set"):
        expand_path("${NOWHERE_DIR}/a.csv", paths)


def test_a_path_that_names_itself_is_refused(monkeypatch):
    monkeypatch.setenv("SKETCH_DIR", "${SKETCH_DIR}/more")
    with pytest.raises(SettingsError, match="names itself"):
        expand_path("${SKETCH_DIR}/a.csv", {})


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "found nothing"), ("# only words", "found nothing"), ("- a\n- b", "found list"),
     ("internal: {scale: ", "this is not YAML")],
)  # fmt: skip
def test_a_file_without_sections_is_refused(tmp_path, text, words):
    file = tmp_path / "my chain.yml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=words) as error:
        read_settings_file(file)
    assert "my chain.yml" in str(error.value)


def test_a_section_has_values_in_their_own_type():
    table = pd.DataFrame(
        {
            "key": ["internal.scale.clip", "internal.scale.method", "internal.reduce.method"],
            "value": ["null", '"robust"', '"pca"'],
        }
    )
    assert section(table, "internal.scale") == {"clip": None, "method": "robust"}
    with pytest.raises(KeyError, match=r"internal.sale"):
        section(table, "internal.sale")


@pytest.mark.parametrize("day", [dt.date(2025, 1, 1), "20250101", "2025-02-31", "2025-W01-1", 3])
def test_a_day_of_the_window_is_written_as_text(defaults, day):
    sales = SALES | {"columns": SALES["columns"] | {"sold_on": "d"}, "window": {"from": day}}
    said = fault(defaults, {"sources": {"sales": sales}})
    assert (
        said == f"sources.sales.window.from: {day} is not a day as text: "
        'write it as "2025-01-31", in quotes.'
    )


def test_all_groups_are_the_columns_that_are_not_named_so_there_are_no_expressions(defaults):
    sales = {"files": "a.csv", "columns": {"store_id": {"sql": "trim(id)"}}, "groups": "*"}
    assert "list the groups" in fault(defaults, {"sources": {"sales": sales}})
    sales["groups"] = ["tea"]
    check_settings(merge_layers(defaults, {"sources": {"sales": sales}}))
