"""Sentences are right for one, for many and for none; examples in docstrings hold."""

import doctest

import pandas as pd
import pytest

from app import catalogue, exports, words
from app.charts import theme


@pytest.mark.parametrize(
    "module", [catalogue, exports, words, theme], ids=lambda module: module.__name__
)
def test_examples_hold(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_run_line_does_without_what_is_unknown():
    run = {"run_id": "abcdefghij", "target": "dev", "started_at": pd.NaT, "versions": {}}
    assert words.run_line(run) == "Run abcdefgh · at an unknown time · target dev"
    assert words.run_line(None) == "The run that published this is not recorded."


def test_one_store_without_cluster_is_singular():
    one = pd.DataFrame({"reason": ["closed"], "stores": [1], "sales_amount": [1_234]})
    assert words.stores_without_cluster(one) == (
        "1 store with 1,234 in sales has no cluster in this category."
    )
    assert words.stores_without_cluster(one.head(0)).startswith("Every store")


def test_locations_count_what_the_map_cannot_show():
    assert words.locations(3, 3).endswith("all 3 stores are shown.")
    assert words.locations(2, 3).endswith("2 of 3 stores are shown, 1 has no coordinates.")


def test_count_without_choice_or_reason_is_said_plainly():
    reasons = pd.DataFrame(
        {"dataset": ["internal", "external"], "k": [None, 4], "reason": [None, None]}
    )
    assert words.count_reasons(reasons) == [
        "What the stores sell (internal data): no number of clusters was chosen.",
        "Where the stores stand (external data): 4 clusters. No reason is recorded.",
    ]
    assert words.count_reasons(reasons.head(0)) == ["No scores are published for this category."]
