"""The same patients by every entrance."""
