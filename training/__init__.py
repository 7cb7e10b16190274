"""Makes the classifier: draws the cohort or reads a site's exams, fits, calibrates, judges, exports, writes it.

Read in this order: run, which is one training run step by step; then what its steps are made of: `cohort` (the
generative model of patients and its exact posterior), `site` (a site's own exams), sources, dataset, candidates,
search, estimator, conformal, `evaluation`, export, release. `tracking`, `registry` and `promotion` are what becomes of
a candidate. The service imports none of this.
"""
