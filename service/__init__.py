"""The service: an examination in, one answer out.

Read in this order: rules (what a doctor decides), assessment (the answer), sequence (how the answer is made, a pure
function), classifier (the released model), catalogue and languages (what the rules say in other languages), intake and
problems (what comes in and what is refused), api and app (HTTP).
"""
