"""FHIR R4 at `/fhir`: what the service is and asks, and its answer, as resources."""
