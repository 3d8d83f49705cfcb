"""The pieces of a page that needs nothing but itself: no script, no other file, no network."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

import pandas as pd

from app import words
from app.export.text import escaped

STYLE = """
@page { size: A4; margin: 12mm }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 186mm; padding: 6mm 0; background: #fff; color: #1b2733;
  font: 9pt/1.3 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact }
h1 { margin: 1mm 0 2mm; font-size: 17pt; line-height: 1.15 }
h2 { margin: 4mm 0 1mm; font-size: 10.5pt }
h1, h2, .cut { overflow: hidden; overflow-wrap: anywhere; display: -webkit-box;
  -webkit-box-orient: vertical; -webkit-line-clamp: 2; line-clamp: 2 }
p { margin: 0 0 1mm }
a { color: #0b5c94 }
.quiet { color: #56646f; font-size: 8pt }
.swatch { display: inline-block; width: 4mm; height: 4mm; border-radius: 1mm }
.figures { display: flex; gap: 8mm; margin: 2mm 0 }
.figures b { display: block; font-size: 13pt; line-height: 1.2 }
.halves { display: flex; gap: 8mm }
.halves > div { flex: 1 1 0; min-width: 0 }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 8.25pt }
th { text-align: left; font-weight: 600; color: #56646f; border-bottom: .3mm solid #c9d2d9 }
th, td { padding: .5mm 1mm; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
td { border-bottom: .2mm solid #e7ecf0 }
.number { text-align: right; font-variant-numeric: tabular-nums }
svg { display: block; width: 100%; height: 3mm }
@media print { body { padding: 0; max-width: none } .screen { display: none } }
"""

MORE, LESS = "#0072b2", "#d55e00"
"""More and less than the chain, in two colours that nobody mixes up."""


def document(title: str, body: str, style: str = STYLE) -> str:
    """Return a whole page that a browser lets neither run nor load anything."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
        f"<title>{escaped(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def name(text: object) -> str:
    """Return a name as it was given, in the direction of its own script.

    Examples
    --------
    >>> name("<b>Mill</b>")
    '<bdi>&lt;b&gt;Mill&lt;/b&gt;</bdi>'
    """
    return f"<bdi>{escaped(text)}</bdi>"


def link(path: str, text: str) -> str:
    """Return a link to a file, given relative to the page.

    Examples
    --------
    >>> link("profiles/Tea & more.html", "Tea")
    '<a href="profiles/Tea%20%26%20more.html"><bdi>Tea</bdi></a>'
    """
    return f'<a href="{quote(path)}">{name(text)}</a>'


def cell(content: str, kind: str = "") -> str:
    """Return a cell of a table; the content is markup."""
    return f'<td class="{kind}">{content}</td>' if kind else f"<td>{content}</td>"


def table(columns: Sequence[tuple[str, str, int]], rows: Iterable[Sequence[str]]) -> str:
    """Return a table.

    Parameters
    ----------
    columns
        Header, class of the cells (`number` or none) and part of the width in percent.
    rows
        The cells of each row as markup.
    """
    widths = "".join(f'<col style="width:{width}%"/>' for _, _, width in columns)
    header = "".join(
        f'<th class="{kind}">{escaped(title)}</th>' if kind else f"<th>{escaped(title)}</th>"
        for title, kind, _ in columns
    )
    lines = "\n".join(
        "<tr>"
        + "".join(cell(part, kind) for part, (_, kind, _) in zip(row, columns, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><colgroup>{widths}</colgroup>\n<thead><tr>{header}</tr></thead>\n"
        f"<tbody>\n{lines}\n</tbody></table>"
    )


def index_bar(index: float | None) -> str:
    """Return a bar from the chain (100, in the middle) to an index; it ends at 0 and at 200.

    Examples
    --------
    >>> "width='25.0'" in index_bar(150).replace('"', "'"), index_bar(None)
    (True, '')
    """
    if pd.isna(index):
        return ""
    long = min(abs(index - 100), 100) / 2
    start = 50 if index >= 100 else 50 - long
    colour = MORE if index >= 100 else LESS
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="index {words.count(index)}">'
        f'<rect x="{start:.1f}" y="1" width="{long:.1f}" height="8" fill="{colour}"/>'
        '<rect x="49.7" y="0" width="0.6" height="10" fill="#56646f"/></svg>'
    )


def signed(number: float | None) -> str:
    """Write a number with its sign.

    Examples
    --------
    >>> signed(1.234), signed(-0.5), signed(None)
    ('+1.23', '-0.50', '—')
    """
    return words.NONE if pd.isna(number) else f"{number:+.2f}"
