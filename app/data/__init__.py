"""What the published database says: the only place with SQL and caching."""
