"""What is told of the model and of the rules to those who decide whether to use them: source attributes.

Reading order: `required` (what is asked, paragraph by paragraph), `report` (the figures of a release, as training wrote
them), `figures` (these as tables), `said` (what is generated of the files of the release), `sentences` (ours, where the
files say nothing), `source_attributes` (all of it in the order of the rule).
"""
