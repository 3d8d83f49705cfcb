"""Small chains whose groups are known by the id of the store, and changes to their files."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

HEADERS = {
    "sales.csv": ("Store", "Product", "Day", "Amount"),
    "products.csv": ("Product", "Category", "Need"),
    "stores.csv": ("Store", "Name"),
    "footfall.csv": ("Store", "Visits", "Evening", "Staff"),
}
# Ids that are told apart by a zero or a space, and sort in more ways than one. In feeds case does
# not count, so that none differ by that alone.
ODD_IDS = ["007", "07", "7", "10", "9", "N 1", "N1", "n2", "Müller, Ost", 'the "8"', "ü", "1e1"]
CATEGORIES = {"Food": ("Bread", "Rice", "Fruit", "Other"), "Drinks": ("Tea", "Rum", "Gin", "Milk")}
DAYS = ("2025-01-06", "2025-01-13", "2025-01-20")
STORES, INTERNAL_GROUPS, EXTERNAL_GROUPS = 36, 3, 2

Files = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class PlantedChain:
    """The rows of the files, and the group of every store by its id."""

    files: Files
    internal: dict[tuple[str, str], int]
    """By category and store: a store may be of one group in Food and of another in Drinks."""

    external: dict[str, int]
    """By store, for those that the feed knows."""

    def write(self, folder: Path) -> None:
        """Write the files as they are."""
        for name, rows in self.files.items():
            with (folder / name).open("w", newline="") as file:
                csv.writer(file).writerows([HEADERS[name], *rows])

    def shuffled(self, generator: np.random.Generator) -> PlantedChain:
        """The same rows in another order."""
        return replace(
            self,
            files={
                name: [rows[place] for place in generator.permutation(len(rows))]
                for name, rows in self.files.items()
            },
        )

    def repeated(self, generator: np.random.Generator) -> PlantedChain:
        """Some rows are there more than once, anywhere in their files.

        Copies in sales, products and stores are refused; those of a feed count in its mean.
        """
        more = {
            name: [rows[place] for place in generator.integers(len(rows), size=len(rows))]
            for name, rows in self.files.items()
        }
        files = {name: rows + more[name] for name, rows in self.files.items()}
        return replace(self, files=files).shuffled(generator)

    def without(self, generator: np.random.Generator) -> PlantedChain:
        """Every row of some stores is missing; each group keeps four of its stores or more."""
        gone = set(generator.choice(self.stores, STORES // INTERNAL_GROUPS - 4, replace=False))
        files = {
            name: [row for row in rows if HEADERS[name][0] != "Store" or row[0] not in gone]
            for name, rows in self.files.items()
        }
        internal = {key: group for key, group in self.internal.items() if key[1] not in gone}
        external = {store: group for store, group in self.external.items() if store not in gone}
        return PlantedChain(files, internal, external)

    def renamed(self, new: dict[str, str]) -> PlantedChain:
        """Every store has another id; its rows stay where they are."""
        files = {
            name: [(new[row[0]], *row[1:]) if HEADERS[name][0] == "Store" else row for row in rows]
            for name, rows in self.files.items()
        }
        internal = {(category, new[s]): group for (category, s), group in self.internal.items()}
        external = {new[store]: group for store, group in self.external.items()}
        return PlantedChain(files, internal, external)

    @property
    def stores(self) -> list[str]:
        """All ids, in the order of the store list."""
        return [row[0] for row in self.files["stores.csv"]]


def plant(seed: int) -> PlantedChain:
    """A chain whose groups are far apart; neither ids nor the order of rows say which is which.

    In each category every group of stores sells most of a need state of its own; one store is far
    beyond its group, on the side away from the others. Footfall has two groups across these, and
    does not know one store.
    """
    generator = np.random.default_rng(seed)
    ids = [*ODD_IDS, *(f"{number:04d}" for number in range(STORES - len(ODD_IDS)))]
    stores = [str(store) for store in generator.permutation(ids)]
    internal: dict[tuple[str, str], int] = {}
    sales, products = [], []
    for category, needs in CATEGORIES.items():
        groups = generator.permutation(np.arange(STORES) % INTERNAL_GROUPS)
        products += [(f"{need} {n}", category, need) for need in needs for n in (1, 2)]
        stray = generator.integers(STORES)
        for number, (store, group) in enumerate(zip(stores, groups, strict=True)):
            internal[category, store] = int(group)
            size = generator.uniform(100, 10_000)
            for place, need in enumerate(needs):
                share = (3.0 if number == stray else 1.0) if place == group else 0.08
                for n in (1, 2):
                    sales += [
                        (
                            store,
                            f"{need} {n}",
                            day,
                            f"{size * share * generator.normal(1, 0.04):.2f}",
                        )
                        for day in DAYS
                    ]
    areas = (generator.permutation(STORES) % EXTERNAL_GROUPS).tolist()
    external = dict(zip(stores, areas, strict=True))
    del external[stores[generator.integers(STORES)]]
    footfall = [
        (store, *(f"{value * generator.normal(1, 0.03):.3f}" for value in profile))
        for store, group in external.items()
        for profile in [(900, 0.2, 4) if group else (200, 0.7, 9)]
    ]
    files = {
        "sales.csv": sales,
        "products.csv": products,
        "stores.csv": [(store, f"Store {store}") for store in stores],
        "footfall.csv": footfall,
    }
    return PlantedChain(files, internal, external).shuffled(generator)
