"""Text that stays text: in a spreadsheet, in a page, in the name of a file."""

import html
import re
import unicodedata
from collections.abc import Iterable

FORMULA = re.compile(r"^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a text begins that a spreadsheet program takes for a formula; the last four are wide."""

_UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML, and with it a page and a workbook, cannot hold."""

_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}
_LONGEST_NAME = 60


def readable(value: object) -> str:
    r"""Return the text of a value, without characters that no page or workbook can hold.

    Examples
    --------
    >>> readable("a\x00b"), readable(7)
    ('a\ufffdb', '7')
    """
    return _UNREADABLE.sub("\ufffd", str(value))


def escaped(value: object) -> str:
    """Return the text of a value as a page shows it literally.

    Examples
    --------
    >>> escaped('<b>Bread & "rolls"</b>')
    '&lt;b&gt;Bread &amp; &quot;rolls&quot;&lt;/b&gt;'
    """
    return html.escape(readable(value))


def file_names(names: Iterable[str], otherwise: str) -> dict[str, str]:
    """Return for each name one that any file system takes and no other name has.

    Letters and digits of any script stay, all else becomes a hyphen. Names that are one then are
    numbered in their alphabetical order; upper and lower case count as one.

    Parameters
    ----------
    otherwise
        What a name without any letter or digit is called.

    Examples
    --------
    >>> file_names(["Café & Bar", "café/bar", "../..", "con"], otherwise="category")
    {'../..': 'category', 'Café & Bar': 'Café-Bar', 'café/bar': 'café-bar-2', 'con': 'category-con'}
    """
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(set(names)):
        words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name))
        stem = "-".join(words)[:_LONGEST_NAME].rstrip("-") or otherwise
        if stem.casefold() in _RESERVED:
            stem = f"{otherwise}-{stem}"
        number, free = 1, stem
        while free.casefold() in taken:
            number += 1
            free = f"{stem}-{number}"
        taken.add(free.casefold())
        given[name] = free
    return given
