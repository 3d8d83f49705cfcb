"""An expression of a settings file is one over the columns of its row, or it is refused unread."""

from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from python_ml.expressions import MOST_CHARACTERS, ExpressionError, columns_of
from python_ml.settings import SettingsError, check_settings, merge_layers

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
    "price -- with the tax\n * 1.2": ["price"],
}
REFUSED = {
    "price; select 1": "cannot be read as an expression",
    "1); copy (select 1) to '{out}'; select (1": "cannot be read as an expression",
    "1) from x; copy (select 1) to '{out}'; select (1": "cannot be read as an expression",
    "1); attach '{out}' as other; select (1": "cannot be read as an expression",
    "price -- the rest of the line": "cannot be read as an expression",
    "price /* the rest": "cannot be read as an expression",
    "1) --": "cannot be read as an expression",
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
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("ab(),;'\"*-/ \n$[]{}:.1=<|"), max_size=30))
def test_whatever_is_accepted_stays_one_column_in_a_query(text):
    try:
        columns_of(text)
    except ExpressionError:
        return
    query = f"select ({text}) as value, 1 as other from source"
    with duckdb.connect() as connection:
        [statement] = connection.extract_statements(query)
        assert statement.type == duckdb.StatementType.SELECT
        assert statement.query == query
