"""What is in deploy/: held against schemas, against the settings and routes of the service, and run."""
