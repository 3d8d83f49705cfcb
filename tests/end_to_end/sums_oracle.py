"""What has to come out of the files of a chain, said again in plain Python.

Written from docs/settings.md and the descriptions of the models, row by row and without SQL.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from random_chain import COLUMNS, Table

MONEY = Decimal("0.0001")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}([ T]|$)")
EXCLUDED = {
    "closed": "the store is closed",
    "new": "the store is new",
    "pilot": "the store is a pilot",
    "excluded": "the store is excluded by the settings",
}


@dataclass(frozen=True)
class Row:
    """A row of a file: its cells as they stand there, and why the line itself is refused, if so."""

    file: str
    line: int
    raw: str
    cells: Mapping[str, str | None]
    fault: str | None


@dataclass(frozen=True)
class Sale:
    """An accepted sales row."""

    row: Row
    store_id: str
    product_id: str
    day: date | None
    amount: Decimal
    quantity: float | None
    receipt: str | None

    def key(self, columns: list[str]) -> tuple:
        """The values of the columns of unique_by."""
        named = {"sold_on": self.day, "row_id": self.receipt}
        return tuple(named[name] if name in named else getattr(self, name) for name in columns)

    def rank(self) -> tuple:
        """Of rows with the same key the first by content stays; nothing comes after something."""
        values = (self.quantity, self.store_id, self.product_id, self.day, self.receipt)
        empty_last = [(value is None, value or 0) for value in values]
        return (self.amount, *empty_last, self.row.file, self.row.line)


class Oracle:
    """The expected figures of a chain under some settings."""

    def __init__(
        self, files: Mapping[str, Table], settings: Mapping[str, Any], statuses: Mapping[str, str]
    ) -> None:
        """Work out everything; `statuses` says what a text of the store list means."""
        self._files = files
        self._sources = settings["sources"]
        self._quality = settings["quality"]
        self._statuses = statuses
        self.read: Counter[str] = Counter()
        self.refused: Counter[tuple] = Counter()
        self.feeds = self._sources.get("feeds") or {}

        self.sales_read = Decimal(0)
        # what a row names as its store, refused or not
        self.selling: set[str] = set()
        self._named_in_list: set[str] = set()
        self._fed: set[str] = set()
        self.sales = self._accepted_sales()
        self.needs = self._accepted_products()
        self.listed = self._accepted_stores()
        self.feed_rows = {name: self._accepted_feed_rows(name) for name in self.feeds}
        self.stores = self._known_stores()
        self.attributes = self._attributes()

    # ---- reading

    def _rows(self, source: str, *names: str) -> Iterator[Row]:
        for name in names:
            header = COLUMNS[name]
            for line, raw, fields in self._files[name].records():
                self.read[source] += 1
                cells = dict(zip(header, [*fields, *[None] * len(header)], strict=False))
                fault = None
                if len(fields) < len(header):
                    fault = "too few fields"
                elif any(fields[len(header) :]):
                    fault = "too many fields"
                yield Row(name, line, raw, cells, fault)

    def _refuse(self, source: str, row: Row, reason: str) -> None:
        self.refused[source, row.file, row.line, reason, row.raw] += 1

    def text(self, cell: str | None) -> str | None:
        """A cell as trimmed text; None if it is missing."""
        text = (cell or "").strip(" ")
        return text if text and text not in self._quality["missing_markers"] else None

    def number(self, cell: str | None) -> Decimal | None:
        """A cell as a number; None if it is missing or none."""
        text = self.text(cell)
        return Decimal(text) if text and NUMBER.fullmatch(text) else None

    def money(self, cell: str | None) -> Decimal | None:
        """A cell as money with four places and at most fourteen digits before them."""
        number = self.number(cell)
        if number is None or abs(number) >= 10**14:
            return None
        return number.quantize(MONEY, ROUND_HALF_UP)

    def day(self, cell: str | None) -> date | None:
        """A cell as a day; None if it is missing or none."""
        if not self.text(cell) or not DAY.match(cell):
            return None
        try:
            return date.fromisoformat(cell[:10])
        except ValueError:
            return None

    # ---- sources

    def _accepted_sales(self) -> list[Sale]:
        candidates = []
        for row in self._rows("sales", "sales_1.csv", "sales_2.csv"):
            store_id, product_id = self.text(row.cells["Store"]), self.text(row.cells["Product"])
            amount = self.money(row.cells["Amount"])
            self.sales_read += amount or 0
            self.selling |= {store_id} - {None}
            reason = row.fault
            reason = reason or (None if store_id else "store id is missing")
            reason = reason or (None if product_id else "product id is missing")
            reason = reason or self._fault_of_values(row, amount)
            if reason:
                self._refuse("sales", row, reason)
                continue
            number = self.number(row.cells["Units"])
            columns = self._sources["sales"]["columns"]
            candidates.append(
                Sale(
                    row,
                    store_id,
                    product_id,
                    self.day(row.cells["Day"]) if "sold_on" in columns else None,
                    amount,
                    None if number is None or "quantity" not in columns else float(number),
                    self.text(row.cells["Receipt"]) if "row_id" in columns else None,
                )
            )
        unique_by = self._sources["sales"].get("unique_by")
        if not unique_by:
            return candidates
        kept, keys = [], set()
        for sale in sorted(candidates, key=Sale.rank):
            key = sale.key(unique_by)
            # without a receipt, say, nobody knows
            if None not in key and key in keys:
                self._refuse("sales", sale.row, "row is there twice")
            else:
                kept.append(sale)
                keys.add(key)
        return kept

    def _fault_of_values(self, row: Row, amount: Decimal | None) -> str | None:
        columns = self._sources["sales"]["columns"]
        window = self._sources["sales"].get("window") or {}
        cells = row.cells
        if amount is None:
            is_there = self.text(cells["Amount"])
            return "amount is not a number" if is_there else "amount is missing"
        if "sold_on" in columns:
            day = self.day(cells["Day"])
            if day is None:
                return "date is not a date" if self.text(cells["Day"]) else "date is missing"
            if not window.get("from", "") <= day.isoformat() <= window.get("to", "9"):
                return "outside the date window"
        units = cells["Units"] if "quantity" in columns else None
        if self.text(units) and self.number(units) is None:
            return "quantity is not a number"
        if self._quality["returns"] == "refuse" and amount < 0:
            return "return"
        return None

    def _accepted_products(self) -> dict[str, set[tuple[str, str]]]:
        """The distinct need states of every product, with those of a bucket."""
        sold = {sale.product_id for sale in self.sales}
        source = self._sources.get("products")
        if not source:
            return {product: {("all", product)} for product in sold}
        needs: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in self._rows("products", "products.csv"):
            product, category, need = (self.text(cell) for cell in row.cells.values())
            category = category if "category" in source["columns"] else "all"
            reason = row.fault
            reason = reason or (None if product else "product id is missing")
            reason = reason or (None if category else "category is missing")
            reason = reason or (None if need else "need state is missing")
            reason = reason or (
                "row is there twice" if (category, need) in needs[product] else None
            )
            if reason:
                self._refuse("products", row, reason)
            else:
                needs[product].add((category, need))
        needs = {product: of_product for product, of_product in needs.items() if of_product}
        bucket = self._quality["unmapped_bucket"]
        if bucket:
            in_bucket = (bucket if "category" in source["columns"] else "all", bucket)
            needs |= {product: {in_bucket} for product in sold - set(needs)}
        return needs

    def _accepted_stores(self) -> dict[str, Row]:
        """The row of the store list that counts for a store: the first by content."""
        if not self._sources.get("stores"):
            return {}
        listed: dict[str, Row] = {}
        rows = list(self._rows("stores", "stores.csv"))
        names = ("Name", "Latitude", "Longitude", "State")

        def rank(row: Row) -> tuple:
            texts = [self.text(row.cells[name]) for name in names]
            code = self.text(row.cells["Zip"])
            return (*((text is None, text or "") for text in texts), code or "NULL", row.line)

        for row in sorted(rows, key=rank):
            store_id = self.text(row.cells["Store"])
            self._named_in_list |= {store_id} - {None}
            reason = row.fault or (None if store_id else "store id is missing")
            reason = reason or ("store is there twice" if store_id in listed else None)
            if reason:
                self._refuse("stores", row, reason)
            else:
                listed[store_id] = row
        return listed

    def _accepted_feed_rows(self, name: str) -> list[Row]:
        accepted = []
        feed = self.feeds[name]
        for row in self._rows(name, f"{name}.csv"):
            features = [row.cells[self._column(feature)] for feature in feed["features"].values()]
            reason = row.fault or (None if self.text(row.cells[feed["key"]]) else "key is missing")
            if not reason and any(self.text(c) and self.number(c) is None for c in features):
                reason = "a feature is not a number"
            if reason:
                self._refuse(name, row, reason)
            else:
                accepted.append(row)
            if feed["matches"] == "store_id":
                self._fed |= {self.text(row.cells[feed["key"]])} - {None}
        return accepted

    @staticmethod
    def _column(feature: str | Mapping[str, str]) -> str:
        return feature if isinstance(feature, str) else feature["column"]

    # ---- stores

    def _known_stores(self) -> set[str]:
        """Every store that a row names, refused or not; in a feed in whatever case."""
        named = self.selling | self._named_in_list
        known = {store.lower() for store in named}
        fed: dict[str, str] = {}
        for store in sorted(self._fed):
            if store.lower() not in known:
                fed.setdefault(store.lower(), store)
        return named | set(fed.values())

    def status_reason(self, store: str) -> str | None:
        """Why the status of a store keeps it out, if it does."""
        if store not in self.listed:
            return None
        text = self.text(self.listed[store].cells["State"])
        status = self._statuses.get((text or "").lower())
        return EXCLUDED[status] if status in self._quality["excluded_statuses"] else None

    def _attributes(self) -> dict[str, dict[str, str]]:
        """What feeds can be matched by, of every store."""
        attributes = {store: {"store_id": store} for store in self.stores}
        for store, row in self.listed.items():
            if self.text(row.cells["Zip"]):
                attributes[store]["zip"] = self.text(row.cells["Zip"])
        if "areas" not in self.feeds:
            return attributes
        spellings: dict[str, Counter] = defaultdict(Counter)
        for row in self.feed_rows["areas"]:
            if county := self.text(row.cells["County"]):
                spellings[self.text(row.cells["Zip"]).lower()][county] += 1
        for own in attributes.values():
            counted = spellings.get(own.get("zip", "").lower())
            if counted:
                sizes: Counter = Counter()
                for county, count in counted.items():
                    sizes[county.lower()] += count
                firsts = {key: min(c for c in counted if c.lower() == key) for key in sizes}
                own["county"] = firsts[min(sizes, key=lambda key: (-sizes[key], firsts[key]))]
        return attributes

    def matched(self, feed: str, store: str) -> list[Row]:
        """The rows of a feed that a store meets."""
        value = self.attributes[store].get(self.feeds[feed]["matches"])
        key = self.feeds[feed]["key"]
        rows = self.feed_rows[feed]
        return [r for r in rows if value and self.text(r.cells[key]).lower() == value.lower()]

    def external_values(self) -> dict[tuple[str, str], float | None]:
        """The features of every store that is not excluded and has at least one."""
        combine = {
            "mean": statistics.fmean,
            "sum": sum,
            "maximum": max,
            "median": statistics.median,
        }
        found: dict[tuple[str, str], float | None] = {}
        for store in self.stores:
            own: dict[tuple[str, str], float | None] = {}
            for name, feed in self.feeds.items():
                rows = self.matched(name, store)
                for feature, column in feed["features"].items():
                    way = column["combine"] if isinstance(column, Mapping) else feed["combine"]
                    cells = [self.number(row.cells[self._column(column)]) for row in rows]
                    values = sorted(float(cell) for cell in cells if cell is not None)
                    own[store, feature] = combine[way](values) if values else None
            if not self.status_reason(store) and any(v is not None for v in own.values()):
                found |= own
        return found
