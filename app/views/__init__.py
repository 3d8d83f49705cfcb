"""Pages arrange what the data says and the charts draw; this package is all of Streamlit."""
