"""How good a model is, and how far from the best that can be: the report of a run and what is made of it.

Reading order: `measures` (one probability against the truth), `subgroups` (among whom), `report` (all of it as one
plain document, `report.json`), `plots` (the report as figures), `acceptance` (the limits it has to keep), `card` (the
report in words). Plots, verdict and card read the report and nothing else, so they cannot disagree with it.
"""
