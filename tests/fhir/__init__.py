"""FHIR R4 at `/fhir`: definitions, and answers as resources."""
