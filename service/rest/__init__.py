"""The JSON entrance, `/v1`, `/health` and `/metrics`: routes that read, ask who asks, call inwards, and answer.

`assessments.py` (ask, and read again), `earlier.py` (the recorded examinations of one person), `outcomes.py` (what was
found in the end), `rulebook.py` (rules and model card), `operation.py` (health, metrics, reload); `documented.py` is
what they share in the OpenAPI document.
"""
