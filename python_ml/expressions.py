"""Which SQL a settings file may give for a column: one expression over the columns of its row.

An expression becomes a part of the models that dbt runs. DuckDB's own parser reads it here and runs
nothing. Whatever is not on the lists below is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

MOST_CHARACTERS = 5_000
# By what they compute with: numbers; missing values and lists; text; days and times.
FUNCTIONS = """
    + - * / // % ** ^ @ & | ~ << >> abs add ceil ceiling divide even exp floor fmod greatest
    isfinite isinf isnan least ln log log10 log2 mod multiply pow power round round_even sign
    sqrt subtract trunc

    ifnull list_value nullif

    || ~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape chr concat
    concat_ws contains ends_with format instr lcase left length lower lpad ltrim nfc_normalize
    ord position prefix printf regexp_extract regexp_full_match regexp_matches regexp_replace
    replace reverse right rpad rtrim split_part starts_with strip_accents strlen strpos substr
    substring suffix translate trim ucase unicode upper

    century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc
    day dayname dayofmonth dayofweek dayofyear epoch epoch_ms epoch_us hour isodow isoyear
    last_day make_date make_timestamp minute month monthname quarter second strftime strptime
    timezone to_days to_hours to_minutes to_months to_seconds to_timestamp to_weeks to_years
    try_strptime week weekday weekofyear year yearweek
"""
OPERATORS = """
    OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE COMPARE_IN
    COMPARE_NOT_IN ARRAY_EXTRACT STRUCT_EXTRACT
"""
PARTS = "COLUMN_REF CONSTANT CASE CAST COMPARISON CONJUNCTION BETWEEN"
REFUSED = {
    "STAR": "a star",
    "SUBQUERY": "a query inside the expression",
    "WINDOW": "a window over other rows",
    "LAMBDA": "a lambda",
    "PARAMETER": "a parameter",
    "POSITIONAL_REFERENCE": "the number of a column",
    "COLLATE": "a collation",
    "DEFAULT": "the word default",
}
MAY_STAND = (
    "one expression may stand here: columns of the row, constants, arithmetic, comparisons, "
    "case when, cast, and functions of text, numbers and days"
)


class ExpressionError(ValueError):
    """What is wrong with an expression, in a sentence for the user."""


def columns_of(expression: str) -> list[str]:
    """The columns that an expression reads.

    Parameters
    ----------
    expression : str
        SQL, as a settings file gives it.

    Returns
    -------
    list of str
        Names as they are written, each once, in order; of `a.b` the name `a`.

    Raises
    ------
    ExpressionError
        If it is anything but one expression over the columns of one row.

    Examples
    --------
    >>> columns_of("price * exp(cast(Pieces as double)) - coalesce(price, 0)")
    ['price', 'Pieces']
    >>> columns_of("sum(price)")
    Traceback (most recent call last):
    ...
    python_ml.expressions.ExpressionError: uses sum, which is not a function of one row; one \
expression may stand here: columns of the row, constants, arithmetic, comparisons, case when, \
cast, and functions of text, numbers and days
    """
    try:
        tree = _parse(expression)
        nodes = list(_nodes(tree))
    except RecursionError:
        raise ExpressionError("is nested too deeply; make it simpler") from None
    for node in nodes:
        fault = _fault(node)
        if fault:
            raise ExpressionError(f"{fault}; {MAY_STAND}")
    names = (node["column_names"][0] for node in nodes if node.get("class") == "COLUMN_REF")
    return list(dict.fromkeys(names))


def _parse(expression: str) -> dict[str, Any]:
    """The tree of an expression that is one, with and without brackets around it.

    With brackets alone `1) from files; select (2` would be one, without them `1 as one`.
    """
    if len(expression) > MOST_CHARACTERS:
        raise ExpressionError(f"has more than {MOST_CHARACTERS:,} characters; make it shorter")
    # a connection that could reach nothing, should the parser ever run what it reads
    with duckdb.connect(":memory:", config={"enable_external_access": "false"}) as connection:
        trees = []
        for text in (f"select ({expression})", f"select {expression}"):
            rows = connection.execute("select json_serialize_sql(?)", [text]).fetchall()
            parsed = json.loads(rows[0][0])
            if parsed["error"]:
                # the place is one of the text that was made of it
                said = parsed["error_message"].split("\n")[0].replace(text, expression)
                raise ExpressionError(f"cannot be read as an expression ({said}); {MAY_STAND}")
            trees.append(_bare(parsed["statements"]))
    if trees[0] != trees[1] or not _is_one_expression(trees[0]):
        raise ExpressionError(f"is more than one expression; {MAY_STAND}")
    return trees[0][0]["node"]["select_list"][0]


def _bare(tree: Any) -> Any:
    """A tree without the places in the text."""
    if isinstance(tree, dict):
        return {key: _bare(value) for key, value in tree.items() if key != "query_location"}
    return [_bare(value) for value in tree] if isinstance(tree, list) else tree


def _is_one_expression(statements: list[dict[str, Any]]) -> bool:
    """Whether there is one statement, which selects one expression from nothing."""
    if len(statements) != 1 or statements[0]["node"]["type"] != "SELECT_NODE":
        return False
    node = dict(statements[0]["node"])
    selected, source = node.pop("select_list"), node.pop("from_table")
    is_plain = node.pop("aggregate_handling") == "STANDARD_HANDLING" and node.pop("type")
    rest = [value for value in node.values() if value not in (None, [], {"map": []})]
    return bool(is_plain) and not rest and len(selected) == 1 and source["type"] == "EMPTY"


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every part of an expression, from the outside in."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _fault(node: dict[str, Any]) -> str | None:
    """What is not allowed in a part of an expression, if anything."""
    kind, name = node["class"], node.get("function_name", "")
    if node.get("alias"):
        return f"gives a name ({node['alias']})"
    if kind == "FUNCTION":
        is_plain = not (node["filter"] or node["distinct"] or node["order_bys"]["orders"])
        if name in FUNCTIONS.split() and is_plain and node["schema"] in ("", "main"):
            return None
        return f"uses {name}, which is not a function of one row"
    if kind in PARTS.split() or (kind == "OPERATOR" and node["type"] in OPERATORS.split()):
        return None
    return f"uses {REFUSED.get(kind, node['type'].lower().replace('_', ' '))}"
