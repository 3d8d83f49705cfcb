"""How much a chart or a list can show while a browser stays quick: measured."""

SHAPES = 1_000
"""Points as shapes of the page (SVG)."""

POINTS = 5_000
"""Points drawn by the graphics card."""

POINTS_3D = 5_000
"""Points in space."""

LINES = 1_000
"""Lines of parallel coordinates."""

ROWS = 2_000
"""Rows of a list of stores."""
