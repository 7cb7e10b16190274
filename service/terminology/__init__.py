"""What an examination, its answers and its findings are called in FHIR: our own codes, and the standard ones seen."""
