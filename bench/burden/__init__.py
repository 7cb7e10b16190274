"""How much work the red flags make, and what they miss: what a site needs in order to choose its policy.

Reading order: `figures` (every number with its source), `people` (who is drawn), `decisions` (what the service's own
rules say of them), `simulation` (how many, in which scenarios), `summary` (what is counted), `page` and `plot`.
"""
