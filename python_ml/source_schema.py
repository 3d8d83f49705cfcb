"""What may be said of the sources: one model per source, and one per list of its columns.

There are no values here, only types. What is optional may be lacking: a column, or a file.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from python_ml.expressions import columns_of


class Strict(BaseModel):
    """Every key is known, and no value is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


Text = Annotated[str, Field(min_length=1)]


class SqlExpression(Strict):
    """An expression over the columns of the file, where a column alone is not enough."""

    sql: Text

    @field_validator("sql")
    @classmethod
    def _is_one_expression(cls, sql: str) -> str:
        columns_of(sql)
        return sql


def _kind_of_column(column: Any) -> str:
    return "name" if isinstance(column, str) else "expression"


Column = Annotated[
    Annotated[Text, Tag("name")] | Annotated[SqlExpression, Tag("expression")],
    Discriminator(_kind_of_column),
]
Combine = Literal["mean", "median", "sum", "minimum", "maximum"]
# How files are written; which formats an option is for, is known when the files are found.
OPTIONS_OF_FILES = {
    "format": {"csv", "parquet", "excel"},
    "delimiter": {"csv"},
    "encoding": {"csv"},
    "quoted_line_breaks": {"csv"},
    "title_lines": {"csv", "excel"},
    "sheet": {"excel"},
}


class _Source(Strict):
    """Files, or a relation of an attached database; the rest says how files are written."""

    files: Text | Annotated[list[Text], Field(min_length=1)] | None = None
    relation: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,2}$")] | None = None
    format: Literal["csv", "parquet", "excel"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: Literal["utf-8", "latin-1"] | None = None
    title_lines: Annotated[int, Field(ge=0)] | None = None
    quoted_line_breaks: bool | None = None
    sheet: Text | None = None

    @model_validator(mode="after")
    def _is_files_or_a_relation(self) -> Self:
        if (self.files is None) == (self.relation is None):
            raise ValueError("give either files or a relation")
        for name in OPTIONS_OF_FILES:
            if self.relation is not None and getattr(self, name) is not None:
                raise ValueError(f"{name} does not apply to a relation")
        return self


class SalesColumns(Strict):
    """Columns of the sales files; an `amount` is money, a `quantity` is pieces."""

    store_id: Column
    product_id: Column | None = None
    amount: Column | None = None
    sold_on: Column | None = None
    quantity: Column | None = None
    row_id: Column | None = None


def _day(value: Any) -> str:
    """A day as text: YAML makes a date of it without quotes, and settings are kept as JSON."""
    try:
        if dt.date.fromisoformat(value).isoformat() == value:
            return value
    except (TypeError, ValueError):
        pass
    raise ValueError(f'{value} is not a day as text: write it as "2025-01-31", in quotes')


Day = Annotated[str, BeforeValidator(_day)]


class Window(Strict):
    """The days that count, both included."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError(f"from ({self.from_}) is after to ({self.to})")
        return self


class Sales(_Source):
    """One row per sale of a product in a store; or, with groups, one row per store."""

    columns: SalesColumns
    groups: Literal["*"] | Annotated[list[Text], Field(min_length=1)] | None = None
    date_format: Text | None = None
    window: Window | None = None
    unique_by: (
        list[Literal["store_id", "product_id", "sold_on", "amount", "quantity", "row_id"]] | None
    ) = None

    @model_validator(mode="after")
    def _columns_fit_together(self) -> Self:
        has = self.columns
        if self.groups is None and (has.product_id is None or has.amount is None):
            raise ValueError(
                "columns needs product_id and amount; or, for a table with one column per group, "
                "name these under groups"
            )
        if self.groups is not None and (has.product_id is not None or has.amount is not None):
            raise ValueError("with groups the columns are the products: no product_id, no amount")
        if self.groups == "*" and any(isinstance(column, SqlExpression) for _, column in has):
            raise ValueError(
                "groups: '*' is every column that columns does not name; where a column is an "
                "expression, list the groups"
            )
        if has.sold_on is None and (self.window is not None or self.date_format is not None):
            raise ValueError("window and date_format need columns.sold_on")
        return self

    @model_validator(mode="after")
    def _unique_by_names_columns(self) -> Sales:
        for name in self.unique_by or []:
            is_group = self.groups is not None and name in ("product_id", "amount")
            if getattr(self.columns, name) is None and not is_group:
                raise ValueError(f"unique_by names {name}, but columns has no {name}")
        return self


class ProductColumns(Strict):
    """Without a category all sales are one; without a need state each product is its own."""

    product_id: Column
    category: Column | None = None
    need_state: Column | None = None


class Products(_Source):
    """One row per product and need state."""

    columns: ProductColumns


class StoreColumns(Strict):
    """Columns of the store list."""

    store_id: Column
    store_name: Column | None = None
    latitude: Column | None = None
    longitude: Column | None = None
    status: Column | None = None


class Stores(_Source):
    """One row per store; attributes are what feeds can be matched by, such as a postal code."""

    columns: StoreColumns
    attributes: dict[Text, Column] | None = None
    statuses: (
        dict[
            Literal["open", "closed", "new", "pilot", "excluded"],
            Annotated[list[Text], Field(min_length=1)],
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _the_id_is_no_attribute(self) -> Self:
        if "store_id" in (self.attributes or {}):
            raise ValueError(
                "brings the attribute 'store_id', which is there already: give it another name"
            )
        return self

    @model_validator(mode="after")
    def _a_text_has_one_status(self) -> Stores:
        if (self.columns.status is None) != (self.statuses is None):
            raise ValueError(
                "columns.status and statuses belong together: the column, and which of its texts "
                "mean open, closed, new, pilot or excluded"
            )
        status_of: dict[str, str] = {}
        for status, texts in (self.statuses or {}).items():
            for text in texts:
                other = status_of.setdefault(text.strip().lower(), status)
                if other != status:
                    raise ValueError(f"statuses: {text!r} cannot be both {other} and {status}")
        return self


class OverrideColumns(Strict):
    """Without a category the chain has one; without until an override holds for good."""

    store_id: Column
    category: Column | None = None
    cluster: Column
    author: Column
    reason: Column
    until: Column | None = None


class Overrides(_Source):
    """One row per store and category whose cluster a person decides."""

    columns: OverrideColumns


class FeedFeature(Strict):
    """A feature that is combined in a way of its own."""

    column: Column
    combine: Combine


def _kind_of_feature(feature: Any) -> str:
    """Which of the three forms is meant, so that a fault is told for that one alone."""
    if isinstance(feature, FeedFeature):
        return "FeedFeature"
    if isinstance(feature, dict):
        return "FeedFeature" if {"column", "combine"} & set(feature) else "SqlExpression"
    return "Text"


Feature = Annotated[
    Annotated[Text, Tag("Text")]
    | Annotated[SqlExpression, Tag("SqlExpression")]
    | Annotated[FeedFeature, Tag("FeedFeature")],
    Discriminator(_kind_of_feature),
]


class Feed(_Source):
    """External data of any grain: rows are matched to stores by a key and combined."""

    key: Column
    matches: Text
    combine: Combine | None = None
    split_by: Column | None = None
    features: dict[Text, Feature] | None = None
    categories: dict[Text, Column] | None = None
    attributes: dict[Text, Column] | None = None

    @model_validator(mode="after")
    def _brings_something(self) -> Feed:
        if not self.features and not self.categories and not self.attributes:
            raise ValueError(
                "a feed needs features, categories, or attributes for other feeds to match by"
            )
        if self.split_by is not None and not self.features:
            raise ValueError("split_by splits features, and there are none")
        for name, feature in (self.features or {}).items():
            if not isinstance(feature, FeedFeature) and self.combine is None:
                raise ValueError(
                    f"combine is missing: how several rows of one key become one value of {name!r} "
                    "(mean, median, sum, minimum or maximum)"
                )
        return self


class Database(Strict):
    """A database whose relations can be sources; it is opened for reading only."""

    type: Literal["duckdb", "postgres"]
    path: Text


TAKEN_NAMES = ("main", "memory", "temp", "system", "dev", "staging", "prod", "next")
DatabaseName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]


class Sources(Strict):
    """Where the files are and what their columns are called."""

    databases: dict[DatabaseName, Database] | None = None
    sales: Sales
    products: Products | None = None
    stores: Stores | None = None
    overrides: Overrides | None = None
    feeds: dict[Text, Feed] | None = None

    @model_validator(mode="after")
    def _databases_have_names_of_their_own(self) -> Self:
        for name in self.databases or {}:
            if name.lower() in TAKEN_NAMES:
                raise ValueError(f"databases.{name}: give the database another name")
        return self

    @model_validator(mode="after")
    def _feeds_fit_together(self) -> Sources:
        known = {"store_id", *((self.stores.attributes or {}) if self.stores else {})}
        features: dict[str, str] = {}
        for name, feed in (self.feeds or {}).items():
            if name in ("sales", "products", "stores", "overrides"):
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
            for feature in [*(feed.features or {}), *(feed.categories or {})]:
                if feature in features:
                    raise ValueError(
                        f"feeds.{name} and feeds.{features[feature]} both have a feature "
                        f"{feature!r}: give one of them another name"
                    )
                features[feature] = name
        return self
