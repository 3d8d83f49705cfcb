"""What the macros of the feature steps compute, against scikit-learn and scipy on random matrices.

A project of its own has a pseudo dataset per case, so that one `dbt compile` gives all the SQL.
"""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import gmean
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from python_ml.correlations import drop_correlated
from python_ml.imputation import find_stand_ins

pytestmark = pytest.mark.end_to_end
ROOT = Path(__file__).parents[2]
SEEDS = range(4)
MACROS = {
    "judge": "judge_features('raw_values', '{}')",
    "transform": "transform_features('raw_values', 'selection', '{}')",
    "impute": "impute_features('transformed', 'stand_ins', '{}')",
    "outliers": "flag_outliers('imputed', 'scores', '{}')",
    "treat": "treat_outliers('imputed', 'outliers', '{}')",
    "scales": "measure_scales('treated', 'outliers', '{}')",
    "scale": "scale_features('treated', 'scales', '{}')",
}
CASES = {
    ("judge", "variance"): {"filter": {"minimum_variance": 0.8}, "transform": {"method": "none"}},
    **{("transform", m): {"transform": {"method": m}} for m in ("none", "clr", "hellinger")},
    **{
        ("impute", m): {"impute": {"method": m, "constant": -7.5}}
        for m in ("mean", "median", "mode", "constant", "knn", "iterative")
    },
    **{
        (step, m): {"outliers": {"method": m, "threshold": 1.2, "policy": "winsorise"}}
        for step in ("outliers", "treat")
        for m in ("iqr", "mad")
    },
    **{
        (step, m): {"scale": {"method": m, "clip": 0.75}}
        for step in ("scales", "scale")
        for m in ("none", "zscore", "robust", "minmax", "maxabs")
    },
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> dict[tuple[str, str], str]:
    """The SQL of every case, as dbt makes it of the project's own macros."""
    project = tmp_path_factory.mktemp("formulas")
    every = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]
    defaults = every["external"]
    named = {
        "_".join(case): {
            step: values | over.get(step, {}) if isinstance(values, dict) else values
            for step, values in defaults.items()
        }
        for case, over in CASES.items()
    }  # fmt: skip
    (project / "dbt_project.yml").write_text(
        yaml.safe_dump(
            {
                "name": "formulas",
                "profile": "formulas",
                "macro-paths": [str(ROOT / "macros")],
                "flags": {"send_anonymous_usage_stats": False},
                "vars": {"defaults": every | named, "environments": {"memory": {}}},
            }
        )
    )
    (project / "profiles.yml").write_text(
        "formulas: {target: memory, outputs: {memory: {type: duckdb, path: ':memory:'}}}"
    )
    queries = "".join(
        f"\n--- {step} {method}\n{{{{ {MACROS[step].format(f'{step}_{method}')} }}}}"
        for step, method in CASES
    )
    (project / "models").mkdir()
    (project / "models/all_cases.sql").write_text(queries)
    done = subprocess.run(
        ["dbt", "compile", "--quiet"],
        cwd=project,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = (project / "target/compiled/formulas/models/all_cases.sql").read_text()
    parts = [part.split("\n", 1) for part in text.split("--- ")[1:]]
    return {tuple(title.split()): sql for title, sql in parts}


def long(values: np.ndarray, **columns) -> pd.DataFrame:
    """A matrix as a long frame in a random order: no result may depend on it."""
    stores, features = values.shape
    frame = pd.DataFrame(
        {
            "category": "all",
            "store_id": np.repeat([f"s{n:03d}" for n in range(stores)], features),
            "feature": np.tile([f"f{n:02d}" for n in range(features)], stores),
            "value": values.ravel(),
        }
    )
    return frame.assign(**{"is_imputed": False, "is_fitted": True} | columns).sample(
        frac=1, random_state=stores
    )


def flags(stores: int, flagged: list[int]) -> pd.DataFrame:
    """An outlier frame in which some stores are outliers and excluded."""
    is_outlier = np.isin(np.arange(stores), flagged)
    names = [f"s{n:03d}" for n in range(stores)]
    return pd.DataFrame(
        {"category": "all", "store_id": names, "is_outlier": is_outlier, "is_excluded": is_outlier}
    )


def run(sql: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """What a query gives over some frames."""
    with duckdb.connect() as connection:
        for name, frame in tables.items():
            connection.register(f"{name}_frame", frame)
            # NaN is a number to DuckDB; a gap is null.
            kept = "* replace (case when not isnan(value) then value end as value)"
            columns = kept if "value" in frame else "*"
            connection.execute(f"create table {name} as select {columns} from {name}_frame")
        return connection.execute(sql).df()


def wide(frame: pd.DataFrame, column: str = "value") -> np.ndarray:
    """Back to a matrix."""
    return frame.pivot(index="store_id", columns="feature", values=column).to_numpy()


def numbers(seed: int, *, gaps: float = 0.0, stores: int = 60) -> np.ndarray:
    """Columns of different sizes, signs, tails and units; one of whole numbers, with ties."""
    generator = np.random.default_rng(seed)
    values = generator.standard_t(4, size=(stores, 7)) * [1, 1e-5, 1e7, 30, 1, 1, 1]
    values += [0, 3e-5, -5e7, 1000, 0, 0, 5]
    values[:, 4] = generator.integers(-2, 3, stores)
    values[:, 5] += values[:, 0] - values[:, 4]
    values[generator.random(values.shape) < gaps] = np.nan
    return values


def equal(got: np.ndarray, expected: np.ndarray) -> None:
    """Equal to 1e-9 of the size of each column."""
    size = np.nanmax(np.abs(expected), axis=0)
    np.testing.assert_allclose(got / size, expected / size, rtol=0, atol=1e-9)


def compositions(seed: int) -> np.ndarray:
    """Shares of nine need states in 40 stores."""
    return np.random.default_rng(seed).dirichlet(np.linspace(0.3, 3, 9), size=40)


@pytest.mark.parametrize("seed", SEEDS)
def test_variances_are_those_of_variance_threshold(compiled, seed):
    values = numbers(seed, gaps=0.2)
    got = run(compiled["judge", "variance"], raw_values=long(values, is_transformed=True))
    got = got.sort_values("feature")
    selector = VarianceThreshold(0.8).fit(values)
    np.testing.assert_allclose(got["variance"], np.nanvar(values, axis=0), rtol=1e-9)
    np.testing.assert_allclose(got["variance"], selector.variances_, rtol=1e-9)
    assert got["unused_reason"].isna().tolist() == selector.get_support().tolist()
    assert 0 < got["unused_reason"].isna().sum() < 7


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gaps", [0, 0.2])
def test_correlations_are_those_of_numpy_and_pandas(seed, gaps):
    values = numbers(seed, gaps=gaps)
    candidates = pd.DataFrame(
        {
            "category": "all",
            "feature": [f"f{n:02d}" for n in range(7)],
            "variance": np.nanvar(values, axis=0),
            "unused_reason": None,
        }
    )
    got = drop_correlated(long(values), candidates, settings={"maximum_correlation": 0.0})
    # With 0 all go because of the one with the largest variance: f02.
    expected = pd.DataFrame(values).corr()[2].drop(2).to_numpy()
    assert set(got["partner"]) == {"f02"}
    np.testing.assert_allclose(got["correlation"], expected, rtol=0, atol=1e-9)
    if gaps == 0:
        by_numpy = np.delete(np.corrcoef(values.T)[2], 2)
        np.testing.assert_allclose(got["correlation"], by_numpy, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_transforms_are_those_of_scipy_and_numpy(compiled, seed):
    shares = compositions(seed)
    others = np.random.default_rng(seed).normal(size=(40, 2)) - 3
    raw = long(np.column_stack([shares, others]))
    raw["is_transformed"] = raw["feature"] < "f09"
    selection = pd.DataFrame({"category": "all", "feature": raw["feature"].unique()})
    selection["is_used"] = True
    for method, expected in {
        "none": shares,
        "hellinger": np.sqrt(shares),
        "clr": np.log(shares / gmean(shares, axis=1)[:, None]),
    }.items():
        got = run(compiled["transform", method], raw_values=raw, selection=selection)
        np.testing.assert_allclose(
            wide(got), np.column_stack([expected, others]), rtol=0, atol=1e-9
        )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("method", "imputer"),
    [
        ("mean", SimpleImputer(strategy="mean")),
        ("median", SimpleImputer(strategy="median")),
        ("mode", SimpleImputer(strategy="most_frequent")),
        ("constant", SimpleImputer(strategy="constant", fill_value=-7.5)),
    ],
)
def test_imputed_values_are_those_of_simple_imputer(compiled, seed, method, imputer):
    values = numbers(seed, gaps=0.2)
    nothing = long(values).iloc[:0]
    got = run(compiled["impute", method], transformed=long(values), stand_ins=nothing)
    equal(wide(got), imputer.fit_transform(values))
    assert (wide(got, "is_imputed") == np.isnan(values)).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", ["knn", "iterative"])
@pytest.mark.filterwarnings("ignore:.*Early stopping criterion not reached")
def test_imputed_values_are_those_of_knn_and_iterative_imputer(compiled, seed, method):
    values = numbers(seed, gaps=0.1)
    # scikit-learn's robust scaler goes by the inter-quartile range as it is
    scaler = RobustScaler().fit(values)
    scaler.scale_ /= 1.349
    scaled = scaler.transform(values)
    if method == "knn":
        filled = KNNImputer(n_neighbors=4).fit_transform(scaled)
    else:
        filled = IterativeImputer(
            max_iter=3,
            random_state=0,
            min_value=np.nanmin(scaled, axis=0),
            max_value=np.nanmax(scaled, axis=0),
        ).fit_transform(scaled)
    settings = {"method": method, "neighbours": 4, "iterations": 3}
    stand_ins = find_stand_ins(long(values), settings=settings)
    got = run(compiled["impute", method], transformed=long(values), stand_ins=stand_ins)
    equal(wide(got), scaler.inverse_transform(filled))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", ["iqr", "mad"])
def test_fences_are_those_of_numpy(compiled, seed, method):
    values = numbers(seed)
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    unit = high - low
    if method == "mad":
        low, high, unit = median, median, 1.4826 * np.median(np.abs(values - median), axis=0)
    imputed = long(values, is_imputed=False)
    got = run(compiled["outliers", method], imputed=imputed).sort_values("store_id")
    score = np.maximum(np.maximum(low - values, values - high), 0) / unit
    np.testing.assert_allclose(got["score"], score.max(axis=1), rtol=1e-9)
    treated = run(compiled["treat", method], imputed=imputed)
    expected = np.clip(values, low - 1.2 * unit, high + 1.2 * unit)
    equal(wide(treated), expected)
    moved = wide(treated, "is_winsorised").astype(bool)
    assert (moved == (score > 1.2)).all()
    assert (got["is_outlier"] == moved.any(axis=1)).all()
    assert 0 < moved.sum() < moved.size


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("method", "scaler", "factor"),
    [
        ("none", StandardScaler(with_mean=False, with_std=False), 1),
        ("zscore", StandardScaler(), 1),
        ("robust", RobustScaler(), 1.349),
        ("minmax", MinMaxScaler(), 1),
        ("maxabs", MaxAbsScaler(), 1),
    ],
)
def test_scaled_values_are_those_of_the_scaler_fitted_without_outliers(
    compiled, seed, method, scaler, factor
):
    values = numbers(seed)
    excluded = [0, 7, 33]
    expected = scaler.fit(np.delete(values, excluded, axis=0)).transform(values) * factor
    treated = long(values)
    outliers = flags(len(values), excluded)
    scales = run(compiled["scales", method], treated=treated, outliers=outliers)
    assert scales["is_used"].all()
    centred = treated.merge(scales, on=["category", "feature"])
    centred["value"] = (centred["value"] - centred["centre"]) / centred["scale"]
    equal(wide(centred), expected)
    got = run(compiled["scale", method], treated=treated, scales=scales)
    if method == "none":
        equal(wide(got), expected)
    else:
        np.testing.assert_allclose(wide(got), np.clip(expected, -0.75, 0.75), rtol=0, atol=1e-9)


@pytest.mark.parametrize("method", ["none", "zscore", "robust", "minmax", "maxabs"])
def test_a_feature_without_spread_is_dropped_and_nothing_is_divided_by_zero(compiled, method):
    values = np.column_stack([np.full(30, 3.5), np.zeros(30), np.arange(30.0)])
    treated, outliers = long(values), flags(30, [])
    scales = run(compiled["scales", method], treated=treated, outliers=outliers)
    assert scales.sort_values("feature")["is_used"].tolist() == [False, False, True]
    got = run(compiled["scale", method], treated=treated, scales=scales)
    assert set(got["feature"]) == {"f02"}
    assert np.isfinite(got["value"]).all()
