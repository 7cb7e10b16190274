"""Pages for people: what the service asks (`/`), and what its model and rules rest on (`/model`).

They hold nothing of a patient, need no script, and can be printed. `rendering` makes them, `routes` serves them.
"""
