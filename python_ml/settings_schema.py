"""What may be set, of which type and in which range: one model per section of the settings.

There are no values here, only types: a setting without a default in `dbt_project.yml` is a fault.
What is optional describes a source, which may lack a column or a file.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
ClusterSize = Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)]


class SqlExpression(_Strict):
    """An expression over the columns of the file, where a column alone is not enough."""

    sql: Text


Column = Text | SqlExpression


class _FileSource(_Strict):
    files: Text | Annotated[list[Text], Field(min_length=1)]
    format: Literal["csv", "parquet"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None


class SalesColumns(_Strict):
    """Columns of the sales files; an `amount` is money, a `quantity` is pieces."""

    store_id: Column
    product_id: Column
    amount: Column
    sold_on: Column | None = None
    quantity: Column | None = None
    row_id: Column | None = None


class Sales(_FileSource):
    """One row per sale of a product in a store."""

    columns: SalesColumns
    unique_by: (
        list[Literal["store_id", "product_id", "sold_on", "amount", "quantity", "row_id"]] | None
    ) = None

    @model_validator(mode="after")
    def _unique_by_names_columns(self) -> Sales:
        for name in self.unique_by or []:
            if getattr(self.columns, name) is None:
                raise ValueError(f"unique_by names {name}, but columns has no {name}")
        return self


class ProductColumns(_Strict):
    """Without a category all sales are one; without a need state each product is its own."""

    product_id: Column
    category: Column | None = None
    need_state: Column | None = None


class Products(_FileSource):
    """One row per product and need state."""

    columns: ProductColumns


class StoreColumns(_Strict):
    """Columns of the store list."""

    store_id: Column
    store_name: Column | None = None
    latitude: Column | None = None
    longitude: Column | None = None


class Stores(_FileSource):
    """One row per store; attributes are what feeds can be matched by, such as a postal code."""

    columns: StoreColumns
    attributes: dict[Text, Column] | None = None


class Feed(_FileSource):
    """External data of any grain: rows are matched to stores by a key and combined."""

    key: Column
    matches: Text
    combine: Literal["mean", "median", "sum", "minimum", "maximum"] | None = None
    features: dict[Text, Column] | None = None
    attributes: dict[Text, Column] | None = None

    @model_validator(mode="after")
    def _brings_something(self) -> Feed:
        if not self.features and not self.attributes:
            raise ValueError("a feed needs features, or attributes for other feeds to match by")
        if self.features and self.combine is None:
            raise ValueError(
                "combine is missing: how several rows of one key become one value "
                "(mean, median, sum, minimum or maximum)"
            )
        return self


class Sources(_Strict):
    """Where the files are and what their columns are called."""

    sales: Sales
    products: Products | None = None
    stores: Stores | None = None
    feeds: dict[Text, Feed] | None = None

    @model_validator(mode="after")
    def _feeds_fit_together(self) -> Sources:
        known = {"store_id", *((self.stores.attributes or {}) if self.stores else {})}
        features: dict[str, str] = {}
        for name, feed in (self.feeds or {}).items():
            if name in ("sales", "products", "stores"):
                raise ValueError(f"feeds.{name}: give the feed a name that no other source has")
            if feed.matches not in known:
                raise ValueError(
                    f"feeds.{name}.matches is {feed.matches!r}, but the attributes known at that "
                    f"point are {', '.join(sorted(known))}"
                )
            for attribute in feed.attributes or {}:
                if attribute in known:
                    raise ValueError(
                        f"feeds.{name} brings the attribute {attribute!r}, which is there already: "
                        "give it another name"
                    )
                known.add(attribute)
            for feature in feed.features or {}:
                if feature in features:
                    raise ValueError(
                        f"feeds.{name} and feeds.{features[feature]} both have a feature "
                        f"{feature!r}: give one of them another name"
                    )
                features[feature] = name
        return self


class Quality(_Strict):
    """What is refused, and when there is too much of it."""

    returns: Literal["net", "refuse"]
    missing_markers: list[str]
    maximum_rejected_share: Share


class Filter(_Strict):
    """Which features are used."""

    ignored_features: list[Text]
    minimum_variance: Annotated[float, Field(ge=0)]
    maximum_missing_share: Share
    maximum_correlation: Share | None


class InternalFilter(Filter):
    """Which features are used, and how much a store must sell in a category to be clustered."""

    minimum_sales: Annotated[float, Field(ge=0)]
    minimum_rows: Annotated[int, Field(ge=1)]


class Transform(_Strict):
    """What is done to the values before anything else."""

    method: Literal["none", "clr", "hellinger"]


class Impute(_Strict):
    """What stands in for a missing value."""

    method: Literal["median", "mean", "mode", "constant", "knn", "iterative"]
    constant: float
    neighbours: Annotated[int, Field(ge=1)]
    iterations: Annotated[int, Field(ge=1)]


class Outliers(_Strict):
    """Which stores are outliers, and what follows."""

    method: Literal[
        "none", "knn_distance", "iqr", "mad", "isolation_forest", "lof", "elliptic_envelope"
    ]
    threshold: Annotated[float, Field(gt=0)]
    neighbours: Annotated[int, Field(ge=1)]
    maximum_share: Share
    minimum_stores: Annotated[int, Field(ge=1)]
    policy: Literal["keep", "winsorise", "exclude_from_fit"]


class Scale(_Strict):
    """How features become comparable; `clip` in scale units, null for no clipping."""

    method: Literal["none", "robust", "zscore", "minmax", "maxabs"]
    clip: Annotated[float, Field(gt=0)] | None


class Reduce(_Strict):
    """How many dimensions the clustering sees."""

    method: Literal["none", "pca"]
    explained_variance: Annotated[float, Field(gt=0, le=1)]
    maximum_components: Annotated[int, Field(ge=1)]


class ClusterCount(_Strict):
    """How the number of clusters is found."""

    fixed: Annotated[int, Field(ge=1)] | None
    minimum: Annotated[int, Field(ge=2)]
    maximum: Annotated[int, Field(ge=2)]
    rule: Literal["silhouette", "calinski_harabasz", "davies_bouldin", "stability"]
    minimum_cluster_size: ClusterSize
    resamples: Annotated[int, Field(ge=2, multiple_of=2)]

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> ClusterCount:
        if self.maximum < self.minimum:
            raise ValueError(f"maximum ({self.maximum}) is below minimum ({self.minimum})")
        return self


class Algorithm(_Strict):
    """How k-means is started."""

    starts: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0, lt=2**32)]


class _Dataset(_Strict):
    transform: Transform
    impute: Impute
    outliers: Outliers
    scale: Scale
    reduce: Reduce
    cluster_count: ClusterCount
    algorithm: Algorithm


class Internal(_Dataset):
    """Clustering by what the stores sell."""

    filter: InternalFilter


class External(_Dataset):
    """Clustering by where the stores stand."""

    filter: Filter


class Merging(_Strict):
    """How both become final clusters; a weight of 0 switches a side off."""

    internal_weight: Annotated[float, Field(ge=0)]
    external_weight: Annotated[float, Field(ge=0)]
    minimum_cluster_size: ClusterSize

    @model_validator(mode="after")
    def _one_side_counts(self) -> Merging:
        if self.internal_weight == 0 and self.external_weight == 0:
            raise ValueError("internal_weight and external_weight are both 0: nothing is left")
        return self


class Settings(_Strict):
    """All settings of a run."""

    sources: Sources
    quality: Quality
    internal: Internal
    external: External
    merging: Merging
