"""Many examinations from a file: the same decisions as the API, whatever stops the run."""
