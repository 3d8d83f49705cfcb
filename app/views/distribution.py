"""Clusters: how stores and sales divide over the clusters of every stage."""

import streamlit as st

from app.data import clusters
from app.views import filters
from app.views.show import show_table

SIZE_COLUMNS = {
    "title": st.column_config.TextColumn("Cluster", width="large"),
    "store_count": st.column_config.NumberColumn("Stores", format="localized"),
    "store_share": st.column_config.NumberColumn("Share of stores", format="percent"),
    "sales_amount": st.column_config.NumberColumn("Sales", format="localized"),
    "sales_share": st.column_config.NumberColumn("Share of sales", format="percent"),
}

scope = filters.scope()

sizes = clusters.at_stage(scope.version, scope.category, scope.stage)
if sizes.empty:
    st.info("No store of this category has a cluster. The overview says why.")
    st.stop()
show_table(sizes, SIZE_COLUMNS, f"{scope.label} sizes")
