"""What one answer costs a PostgreSQL, how many answers one chain takes, and what that makes of many a second.

Read `measure.py` (what is measured), then `tables.py` (what follows from it), `python -m bench.scaling --help`.
"""
