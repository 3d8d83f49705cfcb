"""Every kind of damage through the real build, and every line of it accounted for.

The files are written line by line with what is to become of each line.
"""

import copy
import gzip
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
import yaml
from source_chain import (
    COVERAGE,
    FEW_CLUSTERS,
    NEED_STATES,
    PRODUCTS,
    STORES,
    build,
    mix_of,
    published,
)

pytestmark = pytest.mark.end_to_end

NO_RECORD, FINE = "no record", "fine"


@dataclass
class Lines:
    """A text file, and what is to become of each line.

    A record may stand in more than one line; the further ones are then no records.
    """

    name: str
    end: str = "\n"
    texts: list[tuple[str, str, Decimal | None]] = field(default_factory=list)

    def add(self, text, fate=FINE, amount=None):
        """One record, or a line that is none, with what it is and its amount if it can be read."""
        self.texts.append((text, fate, None if amount is None else Decimal(amount)))

    def write(self, folder, encoding):
        """Write the file, compressed if the name says so."""
        data = "".join(text + self.end for text, _, _ in self.texts).encode(encoding)
        if self.name.endswith(".gz"):
            with gzip.open(folder / self.name, "wb") as file:
                file.write(data)
        else:
            (folder / self.name).write_bytes(data)

    def records(self):
        """The records: file, number of the first line, fate, amount, text."""
        line = 1
        for text, fate, amount in self.texts:
            if fate != NO_RECORD:
                yield f"data/{self.name}", line, fate, amount, text
            line += 1 + text.count(self.end)


def damaged_sales():
    """Three files of one source, with different line ends and columns in different order."""
    lf = Lines("sales_a.csv")
    lf.add('Turnover 2025; pipes of 2" and more', NO_RECORD)  # a title may hold anything
    lf.add("", NO_RECORD)
    lf.add("Filiale;Artikel;Datum;Umsatz;Stück;;Notiz", NO_RECORD)
    for number, store in enumerate(STORES):
        for product, amount in zip(PRODUCTS, mix_of(number), strict=True):
            lf.add(f"{store};{product};06.01.2025;{amount}.25;{number};;", amount=f"{amount}.25")
    lf.add("Köln;0001;06.01.2025;10.5;1;;größer", amount="10.5")
    lf.add('Köln;0003;06.01.2025;60;1;;"a; b"', amount="60")
    lf.add('Köln;"0004";06.01.2025;"30";1;;"two\nlines, and ""quotes"""', amount="30")
    lf.add('001;0001;07.01.2025;1;1;;pipe of 5" and more', amount="1")
    lf.add("001;0001;13.01.2025;-4.25;1;;", "return", "-4.25")
    lf.add("", NO_RECORD)
    lf.add("   ", "too few fields")
    lf.add("001;0001;08.01.2025;1.5", "too few fields", "1.5")
    lf.add("001;0001;08.01.2025;1.5;1;;;more", "too many fields", "1.5")
    lf.add("001;0001;08.01.2025;1.5;1;;;", amount="1.5")  # an empty field too many is none
    lf.add("001;0001;09.01.2025;1,5;1;;", "amount is not a number")
    lf.add("001;0001;09.01.2025;1_5;1;;", "amount is not a number")
    lf.add("001;0001;09.01.2025;;1;;", "amount is missing")
    lf.add("001;0001;09.01.2025;-999;1;;", "amount is -999", "-999")
    lf.add("001;0001;31.02.2025;2;1;;", "date is not a date", "2")
    lf.add("001;0001;2025-01-06;2;1;;", "date is not a date", "2")
    lf.add("001;0001;NA;2;1;;", "date is missing", "2")
    lf.add(";0001;09.01.2025;3;1;;", "store id is missing", "3")
    lf.add(" null ;0001;09.01.2025;3;1;;", "store id is missing", "3")
    lf.add("001;;09.01.2025;3;1;;", "product id is missing", "3")
    lf.add("001;0001;09.01.2025;3;one;;", "quantity is not a number", "3")
    lf.add("001;0001;10.01.2025;3;;;", amount="3")
    lf.add("001;0001;11.01.2025;3;-999;;", amount="3")
    lf.add("001;0001;31.12.2024;3;1;;", "outside the date window", "3")
    lf.add("001;0001;01.02.2025;3;1;;", "outside the date window", "3")
    lf.add("001;0001;01.01.2025;3;1;;", amount="3")
    lf.add("001;0001;31.01.2025;3;1;;", amount="3")
    lf.add(" 002 ;0001;06.01.2025;60.25;7;;", "row is there twice", "60.25")
    lf.add('003;0002;06.01.2025;31;2;;"in two\nlines"', "row is there twice", "31")
    lf.add("Köln;0002;06.01.2025;x;1;;größer", "amount is not a number")
    lf.add('Köln;0002;06.01.2025;5" x 6";1;;', "amount is not a number")

    crlf = Lines("sales_b.csv.gz", "\r\n")
    crlf.add("Turnover 2025", NO_RECORD)
    crlf.add("Umsatz;Stück;Artikel;Filiale;Datum", NO_RECORD)
    crlf.add("7.5;1;0001;040;14.01.2025", amount="7.5")
    crlf.add("", NO_RECORD)
    crlf.add("7.5;1;0001;040;14.01.2025", "row is there twice", "7.5")
    crlf.add("9;1;0002;40;14.01.2025", amount="9")  # not the store 040
    crlf.add("-2;1;0002;040;15.01.2025", "return", "-2")
    crlf.add("nothing;1;0002;040;15.01.2025", "amount is not a number")
    crlf.add("7.5;1;0001", "too few fields", "7.5")

    cr = Lines("sales_c.csv", "\r")
    cr.add("Turnover 2025", NO_RECORD)
    cr.add("Filiale;Artikel;Datum;Umsatz;Stück", NO_RECORD)
    cr.add("040;0001;20.01.2025;1;1", amount="1")
    cr.add("", NO_RECORD)
    cr.add("", NO_RECORD)
    cr.add("040;0001;21.01.2025;;1", "amount is missing")
    cr.add('040;0003;22.01.2025;"2";1', amount="2")
    cr.add("040;9999;22.01.2025;2;1", amount="2")
    return lf, crlf, cr


def damaged_lists():
    """A product list, a store list and a feed, by the name of the source."""
    products = Lines("products.tsv")
    products.add("Artikel\tWarengruppe\tBedarf", NO_RECORD)
    for product, need_state in NEED_STATES.items():
        products.add(f"{product}\tfood\t{need_state}")
    products.add("0005\tfood\t", "need state is missing")
    products.add("0006\tN/A\ttea", "category is missing")
    products.add("\tfood\ttea", "product id is missing")
    products.add("0001\t food\trum", "row is there twice")
    products.add("0001\tfood", "too few fields")
    products.add('0007\tfood\t"tea\n0008\tfood\ttea', "a quote is not closed")
    stores = Lines("stores.txt", "\r\n")
    stores.add("id|name|lat", NO_RECORD)
    for store in [*STORES, "Köln"]:
        stores.add(f"{store}|Filiale {store}|50.5")
    stores.add("", NO_RECORD)
    stores.add("002|Filiale 002|50.5", "store is there twice")
    stores.add("|Filiale|50.5", "store id is missing")
    stores.add("003|Filiale|50.5|x|y", "too many fields")
    stores.add('004|"Filiale|50.5\r\n005|Filiale"|50.5', "a quote is not closed")
    stores.add('006|"Filiale|50.5\r\n007|Filiale|50.5', "a quote is not closed")
    feed = Lines("visits.csv.gz", "\r")
    feed.add("store,visits,share", NO_RECORD)
    for number, store in enumerate(STORES):
        feed.add(f"{store},{100 + number},{'-999' if number == 3 else number % 5}")
    feed.add("001,many,1", "a feature is not a number")
    feed.add(",1,1", "key is missing")
    feed.add("001", "too few fields")
    feed.add("Köln,,1")
    return {"products": products, "stores": stores, "visits": feed}


DAMAGED = {
    "sources": {
        "sales": {
            "files": ["data/sales_*.csv", "data/sales_*.csv.gz"],
            "delimiter": ";",
            "encoding": "latin-1",
            "title_lines": 1,
            "quoted_line_breaks": True,
            "date_format": "%d.%m.%Y",
            "window": {"from": "2025-01-01", "to": "2025-01-31"},
            "columns": {"store_id": "Filiale", "product_id": "Artikel", "sold_on": "Datum",
                        "amount": "Umsatz", "quantity": "Stück"},
            "unique_by": ["store_id", "product_id", "sold_on"],
        },
        "products": {
            "files": "data/products.tsv",
            "columns": {"product_id": "Artikel", "category": "Warengruppe",
                        "need_state": "Bedarf"},
        },
        "stores": {
            "files": "data/stores.txt",
            "delimiter": "|",
            "columns": {"store_id": "id", "store_name": "name", "latitude": "lat"},
        },
        "feeds": {
            "visits": {
                "files": "data/visits.csv.gz",
                "key": "store",
                "matches": "store_id",
                "combine": "mean",
                "features": {"visits": "visits", "share": "share"},
            },
        },
    },
    "quality": {"missing_markers": ["NA", "N/A", "null", "-999"]},
    **FEW_CLUSTERS,
}  # fmt: skip


@pytest.fixture(scope="module")
def damaged(new_chain):
    """A chain with the damaged files, not yet built."""
    chain = new_chain("damaged")
    (chain.path / "data").mkdir()
    for file in damaged_sales():
        file.write(chain.path / "data", "latin-1")
    for file in damaged_lists().values():
        file.write(chain.path / "data", "utf-8")
    return chain


@pytest.fixture(scope="module")
def strict(damaged):
    """What a build with the default share of refused rows says; it fails."""
    return build(damaged, DAMAGED, "strict", check=False)


@pytest.fixture(scope="module")
def lenient(damaged):
    """Built with a share that lets the damage through; returns are netted."""
    settings = copy.deepcopy(DAMAGED)
    settings["quality"]["maximum_rejected_share"] = 0.7
    build(damaged, settings, "lenient")
    return damaged


@pytest.fixture(scope="module")
def turned(damaged):
    """The same files with returns refused, and without window, unique_by and the marker -999."""
    settings = copy.deepcopy(DAMAGED)
    settings["quality"] = {"maximum_rejected_share": 0.7, "returns": "refuse",
                           "missing_markers": ["NA", "N/A", "null"]}  # fmt: skip
    del settings["sources"]["sales"]["window"], settings["sources"]["sales"]["unique_by"]
    build(damaged, settings, "turned")
    return damaged


FATES = {
    "lenient": {"return": FINE, "amount is -999": "amount is missing"},
    "turned": {
        "amount is -999": "return",
        "outside the date window": FINE,
        "row is there twice": FINE,
    },
}


def expected_sales(name):
    """The records of the sales files: file, line, fate, amount, text."""
    for file in damaged_sales():
        for path, line, fate, amount, text in file.records():
            yield path, line, FATES[name].get(fate, fate), amount, text


def refused(rows):
    """Refused records as rejected_rows shows them."""
    return sorted((path, line, fate, text) for path, line, fate, _, text in rows if fate != FINE)


def shown(chain, name, source):
    """The rows of rejected_rows."""
    rows = published(
        chain, name,
        f"select file, line, reason, raw from marts.rejected_rows where source = '{source}'",
    )  # fmt: skip
    return sorted(rows.itertuples(index=False, name=None))


@pytest.mark.parametrize("name", ["lenient", "turned"])
def test_every_line_of_the_sales_is_accepted_or_listed_as_it_stands(name, request):
    chain = request.getfixturevalue(name)
    rows = list(expected_sales(name))
    assert shown(chain, name, "sales") == refused(rows)
    [coverage] = published(chain, name, f"{COVERAGE} and source = 'sales'").to_dict("records")
    fates = Counter(fate == FINE for _, _, fate, _, _ in rows)
    assert coverage["rows_read"] == len(rows)
    assert coverage["rows_accepted"] == fates[True]
    assert coverage["rows_rejected"] == fates[False]
    accepted = [amount for _, _, fate, amount, _ in rows if fate == FINE]
    assert coverage["sales_accepted"] == sum(accepted)
    assert coverage["rows_returned"] == sum(amount < 0 for amount in accepted)
    if name == "lenient":
        assert coverage["rows_returned"] == 2
        assert coverage["sales_unmapped"] == 2  # the product 9999


def test_every_line_of_the_lists_and_feeds_is_accepted_or_listed_as_it_stands(lenient):
    coverage = published(lenient, "lenient", COVERAGE).set_index("source")
    for source, file in damaged_lists().items():
        rows = list(file.records())
        if source == "stores":  # stores of the same name: the one that comes first counts
            assert refused(rows)[0][3].startswith("002|Filiale 002|")
        assert shown(lenient, "lenient", source) == refused(rows)
        assert coverage.loc[source, "rows_read"] == len(rows)
        assert coverage.loc[source, "rows_rejected"] == len(refused(rows))
        assert coverage.loc[source, "rows_accepted"] == len(rows) - len(refused(rows))


def test_what_is_published_has_the_sales_of_each_store(lenient):
    found = published(
        lenient, "lenient",
        "select store_id, raw_value from marts.store_features "
        "where dataset = 'internal' and feature = 'rum'",
    ).set_index("store_id")["raw_value"]  # fmt: skip
    # ids keep their zeros and their umlauts, and quotes are no part of them
    assert set(found.index) == {*STORES, "Köln", "40"}
    assert found["Köln"] == pytest.approx(10.5 / 100.5)
    assert found["40"] == 0
    of_store = sum([Decimal("60.25"), Decimal("1"), Decimal("-4.25"), Decimal("1.5"), 4 * 3])
    rest = sum(mix_of(0)[1:]) + Decimal("0.75")
    assert found["001"] == pytest.approx(float(of_store / (of_store + rest)))


def test_a_marker_that_is_a_number_is_no_value_of_a_feature(lenient, turned):
    sql = (
        "select raw_value from marts.store_features "
        "where dataset = 'external' and feature = 'share' and store_id = '004'"
    )
    assert published(lenient, "lenient", sql)["raw_value"].isna().all()
    assert published(turned, "turned", sql)["raw_value"].tolist() == [-999]


def test_too_many_refused_rows_stop_the_build_and_the_reason_is_said(strict, damaged):
    assert not (damaged.path / "warehouse_strict/prod.duckdb").exists()
    # what the settings themselves keep out speaks neither for nor against the source
    rows = [row for row in expected_sales("lenient") if row[2] != "outside the date window"]
    count = sum(fate != FINE for _, _, fate, _, _ in rows)
    share = f"{100 * count / len(rows):.1f}"
    assert f"sales: {count} of {len(rows)} rows were refused, {share} %" in strict
    assert "more than quality.maximum_rejected_share allows, 5.0 %" in strict
    # of 11 products 6 were refused, and one behind an open quote was not read
    assert "products: 7 of 11 rows were refused" in strict
    for source in ("stores", "visits"):
        assert f"  {source}: " in strict


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            'id,note,more\n1,"a\nb",3\n2,x,4\n',
            "has a quoted field with a line break: set quoted_line",
        ),
        ("id,note\n1,Köln\n".encode("latin-1"), "is not of the encoding utf-8"),
    ],
    ids=["line break", "encoding"],
)
def test_a_file_that_cannot_be_read_says_what_to_set(damaged, content, words):
    file = damaged.path / "data/unreadable.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    settings = copy.deepcopy(DAMAGED)
    settings["sources"]["products"] = {
        "files": "data/unreadable.csv", "columns": {"product_id": "id", "need_state": "note"},
    }  # fmt: skip
    damaged.environment["WAREHOUSE_DIR"] = "warehouse_unreadable"
    said = damaged.build(
        "--select", "stg_products", "--vars", yaml.safe_dump(settings), check=False,
    )  # fmt: skip
    assert f"data/unreadable.csv {words}" in said
