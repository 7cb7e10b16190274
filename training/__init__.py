"""Makes the classifier: draws the cohort, fits, calibrates, judges and exports it, and writes `models/<version>/`.

Read in this order: figures, population, symptoms, signs, completeness, cohort, dataset, estimator, conformal,
evaluate, acceptance, export, golden, card, release, tracking, run. The service imports none of this.
"""
