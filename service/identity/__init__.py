"""Who is asking, and what they may do: one question, `Admission.admit`, before every entrance.

Read `caller.py` first (who a caller is), then `admission.py` (the question) and `refusals.py` (what is answered, and
under which label it is counted). Then how callers show who they are: `api_keys.py` with `key_file.py`, the file that
`python -m service.identity` writes; `access_tokens.py` with `signed_tokens.py` (any signed token), `jwks.py` (the keys
of an issuer) and `verification_keys.py`. `rate_limits.py` and `guesses.py` count, `refused.py` puts both together.

Record systems have an entrance of their own, `CdsAdmission.admit` in `cds_clients.py`: their tokens
(`client_tokens.py`) are for one call each. `addresses.py` says which addresses of the settings are safe.
"""
