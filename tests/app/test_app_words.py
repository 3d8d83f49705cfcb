"""Sentences are right for one, for many and for none."""

import pandas as pd
import pytest

from app import words


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
    assert words.locations(3, 3, 3).endswith("Showing all 3 stores.")
    assert words.locations(2, 2, 3).endswith("Showing all 2 stores. 1 store has no coordinates.")
    assert "Showing 5 of 9 stores: of every cluster its share" in words.locations(5, 9, 11)


def test_count_without_choice_or_reason_is_said_plainly():
    reasons = pd.DataFrame(
        {"dataset": ["internal", "external"], "k": [None, 4], "reason": [None, None]}
    )
    assert words.count_reasons(reasons) == [
        "What the stores sell (internal data): no number of clusters was chosen.",
        "Where the stores stand (external data): 4 clusters. No reason is recorded.",
    ]
    assert words.count_reasons(reasons.head(0)) == ["No scores are published for this category."]


def test_merging_is_told_with_and_without_moved_stores():
    stages = pd.DataFrame(
        {"stage": ["merged", "final"], "cluster_count": [5, 4], "silhouette": [0.61, None]}
    )
    assert words.merging(stages, 1) == (
        "1 store was moved out of clusters that were too small, which left 4 final clusters and "
        "changed the silhouette from 0.61 to —."
    )
    assert words.merging(stages.assign(cluster_count=4), 0).startswith("All merged clusters were")
    assert words.merging(stages.head(0), 0) == "There is nothing to compare."


@pytest.mark.parametrize(
    ("silhouette", "said"),
    [(0.8, "clearly apart"), (0.6, "reasonably"), (0.3, "overlap"), (0.1, "hardly differ")],
)
def test_silhouette_is_put_into_words(silhouette, said):
    stages = pd.DataFrame({"stage": ["final"], "silhouette": [silhouette]})
    assert said in words.quality(stages)[0]
    assert words.quality(stages.head(0)) == ["How good the clusters are could not be measured."]


def test_first_run_has_none_to_compare_with():
    assert words.stability(None).startswith("This is the first published run")
    found = {"previous_run_id": "abcdefghij", "shared_store_count": 10, "moved_store_count": 2,
             "moved_share": 0.2, "new_store_count": 0, "gone_store_count": 3}  # fmt: skip
    assert words.stability(found) == (
        "2 of 10 stores (20.0 %) are in another cluster than in run abcdefgh; 3 stores left."
    )
    assert "nothing to compare" in words.stability(found | {"moved_store_count": None})


def test_attribute_names_where_clusters_differ_most():
    shares = pd.DataFrame(
        {
            "cluster": ["1", "1", "2"],
            "title": ["1 · A", "1 · A", "2 · B"],
            "value": ["open", "new", "new"],
            "store_count": [3, 1, 4],
            "store_share": [0.75, 0.25, 1.0],
        }
    )
    assert words.attribute("Status", shares) == (
        "Status: 75.0 % of the stores of 1 · A have open, against 37.5 % of all stores. "
        "Nowhere do the clusters differ more in it."
    )
    alike = shares.assign(value="open", store_share=1.0)
    assert words.attribute("Status", alike.iloc[[0, 2]]) == "Status: all clusters are alike."


def test_categories_of_one_kind_and_of_several():
    one = pd.DataFrame({"category": ["all"] * 3})
    assert words.categories(one) == "There is one category, with 3 clusters."
    two = pd.DataFrame({"category": ["a", "b", "b"]})
    assert words.categories(two) == "2 categories have between 1 and 2 clusters each."
