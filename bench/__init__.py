"""Measurements of the whole service from outside; see bench/README.md."""
