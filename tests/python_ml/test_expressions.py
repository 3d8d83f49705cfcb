"""An expression of a settings file is one over the columns of its row, or it is refused unread."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_origin

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from python_ml.expressions import MOST_CHARACTERS, ExpressionError, columns_of
from python_ml.settings import SettingsError, check_settings, merge_layers
from python_ml.source_schema import Sources, SqlExpression

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "exp(cast(logmove as double))": ["logmove"],
    "replace(county, ' County', '')": ["county"],
    "ring || ' min'": ["ring"],
    "case when ring = '5' then population end": ["ring", "population"],
    "price * move / nullif(qty, 0)": ["price", "move", "qty"],
    "coalesce(a, b, 'none') in ('x', 'y') and not c is null": ["a", "b", "c"],
    'try_cast("Unit price" as decimal(18, 2)) between 1 and 2': ["Unit price"],
    "try_strptime(day, '%d.%m.%Y')::date + interval 1 day": ["day"],
    "lpad(trim(store), 4, '0')": ["store"],
    "[price1, price2][cast(brand as integer)]": ["price1", "price2", "brand"],
    "extract(year from sold_on)": ["sold_on"],
    "regexp_extract(text, '[0-9]+')": ["text"],
    "'; drop table x; --'": [],
    "'a -- b' || E'\\'/*' || $$--$$ || \"c /* d\"": ["c /* d"],
    "price - -1 * - -2": ["price"],
}
REFUSED = {
    "price; select 1": "cannot be read as an expression",
    "1); copy (select 1) to '{out}'; select (1": "cannot be read as an expression",
    "1) from x; copy (select 1) to '{out}'; select (1": "cannot be read as an expression",
    "1); attach '{out}' as other; select (1": "cannot be read as an expression",
    "1)) to '{out}'; copy ((select (1": "cannot be read as an expression",
    "price; copy (select 1) to '{out}'": "cannot be read as an expression",
    "price from (select 1); copy (select 1) to '{out}'": "cannot be read as an expression",
    "price; create table other as select 1": "cannot be read as an expression",
    "price; set autoinstall_known_extensions = true": "cannot be read as an expression",
    "price; install httpfs; load httpfs": "cannot be read as an expression",
    "price; export database '{out}'": "cannot be read as an expression",
    "copy (select 1) to '{out}'": "cannot be read as an expression",
    "price -- the rest of the line": "has a comment",
    "price -- with the tax\n * 1.2": "has a comment",
    "price /* the rest": "has a comment",
    "price /* the tax */ * 1.2": "has a comment",
    "/**/1": "has a comment",
    "'a' || 'b' -- 'c'": "has a comment",
    "1) --": "has a comment",
    "1); copy (select 1) to '{out}' --": "has a comment",
    "price\x00; select 1": "cannot be read as an expression",
    "price; \u2028select 1": "cannot be read as an expression",
    "price as other": "cannot be read as an expression",
    "distinct price": "cannot be read as an expression",
    "price limit 1": "cannot be read as an expression",
    "price from files": "cannot be read as an expression",
    "1 union select 2": "cannot be read as an expression",
    "1), (2": "cannot be read as an expression",
    "price, store": "more than one expression",
    "(select max(price) from files)": "a query inside the expression",
    "price = any(select 1)": "a query inside the expression",
    "exists(from read_text('/etc/hostname'))": "a query inside the expression",
    "sum(price)": "uses sum",
    "abs(price) filter (where true)": "uses abs",
    "abs(distinct price)": "uses abs",
    "coalesce(*columns(*))": "uses operator unpack",
    "price[random()]": "uses random",
    "cast(getenv('HOME') as varchar)": "uses getenv",
    "case when price > random() then 1 end": "uses random",
    "list_value(query('select 1'))": "uses query",
    "other.main.trim(price)": "uses other.main.trim",
    "other.trim(price)": "uses other.trim",
    "read_csv('/etc/hostname')": "uses read_csv",
    "read_blob('/etc/hostname')": "uses read_blob",
    "glob('/etc/*')": "uses glob",
    "price glob '/etc/*' and query_table('x')": "uses query_table",
    "count(*) filter (where price > 1)": "uses count",
    "row_number() over ()": "a window",
    "lag(price) over (order by day)": "a window",
    "*": "a star",
    "columns('p.*')": "a star",
    "#1": "the number of a column",
    "$1": "a parameter",
    "unnest([1, 2])": "uses unnest",
    "list_transform(x, y -> y)": "uses list_transform",
    "random()": "uses random",
    "now()": "uses now",
    "getenv('HOME')": "uses getenv",
    "current_setting('memory_limit')": "uses current_setting",
    "read_text('/etc/hostname')": "uses read_text",
    "nextval('s')": "uses nextval",
    "error('stop')": "uses error",
    "publish_swap('{out}', '{out}')": "uses publish_swap",
    "repeat('x', 1000000000)": "uses repeat",
    "price collate nocase": "a collation",
    " ": "cannot be read as an expression",
    "'": "cannot be read as an expression",
    "abs(" * 900 + "1" + ")" * 900: "is nested too deeply",
    "1 + " * MOST_CHARACTERS + "1": "more than 5,000 characters",
}


@pytest.mark.parametrize("expression", ALLOWED)
def test_an_expression_over_the_columns_of_a_row_names_its_columns(expression):
    assert columns_of(expression) == ALLOWED[expression]


@pytest.mark.parametrize("expression", REFUSED, ids=lambda text: text[:40])
def test_anything_else_is_refused_by_the_name_of_the_setting(expression, tmp_path):
    out = tmp_path / "written.csv"
    defaults = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]
    amount = {"sql": expression.replace("{out}", str(out))}
    columns = {"store_id": "Store", "product_id": "Product", "amount": amount}
    user = {"sources": {"sales": {"files": "sales.csv", "columns": columns}}}
    with pytest.raises(SettingsError) as caught:
        check_settings(merge_layers(defaults, user))
    said = str(caught.value)
    assert said.startswith("sources.sales.columns.amount.sql: ")
    assert REFUSED[expression] in said
    assert "make it " in said or "take it out" in said or "one expression may stand here" in said
    assert list(tmp_path.iterdir()) == []


HOSTILE = {"sql": "1); copy (select 1) to 'written.csv'; select (1"}
ANY = {"files": "x.csv"}
FEED = ANY | {"key": "k", "matches": "store_id", "combine": "mean", "features": {"a": "a"}}
OVERRIDE = {"store_id": "s", "cluster": "c", "author": "a", "reason": "r"}
SALES = {"store_id": "s", "product_id": "p", "amount": "a"}
PLACES = {
    **{
        f"sales.columns.{name}": {"sales": ANY | {"columns": SALES | {name: HOSTILE}}}
        for name in ("store_id", "product_id", "amount", "sold_on", "quantity", "row_id")
    },
    **{
        f"products.columns.{name}": {
            "products": ANY | {"columns": {"product_id": "p", name: HOSTILE}}
        }
        for name in ("product_id", "category", "need_state")
    },
    **{
        f"stores.columns.{name}": {"stores": ANY | {"columns": {"store_id": "s", name: HOSTILE}}}
        for name in ("store_id", "store_name", "latitude", "longitude", "status")
    },
    "stores.attributes.zip": {
        "stores": ANY | {"columns": {"store_id": "s"}, "attributes": {"zip": HOSTILE}}
    },
    **{
        f"overrides.columns.{name}": {"overrides": ANY | {"columns": OVERRIDE | {name: HOSTILE}}}
        for name in ("store_id", "category", "cluster", "author", "reason", "until")
    },
    "feeds.f.key": {"feeds": {"f": FEED | {"key": HOSTILE}}},
    "feeds.f.split_by": {"feeds": {"f": FEED | {"split_by": HOSTILE}}},
    "feeds.f.features.a": {"feeds": {"f": FEED | {"features": {"a": HOSTILE}}}},
    "feeds.f.features.a.column": {
        "feeds": {"f": FEED | {"features": {"a": {"column": HOSTILE, "combine": "sum"}}}}
    },
    "feeds.f.categories.a": {"feeds": {"f": FEED | {"categories": {"a": HOSTILE}}}},
    "feeds.f.attributes.a": {"feeds": {"f": FEED | {"attributes": {"a": HOSTILE}}}},
}


@pytest.mark.parametrize("place", PLACES)
def test_wherever_a_column_may_stand_the_expression_is_checked(place):
    defaults = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["defaults"]
    sources = {"sales": ANY | {"columns": SALES}} | PLACES[place]
    with pytest.raises(SettingsError, match=f"sources.{place}.sql: cannot be read as an express"):
        check_settings(merge_layers(defaults, {"sources": sources}))


def test_no_place_of_a_column_is_left_out():
    """Whatever the schema of the sources takes an expression for is one of the places above."""
    assert set(_places_of(Sources)) == {
        re.sub(r"^feeds\.f\.", "feeds.*.", re.sub(r"(attributes|features|categories)\.\w+",
               r"\1.*", place)) for place in PLACES
    }  # fmt: skip


def _places_of(model, path=()):
    """The paths of a model at which an expression may stand; `*` is a name that the user gives."""
    for name, field in model.model_fields.items():
        yield from _places_in(field.annotation, (*path, name))


def _places_in(annotation, path):
    if annotation is SqlExpression:
        yield ".".join(path)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _places_of(annotation, path)
    else:
        parts = get_args(annotation)
        is_map = get_origin(annotation) is dict
        for part in parts[1:] if is_map else parts:
            yield from _places_in(part, (*path, "*") if is_map else path)


PIECES = [
    *"ab1'\"();,[]{}*+-\n\\",
    *("--", "/*", "*/", "$$", "$x$", "E'", " as ", " from ", " in (", " and ", "abs(", "sum(a)"),
    *("select ", "; copy a to 'x'", " over ()", "random()", " case when ", " then ", " end "),
]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_accepted_stays_one_column_in_a_query(text):
    try:
        columns_of(text)
    except ExpressionError:
        return
    # in brackets, as in the models, and without, as where files are described
    for query in (
        f"select ({text}) as value, 1 as other from source",
        f"describe select {text} from (select 1)",
    ):
        [statement] = duckdb.extract_statements(query)
        assert statement.query == query


def test_make_settings_refuses_an_expression_by_its_name_and_runs_nothing(tmp_path):
    out = tmp_path / "written.csv"
    file = tmp_path / "settings.yml"
    amount = {"sql": f"1); copy (select 1) to '{out}'; select (1"}
    columns = {"store_id": "Store", "product_id": "Product", "amount": amount}
    file.write_text(yaml.safe_dump({"sources": {"sales": {"files": "x.csv", "columns": columns}}}))
    command = [sys.executable, "-m", "python_ml.settings", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was run, the settings need a change:\n")
    assert "sources.sales.columns.amount.sql: cannot be read as an expression" in done.stderr
    assert "one expression may stand here" in done.stderr
    assert list(tmp_path.iterdir()) == [file]
