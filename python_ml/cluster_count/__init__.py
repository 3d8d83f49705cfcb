"""How many clusters: every candidate scored, one chosen, each with its reason."""

from python_ml.cluster_count.rules import RULES
from python_ml.cluster_count.search import SCHEMA, score_cluster_counts, score_rows

__all__ = ["RULES", "SCHEMA", "score_cluster_counts", "score_rows"]
