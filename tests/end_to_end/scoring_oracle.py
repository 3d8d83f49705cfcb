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


def final_distances(
    sides: dict[str, Side],
    finals: pd.Series,
    known: dict[str, pd.DataFrame],
) -> pd.DataFrame:
    """Return the distances of new stores to the final clusters, by store and cluster.

    Parameters
    ----------
    sides : dict
        By dataset.
    finals : Series
        By fitted store of the category its final cluster.
    known : dict
        By dataset the raw values of the new stores that it knows.

    Notes
    -----
    Each side is divided by the root of its total variance over the stores of the category. A
    fitted or new store without external data stands in the middle of that side; one without
    internal data is measured on the external side alone.
    """
    squares: dict[str, pd.DataFrame] = {}
    for name, side in sides.items():
        fitted = side.components(side.raw).reindex(finals.index)
        centre, total = fitted.mean(), fitted.var(ddof=0).sum()
        placed = ((fitted - centre) / np.sqrt(total)).fillna(0)
        centroids = placed.groupby(finals).mean()
        new = (side.components(known[name]) - centre) / np.sqrt(total)
        if name == "external":
            new = new.reindex(known["internal"].index.union(new.index)).fillna(0)
        squares[name] = pd.DataFrame(
            {
                cluster: ((new - row) ** 2).sum(axis="columns")
                for cluster, row in centroids.iterrows()
            }
        )
    total = squares["external"].add(squares["internal"], fill_value=0)
    return np.sqrt(total)
