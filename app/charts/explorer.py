"""The look of the explorer: that of the page around it, and its clusters in our colours."""

from . import theme

MARK = theme.COLOURS[0]
"""The colour of what is not divided into parts."""

LINE = {"light": "#d8dfe5", "dark": "#33414d"}


def charts() -> dict[str, object]:
    """Return how its charts look on a light and on a dark page, as Vega has it."""
    return {look: _chart(look) for look in theme.PAGE}


def around() -> dict[str, dict[str, str]]:
    """Return the colours of its lists and buttons, by the names that it has for them."""
    return {
        "light": _around("light", strong="#005a8c", quiet="#f3f6f8", small="#566573"),
        "dark": _around("dark", strong="#56b4e9", quiet="#1b252e", small="#a3b1bd"),
    }


def _chart(look: str) -> dict[str, object]:
    """Return the settings of Vega for one look."""
    text, line = theme.TEXT[look], LINE[look]
    named = {"labelColor": text, "titleColor": text}
    marks = ("area", "bar", "circle", "rect", "tick", "arc")
    return {
        "background": "transparent",
        "range": {"category": list(theme.COLOURS)},
        "axis": named | {"gridColor": line, "domainColor": text, "tickColor": text},
        "header": named,
        "legend": named,
        "text": {"color": text},
        "view": {"stroke": line},
        "boxplot": {"ticks": {"fill": text}, "rule": {"color": text}},
        "line": {"stroke": MARK},
        "point": {"stroke": MARK},
    } | {mark: {"fill": MARK} for mark in marks}


def _around(look: str, *, strong: str, quiet: str, small: str) -> dict[str, str]:
    """Return the colours of one look."""
    return {
        "background": theme.PAGE[look],
        "foreground": theme.TEXT[look],
        "primary": strong,
        "primary-foreground": theme.PAGE[look],
        "muted": quiet,
        "muted-foreground": small,
        "border": LINE[look],
        "ring": strong,
    }
