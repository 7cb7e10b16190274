"""The version of the software, the one place that says so; pyproject.toml reads it from here."""

SOFTWARE_VERSION = "0.1.0"
