"""Charts and sentences of the choice of k, of single stores and of runs."""

import pandas as pd
import pytest

from app import words_counts, words_runs, words_stores
from app.charts import theme
from app.charts.bars import bar_chart
from app.charts.counts import score_chart, silhouette_chart


def scores(**columns):
    """Three numbers of clusters, the second chosen."""
    return pd.DataFrame(
        {
            "k": [2, 3, 4],
            "is_valid": [True, True, False],
            "is_chosen": [False, True, False],
            "minimum_size": 5,
            "reason": "chosen: it is best",
            "silhouette": [0.2, 0.6, None],
        }
        | columns
    )


def test_scores_that_were_not_measured_have_no_panel():
    figure = score_chart(scores(gap=None))
    assert [trace.name for trace in figure.data] == ["Silhouette · higher is better"]
    assert figure.data[0].y == (0.2, 0.6, None)
    assert figure.data[0].marker.size == (8, 16, 9)


def test_bars_keep_equal_labels_apart_and_write_markup_as_text():
    figure = bar_chart(["<b>a</b>", "<b>a</b>"], [2, -1], title="Rows", hover=["<i>x</i>", ""])
    assert figure.data[0].y == (0, 1)
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;a&lt;/b&gt;",) * 2
    assert figure.data[0].customdata[0][1] == "&lt;i&gt;x&lt;/i&gt;"
    least, most = figure.layout.xaxis.range
    assert least < -1
    assert most > 2


def test_no_bars_are_a_chart_too():
    assert len(bar_chart([], [], title="Rows").data[0].x) == 0


def test_silhouettes_of_a_cluster_are_one_block_and_do_not_touch_the_next():
    stores = pd.DataFrame(
        {
            "store_id": list("abc"),
            "store_name": ["<b>A</b>", "B", "C"],
            "cluster": ["1", "1", "none"],
            "title": ["<i>One</i>", "<i>One</i>", "no cluster on this side"],
            "colour_id": pd.array([1, 1, None], dtype="Int64"),
            "silhouette": [0.5, -0.2, 0.1],
            "cluster_mean": [0.15, 0.15, 0.1],
            "mean": 0.13,
        }
    )
    figure = silhouette_chart(stores)
    first, second = figure.data
    assert first.y == (0, 1)
    assert min(second.y) > max(first.y) + 1
    assert second.marker.color == theme.GREY
    assert "&lt;i&gt;One" in figure.layout.yaxis.ticktext[0]
    assert figure.layout.xaxis.range[0] <= -0.2


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.9, "is stable"), (0.7, "is doubtful"), (0.3, "is not reliable"), (None, "not measured")],
)
def test_stability_has_a_verdict(value, word):
    assert word in words_counts.stability(scores(stability=value))


def test_a_fixed_number_is_said_to_be_one():
    said = words_counts.choice(scores(), {"fixed": 3, "rule": "median"})
    assert said == [
        "3 clusters chosen. It is best.",
        "The settings fix this number, whatever the scores say.",
    ]


def test_no_chosen_number_is_said():
    [said] = words_counts.choice(scores(is_chosen=False), {})
    assert said.startswith("No number of clusters was chosen")


def test_a_sample_is_said_to_be_one():
    assert words_counts.sample(5, 40).startswith("Tried on 5 of 40 stores")


@pytest.mark.parametrize(
    ("confidence", "word"), [(0.8, "clearly inside"), (0.3, "is inside"), (0.01, "on the border")]
)
def test_confidence_has_a_word(confidence, word):
    row = {
        "category": "Tea",
        "final": "1 · Town",
        "second_best": "2 · Coast",
        "confidence": confidence,
        "assignment_basis": "model",
    }
    assert word in words_stores.cluster(row)[1]


def test_a_store_in_the_only_cluster_has_no_second():
    row = {
        "category": "Tea",
        "final": "1 · Town",
        "second_best": None,
        "confidence": 1.0,
        "assignment_basis": "internal_only",
    }
    assert words_stores.cluster(row)[1:] == [
        "There is no other cluster that it could be in.",
        "It was decided by what it sells; nothing is known of where it stands.",
    ]


def test_neighbours_of_a_store_without_a_cluster_say_where_they_are():
    found = pd.DataFrame({"cluster": ["2 · B", "1 · A", "2 · B"], "is_same": False})
    found = found.assign(compared=20_000, of=1_000_000)
    said = words_stores.neighbours(found, "Tea", is_clustered=False)
    assert "Of its 3 nearest stores in Tea most (2) are in 2 · B." in said
    assert "Compared are the 20,000 of 1,000,000 stores that are nearest on the map" in said
    everyone = words_stores.neighbours(found.assign(compared=30, of=30), "Tea", is_clustered=False)
    assert "Compared are" not in everyone


def test_failed_runs_and_steps_are_counted():
    runs = pd.DataFrame({"status": ["success", "failed"]})
    assert words_runs.runs(runs) == "2 runs are recorded; 1 of them failed."
    row = {
        "run_id": "abc",
        "started_at": None,
        "seconds": 5.0,
        "node_count": 3,
        "failed_node_count": 2,
        "status": "failed",
    }
    assert "for 3 steps, 2 of them failed or were skipped; it ended as failed." in (
        words_runs.run(row)
    )


def test_a_first_run_has_nothing_to_compare_with():
    found = pd.DataFrame(
        {"category": ["Tea"], "previous_run_id": [None], "moved_store_count": [None]}
    )
    assert words_runs.stability(found).startswith("This is the first published run")


def test_a_run_that_moved_nobody_says_so():
    found = pd.DataFrame(
        {
            "category": ["Tea"],
            "previous_run_id": ["abc"],
            "moved_store_count": [0],
            "shared_store_count": [40],
            "moved_share": [0.0],
        }
    )
    assert words_runs.stability(found) == (
        "None of 40 assignments of stores changed since the run before."
    )
