"""The record: every answer, kept before it is sent, so that it can be shown again years later.

Reading order: `entry.py` (what is kept), `chain.py` (why an altered row is found), `tables.py`, `schema.py`,
`connections.py`, `appending.py` and `database.py` (where), `writer.py` (many requests share one commit), `segment.py`
and `journal.py` (where answers wait while the database is down), `deferral.py` (which way an entry goes), `reading.py`,
`record.py` (all of it, as the rest of the service sees it); then what people do with it: `migration.py`,
`verification.py`, `retention.py`, `labelled.py`, and `python -m service.record --help`.
"""
