"""Which settings the code uses, found by reading it."""

import ast
import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path

SETTING = re.compile(r"(?:set (\w+) = )?\bsetting\(([^()]+)\)((?:\.\w+)*)")
# what the functions of python_ml call the settings that they are given
GIVEN = {"settings", "algorithm", "internal", "external"}


def used_in_sql(paths: list[str], texts: Mapping[Path, str]) -> set[str]:
    """Find the settings that models and macros ask for; a macro is in a file of its name.

    A part of a path that is a variable counts for the words that the file, or one that calls its
    macro, spells.

    Examples
    --------
    >>> paths = ["internal.scale.clip", "external.scale.clip", "internal.scale.method"]
    >>> macro = "{% set scale = setting(dataset ~ '.scale') %} {{ scale.clip }} {# scale.method #}"
    >>> used_in_sql(paths, {Path("fit.sql"): macro, Path("own.sql"): "{{ fit('internal') }}"})
    {'internal.scale.clip'}
    >>> used_in_sql(paths, {Path("own.sql"): "{% if setting('internal.scale.method') %}"})
    {'internal.scale.method'}
    """
    codes = {file: _jinja(text) for file, text in texts.items()}
    spelled = {file: set(re.findall(r"'(\w+)'", code)) for file, code in codes.items()}
    calls = {file: called_in(code) for file, code in codes.items()}
    callers = {file: {one for one in codes if file.stem in calls[one]} for file in codes}
    used = set()
    for file, code in codes.items():
        words = set().union(*(spelled[one] for one in reached(file, callers)))
        unquoted = re.sub(r"'[^']*'", "''", code)
        for variable, expression, below in SETTING.findall(code):
            for path in paths:
                found = re.match(_pattern(expression), path)
                if found and set(found.groups()) <= words:
                    key = path[found.end() :]
                    is_read = variable and rf"\b{variable}{re.escape(key)}\b"
                    if below in (key, f"{key}.items") or (is_read and re.search(is_read, unquoted)):
                        used.add(path)
    return used


def used_in_python(models: list[ast.Module], modules: Mapping[str, ast.Module]) -> set[str]:
    """Find the settings that Python models, and the modules that those call, ask for.

    A model hands a section to a function: that counts for the keys that the module of the
    function, or one that it imports, takes from its settings.

    Examples
    --------
    >>> fit = ast.parse("def fit(rows, settings): return rows * settings['clip']")
    >>> model = "from python_ml.fitting import fit; fit(rows, settings=section(table, 'a.scale'))"
    >>> used_in_python([ast.parse(model)], {"python_ml.fitting": fit})
    {'a.scale.clip'}
    >>> used_in_python([ast.parse("section(table, 'a.scale')['seed']")], {})
    {'a.scale.seed'}
    >>> used_in_python([], {"python_ml.fitting": ast.parse("settings['resources']['cores']")})
    {'resources.cores'}
    """
    imports = {name: set(_imports(tree)) & set(modules) for name, tree in modules.items()}
    keys = {name: set(_keys(tree)) for name, tree in modules.items()}
    used = {key for found in keys.values() for key in found if "." in key}
    for tree in models:
        below = set()
        for name in set(_imports(tree)) & set(modules) - {"python_ml.settings"}:
            below = below.union(*(keys[one] for one in reached(name, imports)))
        picked = {
            node.value: node.slice.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if getattr(call.func, "id", "") == "section":
                asked = {picked[call]} if call in picked else below
                used |= {f"{section.value}.{key}" for section in call.args[1:] for key in asked}
    return used


def called_in(code: str) -> set[str]:
    """The names of all that a text calls."""
    return set(re.findall(r"\b(\w+)\(", code))


def reached(start: Hashable, steps: Mapping) -> set:
    """One and all that can be reached from it."""
    seen, left = set(), {start}
    while left:
        seen |= left
        left = set().union(*(steps[one] for one in left)) - seen
    return seen


def _jinja(text: str) -> str:
    """What Jinja computes; comments and SQL are left out."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    return "\n".join(re.findall(r"\{[{%].*?[}%]\}", text, flags=re.DOTALL))


def _pattern(expression: str) -> str:
    """A regular expression for the paths that an expression such as dataset ~ '.scale' can be."""
    parts = [part.strip() for part in expression.split("~")]
    found = [re.escape(part.strip("'")) if "'" in part else r"(\w+)" for part in parts]
    return "".join(found) + r"(?=\.|$)"


def _imports(tree: ast.Module) -> Iterator[str]:
    """The modules that are imported; of `from module import name` the name may be one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _keys(tree: ast.Module) -> Iterator[str]:
    """The keys that are taken from settings; of settings["a"]["b"] also a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            path, value = [], node
            while isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
                path.insert(0, str(value.slice.value))
                value = value.value
            if path and _is_given(value):
                yield ".".join(path)
        elif isinstance(node, ast.GeneratorExp) and _is_given(getattr(node.elt, "value", None)):
            # settings[name] for name in ("method", "neighbours")
            yield from (name.value for name in getattr(node.generators[0].iter, "elts", []))


def _is_given(value: ast.AST | None) -> bool:
    """Say whether an expression is called as settings are."""
    return getattr(value, "attr", getattr(value, "id", "")) in GIVEN
