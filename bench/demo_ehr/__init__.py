"""A small record system on the command line: it asks the service as a real one does, and shows the cards.

`charts` (its patients, all invented), `search` (FHIR reads and searches among them), `signing` (its key and its
tokens), `server` (where the service finds its key, and a FHIR server), `calling` (discovery, hooks, feedback),
`showing` (cards in a terminal), `scenes` (what is played).
"""
