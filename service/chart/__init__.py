"""From what a record system holds in FHIR R4 to an examination in the words of the contract."""
