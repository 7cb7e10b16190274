"""The model servers that others have made, with the same ONNX model: MLflow, BentoML, MLServer.

Each has an environment of its own, because they do not agree on versions: `<name>.in` says what it needs, `<name>.lock`
is what is installed. `apps/` holds what each wants to be given.
"""
