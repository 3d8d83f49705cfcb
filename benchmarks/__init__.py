"""Measurements; never a part of a build. `make bench` runs them all."""
