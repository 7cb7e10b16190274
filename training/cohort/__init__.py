"""The synthetic cohort: a finite model of who has leg pain, why, and what an examiner finds and writes down.

Nobody has published examined patients with confirmed roots, so the first model learns from this. Reading order:
`figures` (every number, with its source), `causes` and `states` (what is hidden), `findings` (what is seen),
`symptoms` and `signs` (how often, given what is hidden), `world` (all of it as tables), `draw` (patients),
`posterior` (the best that any classifier could say), `measures` (populations and findings by name),
`goodness` (simulated beside published figures).

It is finite on purpose: because every hidden thing takes few values, the exact probability of the roots given any
partial examination can be added up, and every classifier can be held against it.
"""
