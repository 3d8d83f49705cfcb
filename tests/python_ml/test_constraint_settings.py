"""Settings of the constraints: what cannot hold together is refused, in which words."""

from pathlib import Path

import pytest

from python_ml.settings import check_settings, merge_layers
from tests.python_ml.faults import fault, project_defaults

ROOT = Path(__file__).parents[2]
SALES = {"files": "a.csv", "columns": {"store_id": "s", "product_id": "p", "amount": "a"}}


@pytest.fixture
def defaults() -> dict:
    """The defaults of the project."""
    return project_defaults()


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"merging": {"excluded_stores": [12]}}, "12 is not a store id as text: write it like"),
        ({"merging": {"together": {"a": ["1"]}}}, "merging.together.a"),
        ({"merging": {"apart": ["1", "2"]}}, "merging.apart: "),
        ({"merging": {"apart": {"a": ["1", "1"]}}}, "apart.a names the store '1' twice"),
        (
            {"merging": {"excluded_stores": ["1"], "together": {"a": ["1", "2"]}}},
            "merging: excluded_stores and together.a both name the store '1'",
        ),
        (
            {"merging": {"together": {"a": ["1", "2"], "b": ["3", "2"]}}},
            "merging: together.a and together.b both name the store '2': make one group of them",
        ),
        (
            {"merging": {"apart": {"a": ["1", "2"], "b": ["3", "2"]}}},
            "merging: apart.a and apart.b both name the store '2': make one group of them",
        ),
        (
            {"merging": {"together": {"a": ["1", "2"]}, "apart": {"b": ["3", "2", "1"]}}},
            "merging: together.a and apart.b both name the stores '1' and '2', which cannot be",
        ),
        (
            {
                "merging": {
                    "together": {"a": ["1", "2"]},
                    "apart": {"b": ["3", "2"], "c": ["1", "4"]},
                }
            },
            "merging: together.a has stores of apart.b and apart.c: make one group of these two",
        ),
        (
            {"merging": {"split_before": "region"}},
            "merging.split_before is 'region', but the attributes of sources.stores are postal_co",
        ),
        (
            {"merging": {"split_after": "postal_code", "split_before": "postal_code"}},
            "merging: split_before and split_after are both 'postal_code'",
        ),
    ],
)
def test_a_wrong_constraint_is_named_with_what_is_wrong(defaults, over, words):
    assert words in fault(defaults, over)


@pytest.mark.parametrize("setting", ["split_before", "split_after"])
def test_stores_are_split_by_what_the_store_list_says(defaults, setting):
    stores = {"files": "s.csv", "columns": {"store_id": "s"}}
    over = {"sources": {"sales": SALES, "stores": stores}, "merging": {setting: "region"}}
    assert "the attributes of sources.stores are none" in fault(defaults, over)
    stores["attributes"] = {"region": "r", "banner": "b"}
    check_settings(merge_layers(defaults, over))
    over["merging"][setting] = "Region"
    assert f"merging.{setting} is 'Region'" in fault(defaults, over)
    assert "are banner, region: name one of them" in fault(defaults, over)


def test_groups_may_touch_where_they_can_all_hold(defaults):
    merging = {
        "together": {"a": ["1", "2"], "b": ["3", "4"]},
        "apart": {"c": ["1", "3", "5"], "d": ["6", "7"]},
    }
    check_settings(merge_layers(defaults, {"merging": merging}))
