"""What scikit-learn says of a store outside the fit.

It learns from the raw values of the fitted stores, with the default settings, and without a single
number of the project.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

CLIP = 5


class Robust:
    """Median, and the first spread that is one: of the quartiles, of 95 %, of all stores."""

    def fit(self, values: np.ndarray) -> "Robust":
        low, first, self.centre, third, high = np.percentile(
            values, [2.5, 25, 50, 75, 97.5], axis=0
        )
        spreads = [(third - first) / 1.349, (high - low) / 3.92, values.std(axis=0)]
        self.scale = np.select([spread > 0 for spread in spreads], spreads)
        return self

    def transform(self, values: np.ndarray) -> np.ndarray:
        return (values - self.centre) / self.scale


@dataclass
class Side:
    """One side of one category.

    Attributes
    ----------
    raw : DataFrame
        Fitted stores by features; the outliers are among them.
    in_fit : Series of bool
        By store: no outlier.
    members : Series
        By store of the fit its cluster: what k-means starts from, so that it ends there.
    """

    raw: pd.DataFrame
    in_fit: pd.Series
    members: pd.Series
    is_mix: bool

    def __post_init__(self) -> None:
        self.in_fit = self.in_fit.reindex(self.raw.index)
        self.zeros = 0.65 * self.raw.where(self.raw > 0).min()
        transformed = self._transform(self.raw)
        self.imputer = SimpleImputer(strategy="median").fit(transformed.to_numpy())
        imputed = self.imputer.transform(transformed.to_numpy())
        self.scaler = (StandardScaler() if self.is_mix else Robust()).fit(imputed[self.in_fit])
        scaled = self._scale(self.raw)
        self.reduction = PCA(0.9, svd_solver="full").fit(scaled[self.in_fit])
        components = self.reduction.transform(scaled[self.in_fit])
        start = pd.DataFrame(components, index=self.raw.index[self.in_fit])
        start = start.groupby(self.members).mean()
        assert start.index.tolist() == list(range(1, len(start) + 1))
        self.clusters = KMeans(len(start), init=start.to_numpy(), n_init=1).fit(components)

    def _transform(self, raw: pd.DataFrame) -> pd.DataFrame:
        if not self.is_mix:
            return raw
        logs = np.log(raw.where(raw > 0, self.zeros, axis="columns"))
        return logs.sub(logs.mean(axis="columns"), axis="index")

    def _scale(self, raw: pd.DataFrame) -> np.ndarray:
        values = self.imputer.transform(self._transform(raw[self.raw.columns]).to_numpy())
        return np.clip(self.scaler.transform(values), -CLIP, CLIP)

    def components(self, raw: pd.DataFrame) -> pd.DataFrame:
        """Stores by components."""
        return pd.DataFrame(self.reduction.transform(self._scale(raw)), index=raw.index)

    def assign(self, raw: pd.DataFrame) -> pd.Series:
        """The cluster of every store, by scikit-learn."""
        positions = self.reduction.transform(self._scale(raw))
        return pd.Series(self.clusters.predict(positions) + 1, index=raw.index)

    def distances(self, raw: pd.DataFrame) -> pd.DataFrame:
        """The distance of every store to every cluster of the side."""
        positions = self.reduction.transform(self._scale(raw))
        columns = range(1, self.clusters.n_clusters + 1)
        return pd.DataFrame(self.clusters.transform(positions), raw.index, columns)


def final_clusters(
    sides: dict[str, Side], fitted: pd.DataFrame, raw: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the final cluster of new stores and the distance to it, by store.

    Parameters
    ----------
    sides : dict
        By dataset; both have the weight 1.
    fitted : DataFrame
        The stores that the final clusters were found by, with their clusters and labels.
    raw : dict
        By dataset the raw values of the new stores that it knows.
    """
    distances = _final_distances(sides, fitted["final_cluster_id"], raw)
    final_of = fitted.groupby("merged_label")["final_cluster_id"].first()
    numbers = {name: side.assign(raw[name]) for name, side in sides.items()}
    found = {}
    for store, row in distances.iterrows():
        pair = pd.Series({name: number.get(store) for name, number in numbers.items()})
        own = pair.dropna()
        alike = fitted[fitted["external_cluster_id"].notna()]
        for name, number in own.items():
            alike = alike[alike[f"{name}_cluster_id"] == number]
        label = "_".join(str(int(number)) for number in pair) if len(own) == 2 else None
        if label is None and len(alike):
            # the usual label of the one side that is known
            label = alike["merged_label"].value_counts().idxmax()
        cluster = final_of.get(label, row.idxmin())
        found[store] = {"final_cluster_id": cluster, "distance": row[cluster]}
    return pd.DataFrame.from_dict(found, orient="index")


def _final_distances(
    sides: dict[str, Side], finals: pd.Series, raw: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Distances of new stores to the final clusters.

    Each side is divided by the root of its total variance over the stores of the category. A
    store without external data stands in the middle of that side; a new one without internal
    data is measured on the external side alone.
    """
    squares = {}
    for name, side in sides.items():
        fitted = side.components(side.raw).reindex(finals.index)
        centre, spread = fitted.mean(), np.sqrt(fitted.var(ddof=0).sum())
        centroids = ((fitted - centre) / spread).fillna(0).groupby(finals).mean()
        new = (side.components(raw[name]) - centre) / spread
        if name == "external":
            new = new.reindex(new.index.union(raw["internal"].index)).fillna(0)
        squares[name] = pd.DataFrame(
            {final: ((new - row) ** 2).sum(axis="columns") for final, row in centroids.iterrows()}
        )
    return np.sqrt(squares["external"].add(squares["internal"], fill_value=0))
