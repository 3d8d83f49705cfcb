"""The dashboard: views arrange, charts draw, data asks."""
