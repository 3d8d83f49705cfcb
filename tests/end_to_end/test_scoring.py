"""Stores outside the fit, scored by the published numbers, on a chain of known groups."""

import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import SPARE
from scoring_oracle import Side, final_clusters

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).parents[2]
KEY = ["category", "store_id"]
CLUSTERS = ["internal_cluster_id", "external_cluster_id", "final_cluster_id"]
# Stores per internal group (A, B) and external one (X, Y, Z); no store is B and Y, few are A and Z.
GROUPS = {"AX": 18, "AY": 14, "AZ": 3, "BX": 16, "BZ": 8}
NEEDS = {
    "Drinks": {"A": (60, 25, 10, 4), "B": (10, 20, 45, 25)},
    "Food": {"A": (50, 40, 10), "B": (15, 35, 50)},
}
PLACES = {"X": (20_000, 50, "Mall"), "Y": (45_000, 900, "Street"), "Z": (90_000, 400, "Street")}
# Stores outside the fit, each with the store it is a copy of in its sales and in its feed.
CLOSED, NEW, FEW, FED, STRANGE, GAPPY, BARE = (
    "closed", "new", "few", "fed", "strange", "gappy", "bare",
)  # fmt: skip
SELLS_LIKE = {CLOSED: "AX03", NEW: "AX01", FEW: "BX02", STRANGE: "BX04", GAPPY: "AY02"}
STANDS_LIKE = {CLOSED: "AX03", FEW: "BX02", FED: "AY05", STRANGE: "AY04", GAPPY: "AY02"}
STATUSES = {CLOSED: "closed", NEW: "new", STRANGE: "pilot", GAPPY: "closed", BARE: "closed"}
WITHOUT_FEED = {"AX01", "AX02", "BX01"}

SETTINGS = SPARE | {
    "sources": {
        "sales": {
            "files": "data/sales.csv",
            "columns": {"store_id": "store", "product_id": "product", "amount": "amount"},
        },
        "products": {
            "files": "data/products.csv",
            "columns": {"product_id": "product", "category": "category", "need_state": "need"},
        },
        "stores": {
            "files": "data/stores.csv",
            "columns": {"store_id": "store", "status": "status"},
            "statuses": {"open": ["open"], "closed": ["closed"], "new": ["new"],
                         "pilot": ["pilot"]},
        },
        "feeds": {
            "places": {
                "files": "data/places.csv",
                "key": "store",
                "matches": "store_id",
                "combine": "mean",
                "features": {"income": "income", "visits": "visits"},
                "categories": {"format": "format"},
            }
        },
    },
    "quality": {"excluded_statuses": ["closed", "new", "pilot"]},
    "internal": {"filter": {"minimum_rows": 5}, "cluster_count": {"fixed": 2}},
    "external": {"cluster_count": {"fixed": 3}},
    "merging": {"minimum_cluster_size": 4},
}  # fmt: skip
WINSORISE = {"outliers": {"method": "iqr", "threshold": 0.5, "policy": "winsorise"}}
TURNED = {
    "defaults": {},
    "roots, limits and no reduction": {
        "internal": {"transform": {"method": "hellinger"}, "scale": {"method": "minmax"},
                     "reduce": {"method": "none"}, **WINSORISE},
        "external": {"impute": {"method": "mean"}, "scale": {"method": "maxabs"},
                     "reduce": {"method": "none"}, **WINSORISE},
        "merging": {"internal_weight": 3, "thin_stores": "leave_out"},
    },
    "shares as they are, limits of whole stores and no external weight": {
        "internal": {"transform": {"method": "none"}, "scale": {"method": "robust", "clip": 1},
                     "extra_features": {"log_sales": True},
                     "outliers": {"threshold": 1, "minimum_stores": 5, "policy": "winsorise"}},
        "external": {"transform": {"method": "clr"}, "impute": {"method": "mode"},
                     "scale": {"method": "none"}},
        "merging": {"external_weight": 0},
    },
    "neighbours for gaps": {"external": {"impute": {"method": "knn"}}},
    "both sides at once": {"merging": {"method": "joint"}},
}  # fmt: skip
# an external side without weight knows no thin store
TAKE_THIN = {"defaults", "neighbours for gaps", "both sides at once"}


def _write_files(path):
    """The groups, a little different from store to store, and the stores outside the fit."""
    (path / "data").mkdir()
    generator = np.random.default_rng(7)
    sales, places = {}, {}
    for group, size in GROUPS.items():
        for number in range(1, size + 1):
            store = f"{group}{number:02d}"
            for category, mixes in NEEDS.items():
                mix = np.array(mixes[group[0]]) * generator.uniform(0.8, 1.25, len(mixes["A"]))
                mix[-1] = 0 if number % 5 == 0 else mix[-1]
                sales[store, category] = mix.round(1) * 3
            income, visits, form = PLACES[group[1]]
            gap = number % 7 == 6
            places[store] = (
                None if gap else round(income * generator.uniform(0.9, 1.1)),
                round(visits * generator.uniform(0.9, 1.1)),
                form,
            )
    for store, like in SELLS_LIKE.items():
        sales |= {(store, category): sales[like, category] for category in NEEDS}
    places = {store: place for store, place in places.items() if store not in WITHOUT_FEED}
    places |= {store: places[like] for store, like in STANDS_LIKE.items()}
    places[GAPPY] = (None, places[GAPPY][1], None)
    places[STRANGE] = (*places[STRANGE][:2], "Airport")
    rows = [
        (store, f"{category} {need}", round(amount / parts, 1))
        for (store, category), mix in sales.items()
        # a store of few rows has sold as much
        for parts in [1 if store == FEW else 3]
        for need, amount in enumerate(mix)
        for _ in range(parts)
        if amount
    ]
    _write(path, "sales", ["store", "product", "amount"], rows)
    products = [
        (f"{category} {need}", category, f"need {need}")
        for category, mixes in NEEDS.items()
        for need in range(len(mixes["A"]))
    ]
    _write(path, "products", ["product", "category", "need"], products)
    everyone = {store for store, _ in sales} | set(places) | {BARE}
    listed = [(store, STATUSES.get(store, "open")) for store in sorted(everyone)]
    _write(path, "stores", ["store", "status"], listed)
    _write(path, "places", ["store", "income", "visits", "format"],
           [(store, *place) for store, place in places.items()])  # fmt: skip


def _write(path, name, columns, rows):
    pd.DataFrame(rows, columns=columns).to_csv(path / f"data/{name}.csv", index=False)


def _query_of_the_docs() -> str:
    """The query that docs/scoring.md offers."""
    [query] = re.findall(r"```sql\n(.*?)```", (ROOT / "docs/scoring.md").read_text(), re.DOTALL)
    return query


def _score(chain, values: str) -> pd.DataFrame:
    """What the query says of other values than those in the docs."""
    first = re.search(r"with new_values as \(\n.*?\n\),\n", _query_of_the_docs(), re.DOTALL)
    query = _query_of_the_docs().replace(first[0], f"with new_values as ({values}),\n")
    return _query(chain, query)


def _query(chain, sql: str) -> pd.DataFrame:
    """Read from the working file: the values of stores outside the fit are not published."""
    with duckdb.connect(chain.path / "warehouse/work/prod.duckdb", read_only=True) as connection:
        return connection.execute(sql).df()


def _table(chain, name: str) -> pd.DataFrame:
    return _query(chain, f"select * from marts.{name} order by all")


FITTED_VALUES = "select category, store_id, dataset, feature, raw_value as value " \
    "from marts.store_features"  # fmt: skip
# a store that the settings do not exclude, but without sales in a category, is fitted outside; of a
# thin store with external data the sales are not asked
NEW_VALUES = """
    select category, store_id, 'internal' as dataset, feature, value
    from (from preprocessing.pre_internal_values where not is_fitted)
    anti join (
        select category, store_id from marts.store_scores where basis = 'external_only'
    ) using (category, store_id)
    union all
    select category, store_id, 'external' as dataset, feature, value
    from preprocessing.pre_external_values
    where not is_fitted
    union all
    select category, store_id, dataset, feature, raw_value
    from marts.store_features
    where dataset = 'external' and store_id in (select store_id from marts.store_scores)
"""


@pytest.fixture(scope="module")
def new_stores(new_chain):
    """The chain, without a build."""
    chain = new_chain("scoring")
    _write_files(chain.path)
    return chain


@pytest.fixture(scope="module", params=TURNED)
def turned(new_stores, request):
    """The chain built with settings turned."""
    settings = {section: dict(values) for section, values in SETTINGS.items()}
    for section, values in TURNED[request.param].items():
        settings[section] |= values
    new_stores.dbt("run", "--target", "prod", "--vars", yaml.safe_dump(settings))
    new_stores.said = request.param
    return new_stores


def _same(scored: pd.DataFrame, expected: pd.DataFrame) -> None:
    """The same clusters of the same stores, at the same distance."""
    scored, expected = (
        frame[[*KEY, *CLUSTERS, "distance"]].sort_values(KEY, ignore_index=True)
        for frame in (scored, expected)
    )
    for frame in (scored, expected):
        frame[CLUSTERS] = frame[CLUSTERS].astype("Int64")
    # both are rounded to 9 decimals, and may be on either side of a half
    pd.testing.assert_frame_equal(scored, expected, rtol=0, atol=1.5e-9, check_dtype=False)


def test_every_store_that_was_fitted_scores_as_itself(turned):
    expected = _table(turned, "store_clusters").query("thin_reason.isna()")
    scored = _score(turned, FITTED_VALUES)
    assert expected["final_cluster_id"].nunique() > 1
    if turned.said == "neighbours for gaps":
        # what stood in for a gap was found by the neighbours of the store, which no number holds
        features = _table(turned, "store_features")
        gaps = set(features.loc[features["is_imputed"], "store_id"])
        assert gaps
        expected = expected[~expected["store_id"].isin(gaps)]
    # the query also scores the stores that are fitted on one side alone
    of_both = scored.merge(expected[KEY], on=KEY)
    _same(of_both, expected)


def test_the_published_scores_are_those_of_the_query(turned):
    scores = _table(turned, "store_scores")
    scored = _score(turned, NEW_VALUES)
    assert len(scores) >= 9
    _same(scored.merge(scores[KEY], on=KEY), scores)


def test_a_copy_of_a_store_scores_as_the_store(turned):
    columns = [*CLUSTERS, "distance", "second_cluster_id", "second_distance", "confidence"]
    if turned.said != "both sides at once":
        columns.append("merged_label")
    scores = _table(turned, "store_scores").set_index(KEY)[columns]
    clusters = _table(turned, "store_clusters").set_index(KEY)[columns]
    few = [FEW] if set(scores.xs(FEW, level="store_id")["internal_cluster_id"].dropna()) else []
    assert bool(few) == (turned.said not in TAKE_THIN)
    for store in (CLOSED, NEW, *few):
        pd.testing.assert_frame_equal(
            scores.xs(store, level="store_id"),
            clusters.xs(SELLS_LIKE[store], level="store_id"),
            rtol=0,
            atol=1e-9,
            check_dtype=False,
        )


def test_every_store_outside_the_fit_says_why_and_by_what(turned):
    scores = _table(turned, "store_scores")
    without = _table(turned, "stores_without_cluster")
    thin = _table(turned, "store_clusters").query("thin_reason.notna()")
    assert set(thin["store_id"]) == ({FEW, FED} if turned.said in TAKE_THIN else set())
    reasons = [without, thin.rename(columns={"thin_reason": "reason"})]
    said = scores.merge(
        pd.concat(reasons)[[*KEY, "reason"]], on=KEY, suffixes=("", "_elsewhere"), validate="1:1"
    )
    assert len(said) == len(scores)
    assert (said["reason"] == said["reason_elsewhere"]).all()
    by_store = scores.drop_duplicates("store_id").set_index("store_id")
    expected = {
        CLOSED: ("the store is closed", "both"),
        NEW: ("the store is new", "internal_only"),
        FEW: (
            "fewer sales rows than the minimum",
            "external_only" if turned.said in TAKE_THIN else "both",
        ),
        FED: ("no sales at all", "external_only"),
        STRANGE: ("the store is a pilot", "both"),
        GAPPY: ("the store is closed", "both"),
    }
    if "no external weight" in turned.said:
        del expected[FED]
    got = by_store[["reason", "basis"]].apply(tuple, axis="columns").to_dict()
    assert got == expected
    # nothing is known of it, and it is still accounted for
    assert BARE in set(without["store_id"])
    assert by_store.loc[GAPPY, "imputed_count"] >= 1
    assert by_store.loc[CLOSED, "imputed_count"] == 0


def test_a_pair_that_no_store_has_goes_to_the_nearest_final_cluster(turned):
    scores = _table(turned, "store_scores")
    fitted = _table(turned, "store_clusters").query("thin_reason.isna()")
    labels = fitted.groupby("category")["merged_label"].agg(set)
    known = [row.merged_label in labels[row.category] for row in scores.itertuples()]
    assert scores["is_known_label"].tolist() == known
    # a cluster of both sides has no pair that leads to it
    assert scores["merged_label"].isna().all() == (turned.said == "both sides at once")
    unknown = scores[~scores["is_known_label"]]
    assert (unknown["distance"] <= unknown["second_distance"]).all()
    # without a reduction the external clusters are the planted ones
    if "no reduction" in turned.said:
        assert set(unknown["store_id"]) >= {STRANGE}


def test_a_side_that_is_unknown_is_the_most_frequent_one(turned):
    if turned.said == "both sides at once" or "no external weight" in turned.said:
        pytest.skip("no side of a pair decides anything")
    scores = _table(turned, "store_scores")
    clusters = _table(turned, "store_clusters")
    both = clusters[clusters["external_cluster_id"].notna() & clusters["thin_reason"].isna()]
    for row in scores[scores["store_id"].isin([NEW, FED])].itertuples():
        side = "internal_cluster_id" if row.store_id == NEW else "external_cluster_id"
        own = both[(both["category"] == row.category) & (both[side] == getattr(row, side))]
        assert row.merged_label == own["merged_label"].value_counts().index[0]


def _sides(chain, category: str) -> dict[str, Side]:
    """Both sides of a category, learned by scikit-learn."""
    found = {}
    for name, where in (("internal", category), ("external", "all")):
        here = f"where category = '{where}'"
        raw = _query(
            chain,
            "select store_id, feature, raw_value as value from marts.store_features "
            "semi join (from marts.feature_selection where is_used) "
            f"using (category, dataset, feature) {here} and dataset = '{name}'",
        )
        outliers = _query(chain, f"from features.feat_{name}_outliers {here}")
        members = _query(chain, f"from ml.ml_{name}_members {here}")
        found[name] = Side(
            raw.pivot(index="store_id", columns="feature", values="value"),
            ~outliers.set_index("store_id")["is_excluded"],
            members.set_index("store_id")["cluster_id"],
            is_mix=name == "internal",
        )
    return found


@pytest.mark.parametrize("category", NEEDS)
def test_a_new_store_is_where_scikit_learn_puts_it(turned, category):
    """Never seen in training, on both sides and in the end, and to 1e-9."""
    if turned.said != "defaults":
        pytest.skip("scikit-learn is set up for the defaults")
    sides = _sides(turned, category)
    fitted = _table(turned, "store_clusters").query("thin_reason.isna()")
    fitted = fitted[fitted["category"] == category].set_index("store_id")
    scores = _table(turned, "store_scores")
    stores = scores.loc[scores["category"] == category, "store_id"]
    assert set(stores) == {CLOSED, NEW, FEW, FED, STRANGE, GAPPY}
    assert not set(stores) & set(fitted.index)
    scored = _score(turned, NEW_VALUES).query("category == @category").set_index("store_id")
    scored = scored.loc[stores]
    values = _query(turned, NEW_VALUES)
    values = values[values["store_id"].isin(stores) & values["category"].isin([category, "all"])]
    raw = {
        name: of_side.pivot(index="store_id", columns="feature", values="value")
        for name, of_side in values.groupby("dataset")
    }
    for name, side in sides.items():
        found = side.distances(raw[name])
        in_sql = _query(turned, f"from ml.ml_{name}_distances").query(
            "category in [@category, 'all'] and store_id in @found.index"
        )
        in_sql = in_sql.pivot(index="store_id", columns="cluster_id", values="distance")
        assert len(in_sql) >= 3
        np.testing.assert_allclose(in_sql, found.loc[in_sql.index], rtol=0, atol=1.5e-9)
        expected = side.assign(raw[name]).reindex(stores).astype("Int64")
        assert expected.equals(scored[f"{name}_cluster_id"].astype("Int64"))
    expected = final_clusters(sides, fitted, raw).loc[stores]
    assert expected["final_cluster_id"].tolist() == scored["final_cluster_id"].tolist()
    np.testing.assert_allclose(scored["distance"], expected["distance"], rtol=0, atol=1.5e-9)


def test_parameters_are_kept_run_by_run(turned):
    history = _table(turned, "model_parameter_history")
    runs = _table(turned, "runs")
    assert set(history["run_id"]) <= set(runs["run_id"])
    present = _table(turned, "model_parameters")
    [run_id] = present["run_id"].unique()
    kept = history[history["run_id"] == run_id].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, present)
