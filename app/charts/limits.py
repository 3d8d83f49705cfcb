"""How much each kind of chart can draw while a browser stays quick: measured."""

SHAPES = 1_000
"""Points as shapes of the page (SVG)."""

POINTS = 5_000
"""Points drawn by the graphics card."""

POINTS_3D = 5_000
"""Points in space."""

LINES = 1_000
"""Lines of parallel coordinates."""
