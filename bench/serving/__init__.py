"""How fast the service answers, side by side with others (`python -m bench.serving`; bench/README.md says how)."""
