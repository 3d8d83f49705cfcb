"""Two runs of one chain, with a twentieth of the stores selling otherwise in the second."""

import shutil

import duckdb
import pandas as pd
import pytest
from conftest import ROOT, Chain
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

pytestmark = pytest.mark.end_to_end

KEY = ["category", "store_id"]
GONE, THIN, NEW = "0003", "0007", "9001"
IDS = ["internal_cluster_id", "external_cluster_id", "final_cluster_id"]


LABEL = (
    "{0} = case split_part({0}, '_', 1) when '0' then '0' "
    "else 20 - split_part({0}, '_', 1)::int end || '_' || (30 - split_part({0}, '_', 2)::int)"
)
RENUMBER = (
    f"update marts.store_clusters set {LABEL.format('merged_label')}, "
    f"{LABEL.format('final_label')}, internal_cluster_id = 20 - internal_cluster_id, "
    "external_cluster_id = 30 - external_cluster_id, final_cluster_id = 40 - final_cluster_id",
    f"update marts.clusters set {LABEL.format('final_label')}, "
    "final_cluster_id = 40 - final_cluster_id",
    f"update marts.store_cluster_history set {LABEL.format('final_label')}, "
    "final_cluster_id = 40 - final_cluster_id",
    "update marts.cluster_registry set cluster_id = "
    "case dataset when 'internal' then 20 when 'external' then 30 else 40 end - cluster_id",
    "update marts.model_parameters set cluster_id = "
    "case dataset when 'internal' then 20 else 30 end - cluster_id, "
    "value = case dataset when 'internal' then 30 else 20 end - value "
    "where parameter = 'usual_partner'",
    # other tests may have published before: here that was the first run
    "delete from marts.cluster_registry where status <> 'active'",
    "update marts.cluster_registry set first_run_id = last_run_id",
)
"""Numbers that no fit would give: what stays afterwards stays because it was continued."""


def swap_sales(chain: Chain, first: pd.DataFrame) -> set[str]:
    """Let a twentieth of the stores sell what one of other clusters sells.

    One store goes, one sells nothing any more, and one comes with what that has sold. Returns the
    stores that sell otherwise: pairs of one external cluster, of no small cluster, that change
    places, so that all clusters stay as large as they are.
    """
    path = chain.path / "data/internal/sales.csv"
    sales = pd.read_csv(path, dtype=str, keep_default_na=False)
    wide = first.pivot(index="store_id", columns="category").drop([GONE, THIN])
    groups = wide["internal_cluster_id"].dropna()
    place = wide["external_cluster_id"].loc[groups.index].iloc[:, 0]
    steady = ~wide["is_reassigned"].loc[groups.index].any(axis="columns") & place.notna()
    groups = groups[steady]
    new = {THIN: NEW}
    for store in groups.index[::40]:
        others = [one for one in groups.index if place[one] == place[store] and one not in new]
        differs = groups.loc[others].ne(groups.loc[store]).sum(axis="columns")
        partner = differs.idxmax()
        new |= {store: partner, partner: store}
    sales["store_id"] = sales["store_id"].replace(new)
    sales[sales["store_id"] != GONE].to_csv(path, index=False)
    listed = chain.path / "data/stores.csv"
    stores = pd.read_csv(listed, dtype=str, keep_default_na=False)
    come = stores[stores["store_id"] == THIN].assign(store_id=NEW)
    pd.concat([stores[stores["store_id"] != GONE], come]).to_csv(listed, index=False)
    visits = chain.path / "data/external/footfall.csv"
    rows = pd.read_csv(visits, dtype=str, keep_default_na=False)
    rows[rows["store_id"] != GONE].to_csv(visits, index=False)
    return set(new) - {THIN}


@pytest.fixture(scope="module")
def runs(small, tmp_path_factory):
    """The chain after its second run, the clusters of the first, and the stores that changed."""
    path = tmp_path_factory.mktemp("history") / "store-clusters"
    shutil.copytree(small.path, path, symlinks=True)
    later = Chain(path, small.server)
    with duckdb.connect(str(later.published())) as connection:
        for statement in RENUMBER:
            connection.execute(statement)
    first = later.table("store_clusters")
    changed = swap_sales(later, first)
    later.build("--exclude-resource-type", "unit_test")
    assert len(changed) >= 5
    return later, first, changed


@pytest.fixture(scope="module")
def both(runs):
    """The stores of both runs, with their clusters in each."""
    later, first, changed = runs
    merged = first.merge(
        later.table("store_clusters"), on=KEY, suffixes=("_then", ""), validate="1:1"
    )
    return merged.assign(is_changed=merged["store_id"].isin(changed | {THIN}))


def test_ids_stay_for_the_stores_that_did_not_change(both):
    unchanged = both[~both["is_changed"]]
    assert len(unchanged) > 400
    for name in IDS:
        known = unchanged[unchanged[f"{name}_then"].notna()]
        assert (known[name] == known[f"{name}_then"]).mean() >= 0.99


def test_thin_stores_stay_though_others_of_their_external_cluster_changed(both):
    thin = both[~both["is_changed"] & both["thin_reason_then"].notna()]
    assert len(thin) >= 10
    assert (thin["final_cluster_id"] == thin["final_cluster_id_then"]).all()


def test_a_store_that_sells_nothing_any_more_is_thin_and_one_that_nobody_knows_is_gone(runs, both):
    later, first, _ = runs
    was = first.loc[first["store_id"].isin([THIN, GONE]), "thin_reason"]
    assert len(was) == 2 * both["category"].nunique()
    assert was.isna().all()
    now = both[both["store_id"] == THIN]
    assert set(now["thin_reason"]) == {"no sales at all"}
    assert GONE not in set(both["store_id"])
    for table in ("store_clusters", "stores_without_cluster", "stores"):
        assert GONE not in set(later.table(table)["store_id"])
    changes = later.table("cluster_changes").set_index("store_id")
    moved = now.loc[now["final_cluster_id"] != now["final_cluster_id_then"], "category"]
    assert len(moved) > 0
    assert set(changes.loc[[THIN], "category"]) == set(moved)
    assert set(changes.loc[[THIN], "reason"]) == {"its data changed"}
    assert set(changes.loc[[GONE], "reason"]) == {"no longer in the data"}


def test_every_store_with_another_cluster_is_listed_with_the_right_reason(runs, both):
    later, first, changed = runs
    changes = later.table("cluster_changes").set_index(KEY)
    moved = both[both["final_cluster_id"] != both["final_cluster_id_then"]].set_index(KEY)
    here, there = (
        set(frame.set_index(KEY).index) for frame in (later.table("store_clusters"), first)
    )
    assert set(changes.index) == set(moved.index) | (here ^ there)

    assert set(changes.loc[list(here - there), "reason"]) == {"new store"}
    assert set(changes.loc[list(there - here), "reason"]) == {"no longer in the data"}
    assert {store for _, store in here - there} == {NEW}
    assert {store for _, store in there - here} == {GONE}

    reasons = changes.loc[moved.index, "reason"]
    own = moved["is_changed"] & (moved["merged_label"] != moved["merged_label_then"])
    assert own.sum() >= 2 * len(changed)
    assert set(reasons[own]) == {"its data changed"}
    assert "its data changed" not in set(reasons[~own])
    assert changes["changed_feature_count"].gt(0)[own.index[own]].all()

    names = later.table("clusters").set_index(["category", "final_cluster_id"])["name"]
    for (category, store), row in changes.loc[moved.index].iterrows():
        now = moved.loc[(category, store)]
        assert row["previous_cluster_id"] == now["final_cluster_id_then"]
        assert row["previous_label"] == now["final_label_then"]
        assert row["final_label"] == now["final_label"]
        assert row["name"] == names[category, row["final_cluster_id"]]
        assert row["previous_name"]


def test_stability_is_what_scikit_learn_says_of_the_stores_of_both_runs(runs, both):
    later, first, _ = runs
    found = later.table("run_stability").set_index("category")
    assert set(found["previous_run_id"]) == set(first["run_id"])
    for category, stores in both.groupby("category"):
        row = found.loc[category]
        labels = stores["final_cluster_id_then"], stores["final_cluster_id"]
        moved = labels[0] != labels[1]
        assert row["adjusted_rand"] == pytest.approx(adjusted_rand_score(*labels), abs=1e-9)
        assert row["adjusted_mutual_information"] == pytest.approx(
            adjusted_mutual_info_score(*labels), abs=1e-9
        )
        assert row["shared_store_count"] == len(stores)
        assert (row["new_store_count"], row["gone_store_count"]) == (1, 1)
        assert row["moved_store_count"] == moved.sum() > 0
        assert row["moved_share"] == pytest.approx(moved.mean())
        border = stores.loc[moved, ["confidence", "confidence_then"]].min(axis="columns") < 0.1
        assert row["border_share"] == pytest.approx(border.mean())
        assert row["border_share"] + row["core_share"] == pytest.approx(1)


def test_every_id_that_was_published_is_in_the_registry(runs):
    later, first, _ = runs
    now = later.table("store_clusters")
    [first_run], [second_run] = first["run_id"].unique(), now["run_id"].unique()
    registry = later.table("cluster_registry")
    for dataset in ("internal", "external", "final"):
        known = registry[registry["dataset"] == dataset]
        shared = dataset == "external"
        ids = [
            {
                ("all" if shared else category, int(number))
                for category, number in frame[["category", f"{dataset}_cluster_id"]]
                .dropna()
                .itertuples(index=False)
            }
            for frame in (first, now)
        ]
        rows = {
            (row.category, row.cluster_id): (row.first_run_id, row.last_run_id, row.status)
            for row in known.itertuples()
        }
        assert rows == {
            key: (
                first_run if key in ids[0] else second_run,
                second_run if key in ids[1] else first_run,
                "active" if key in ids[1] else "retired",
            )
            for key in ids[0] | ids[1]
        }


def test_one_query_says_in_which_cluster_a_store_was_on_a_day(runs, both):
    later, first, _ = runs
    started = later.query("select run_id, started_at from marts.runs").set_index("run_id")
    moments = [
        started.loc[frame["run_id"][0], "started_at"]
        for frame in (first, later.table("store_clusters"))
    ]
    query = (ROOT / "docs/history.md").read_text().split("```sql\n")[1].split("```")[0]
    assert "'512'" in query
    assert "timestamp '2026-03-01'" in query
    moved = both[both["final_cluster_id"] != both["final_cluster_id_then"]].iloc[0]
    stayed = both[both["final_cluster_id"] == both["final_cluster_id_then"]].iloc[0]
    for store in (moved, stayed):
        for moment, column in zip(
            moments, ("final_cluster_id_then", "final_cluster_id"), strict=True
        ):
            asked = query.replace("'512'", f"'{store['store_id']}'").replace(
                "'2026-03-01'", f"'{moment}'"
            )
            found = later.query(asked).set_index("category")
            assert found.loc[store["category"], "final_cluster_id"] == store[column]
    gone = query.replace("'512'", f"'{GONE}'")
    assert len(later.query(gone.replace("'2026-03-01'", f"'{moments[0]}'"))) > 0
    assert later.query(gone.replace("'2026-03-01'", f"'{moments[1]}'")).empty
