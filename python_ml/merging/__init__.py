"""From the clusters of both sides to final ones: merged labels, and what becomes of small ones."""

from python_ml.merging.methods import cluster_both_sides
from python_ml.merging.settling import SCHEMA, settle_small_clusters

__all__ = ["SCHEMA", "cluster_both_sides", "settle_small_clusters"]
