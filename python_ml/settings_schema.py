"""What may be set, of which type and in which range: one model per section of the settings.

There are no values here, only types: a setting without a default in `dbt_project.yml` is a fault.
The section `sources` has a module of its own, `source_schema`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from python_ml.constraint_schema import Constraints
from python_ml.source_schema import Sources, Strict, Text

Share = Annotated[float, Field(ge=0, le=1)]
ClusterSize = Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)]


class Quality(Strict):
    """What is refused, and when there is too much of it."""

    returns: Literal["net", "refuse"]
    unmapped_bucket: Text | None
    missing_markers: list[str]
    maximum_rejected_share: Share
    excluded_statuses: list[Literal["closed", "new", "pilot", "excluded"]]


class ExtraFeatures(Strict):
    """What else tells the stores of a category apart, beside the sales mix."""

    log_sales: bool
    share_of_chain: bool
    growth: bool
    seasonality: bool


class Filter(Strict):
    """Which features are used."""

    ignored_features: list[Text]
    minimum_variance: Annotated[float, Field(ge=0)]
    maximum_missing_share: Share
    maximum_correlation: Share | None


class InternalFilter(Filter):
    """Which features are used, and how much a store must sell in a category to be clustered."""

    minimum_sales: Annotated[float, Field(ge=0)]
    minimum_rows: Annotated[int, Field(ge=1)]


class Transform(Strict):
    """What is done to the values before anything else."""

    method: Literal["none", "clr", "hellinger"]


class Impute(Strict):
    """What stands in for a missing value."""

    method: Literal["median", "mean", "mode", "constant", "knn", "iterative"]
    constant: float
    neighbours: Annotated[int, Field(ge=1)]
    iterations: Annotated[int, Field(ge=1)]
    maximum_share: Share


class Outliers(Strict):
    """Which stores are outliers, and what follows."""

    method: Literal[
        "none", "knn_distance", "iqr", "mad", "isolation_forest", "lof", "elliptic_envelope"
    ]
    threshold: Annotated[float, Field(gt=0)]
    neighbours: Annotated[int, Field(ge=1)]
    maximum_share: Share
    minimum_stores: Annotated[int, Field(ge=1)]
    policy: Literal["keep", "winsorise", "exclude_from_fit"]


class Scale(Strict):
    """How features become comparable; `clip` in scale units, null for no clipping."""

    method: Literal["none", "robust", "zscore", "minmax", "maxabs"]
    clip: Annotated[float, Field(gt=0)] | None


class Reduce(Strict):
    """How many dimensions the clustering sees."""

    method: Literal["none", "pca", "incremental_pca", "kernel_pca"]
    explained_variance: Annotated[float, Field(gt=0, le=1)]
    maximum_components: Annotated[int, Field(ge=1)]
    landmarks: Annotated[int, Field(ge=2)]
    gamma: Annotated[float, Field(gt=0)] | None


class ClusterCount(Strict):
    """How the number of clusters is found."""

    fixed: Annotated[int, Field(ge=1)] | None
    minimum: Annotated[int, Field(ge=2)]
    maximum: Annotated[int, Field(ge=2)]
    rule: Literal[
        "median",
        "median_gmm",
        "majority",
        "gap",
        "silhouette",
        "simplified_silhouette",
        "calinski_harabasz",
        "davies_bouldin",
        "stability",
        "bic",
        "gmm_bic",
    ]
    minimum_cluster_size: ClusterSize
    retry_minimum_cluster_size: ClusterSize | None
    minimum_stability: Annotated[float, Field(ge=0, le=1)]
    maximum_border_density: Annotated[float, Field(gt=0)]
    resamples: Annotated[int, Field(ge=2)]

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> ClusterCount:
        if self.maximum < self.minimum:
            raise ValueError(f"maximum ({self.maximum}) is below minimum ({self.minimum})")
        return self


class Algorithm(Strict):
    """How stores are clustered; which method obeys what is in docs/settings.md."""

    method: Literal[
        "kmeans",
        "minibatch_kmeans",
        "bisecting_kmeans",
        "gaussian_mixture",
        "ward",
        "hdbscan",
        "birch",
        "spectral",
        "kmedoids",
    ]
    starts: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    batch_size: Annotated[int, Field(ge=1)]
    covariance: Literal["auto", "full", "tied", "diag", "spherical"]
    neighbours: Annotated[int, Field(ge=1)]
    radius: Annotated[float, Field(gt=0, le=1)]
    smallest_cluster: Annotated[int, Field(ge=2)] | Annotated[float, Field(gt=0, lt=1)]
    minimum_samples: Annotated[int, Field(ge=1)] | None


class _Dataset(Strict):
    transform: Transform
    impute: Impute
    outliers: Outliers
    scale: Scale
    reduce: Reduce
    cluster_count: ClusterCount
    algorithm: Algorithm

    @model_validator(mode="after")
    def _number_is_open_where_it_is_found(self) -> _Dataset:
        fixed = self.cluster_count.fixed
        if self.algorithm.method == "hdbscan" and fixed is not None:
            raise ValueError(
                f"algorithm.method hdbscan finds its own number of clusters and cannot be held to "
                f"cluster_count.fixed ({fixed}): set that to null, or choose another method"
            )
        return self


class TooFewStores(Strict):
    """What happens to a category that has fewer stores than clusters can be found in."""

    minimum_stores: Annotated[int, Field(ge=2)]
    fallback: Literal["one_cluster", "external_only", "stop"]


class Internal(_Dataset):
    """Clustering by what the stores sell."""

    too_few_stores: TooFewStores
    extra_features: ExtraFeatures
    filter: InternalFilter


class Encode(Strict):
    """How categories, and the values that a feed is split by, become features."""

    maximum_categories: Annotated[int, Field(ge=1)]


class External(_Dataset):
    """Clustering by where the stores stand."""

    per_category: bool
    category_features: dict[Text, Annotated[list[Text], Field(min_length=1)]]
    filter: Filter
    encode: Encode


class Merging(Constraints):
    """How both become final clusters; a weight of 0 switches a side off."""

    method: Literal["cross", "joint", "consensus"]
    internal_weight: Annotated[float, Field(ge=0)]
    external_weight: Annotated[float, Field(ge=0)]
    minimum_cluster_size: ClusterSize
    thin_stores: Literal["external_only", "leave_out"]
    small_clusters: Literal["fold", "nearest_large", "per_store", "size"]
    maximum_distance: Annotated[float, Field(gt=0)] | None
    maximum_clusters: Annotated[int, Field(ge=1)] | None
    maximum_cluster_size: ClusterSize | None
    minimum_overlap: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _one_side_counts(self) -> Merging:
        if self.internal_weight == 0 and self.external_weight == 0:
            raise ValueError("internal_weight and external_weight are both 0: nothing is left")
        return self

    @model_validator(mode="after")
    def _sizes_have_a_mode(self) -> Merging:
        least, most = self.minimum_cluster_size, self.maximum_cluster_size
        if most is not None and self.small_clusters != "size":
            raise ValueError(
                f"maximum_cluster_size ({most}) is only kept by small_clusters size, which is "
                f"{self.small_clusters}: set it to null, or choose size"
            )
        if self.maximum_distance is not None and self.small_clusters == "size":
            raise ValueError(
                f"small_clusters size moves stores as far as the sizes ask for, whatever "
                f"maximum_distance ({self.maximum_distance}) says: set that to null, or choose "
                "another mode"
            )
        if most is not None and (least < 1) == (most < 1) and most < least:
            raise ValueError(
                f"maximum_cluster_size ({most}) is below minimum_cluster_size ({least})"
            )
        return self


class Explanations(Strict):
    """How the clusters are put into words, and what explains them."""

    rule_depth: Annotated[int, Field(ge=1, le=6)]
    external_model: bool
    folds: Annotated[int, Field(ge=2, le=20)]
    repeats: Annotated[int, Field(ge=1, le=20)]


class Projections(Strict):
    """What is drawn of the stores; nothing is clustered by it."""

    tsne_stores: Annotated[int, Field(ge=0)]
    perplexity: Annotated[float, Field(ge=1)]


class Resources(Strict):
    """What the run may take of the machine."""

    memory: Literal["normal", "low"]
    cores: Annotated[int, Field(ge=1)] | None


class Settings(Strict):
    """All settings of a run."""

    sources: Sources
    quality: Quality
    internal: Internal
    external: External
    merging: Merging
    explanations: Explanations
    projections: Projections
    resources: Resources

    @model_validator(mode="after")
    def _features_of_categories_are_there(self) -> Settings:
        known = sorted(
            name
            for feed in (self.sources.feeds or {}).values()
            for name in [*(feed.features or {}), *(feed.categories or {})]
        )
        for category, names in self.external.category_features.items():
            for name in names:
                if name not in known:
                    raise ValueError(
                        f"external.category_features.{category}: no feed has the feature {name!r}; "
                        f"the feeds have {', '.join(known) or 'none'}"
                    )
        if self.external.category_features and not self.external.per_category:
            raise ValueError(
                "external.category_features names features for categories, but one external model "
                "serves them all: set external.per_category to true, or leave the features out"
            )
        return self

    @model_validator(mode="after")
    def _there_is_a_side_to_follow(self) -> Settings:
        if (
            self.internal.too_few_stores.fallback == "external_only"
            and self.merging.external_weight == 0
        ):
            raise ValueError(
                "internal.too_few_stores.fallback is external_only, but merging.external_weight is "
                "0: give the external side a weight, or choose one_cluster or stop"
            )
        return self

    @model_validator(mode="after")
    def _stores_have_what_splits_them(self) -> Settings:
        known = sorted((self.sources.stores.attributes or {}) if self.sources.stores else {})
        for name in ("split_before", "split_after"):
            attribute = getattr(self.merging, name)
            if attribute is not None and attribute not in known:
                raise ValueError(
                    f"merging.{name} is {attribute!r}, but the attributes of sources.stores are "
                    f"{', '.join(known) or 'none'}: name one of them, or add it there"
                )
        return self

    @model_validator(mode="after")
    def _features_over_time_have_days(self) -> Settings:
        extra = self.internal.extra_features
        asked = [name for name in ("growth", "seasonality") if getattr(extra, name)]
        if asked and self.sources.sales.columns.sold_on is None:
            raise ValueError(
                f"internal.extra_features asks for {' and '.join(asked)}, but "
                "sources.sales.columns has no sold_on: name the column with the day of the sale, "
                f"or set {' and '.join(asked)} to false"
            )
        return self
