"""The algorithms of store clustering: pure functions, frames in and frames out."""
