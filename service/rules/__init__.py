"""The guideline as code: what a doctor can read and no probability can talk down.

Read in this order: guideline (what a red flag is made of), red_flags, pathway (phases and thresholds), management (what
its rules have in common), imaging, surgery, follow_up, recommendations, questions, caveats, impression.
`rulebook.entries()` lists them all.
"""

from datetime import date

RULESET_VERSION = "1.1.0"
"""Raised whenever the meaning of a rule changes; CHANGELOG.md says which."""

RULES_RELEASED = date(2026, 11, 22)
"""When that version was released: no answer of it is older."""
