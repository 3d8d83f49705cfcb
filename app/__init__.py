"""The dashboard: views arrange, charts draw, data asks, export writes what is taken away."""
