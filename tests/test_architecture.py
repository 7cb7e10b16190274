"""Who may import whom, read from the source: the whole list of what is allowed, so that nothing new slips in.

`make check` says the same, and more, with import-linter; this test names what is allowed instead of what is not.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "features": {"features", "numpy"},
    "service/rules": {"features", "service.rules"},
    "service/sequence.py": {"features", "service.rules", "service.assessment", "service.classified", "_typeshed"},
    "service/earlier.py": {"features", "service.rules", "service.which_earlier"},
    "service/which_earlier.py": {"features", "service.rules"},
    "service/rulebook_page.py": {"service.rules"},
    "service/classified.py": {"features", "service.rules", "service.assessment", "service.errors"},
    "service/assessment.py": {"features", "service.rules"},
    "service/record": {
        *("service.record", "service.errors", "service.settings", "service.version"),
        *("sqlalchemy", "alembic", "psycopg", "uuid6", "pydantic"),
    },
    "service/terminology": {"features", "service.terminology"},
    "service/chart": {
        "features",
        "service.chart",
        "service.terminology",
        "service.intake",
        "service.problems",
        "pydantic",
    },
    "service/identity": {
        *("service.identity", "service.errors", "service.settings", "service.problems", "service.downloading"),
        *("starlette", "limits", "jwt", "cryptography", "httpx2", "pydantic"),
    },
    "service": {
        *("features", "service", "numpy", "onnxruntime", "_typeshed"),
        *("fastapi", "starlette", "pydantic", "pydantic_core", "pydantic_settings", "uvicorn", "uuid6"),
        *("sqlalchemy", "alembic", "psycopg", "limits", "jwt", "cryptography", "httpx2"),
        *("prometheus_client", "opentelemetry", "pythonjsonlogger", "jinja2"),
    },
    "training": {
        *("features", "training", "numpy", "pandas", "sklearn", "scipy", "onnx", "onnxruntime", "mlflow"),
        *("pydantic", "pydantic_core", "optuna", "pandera", "pyarrow", "matplotlib", "threadpoolctl"),
        *("joblib", "dask", "distributed"),
    },
    "batch": {
        *("batch", "features", "training.site", "service.assessment", "service.body", "service.classified"),
        *("service.classifier", "service.errors", "service.intake", "service.logs", "service.problems"),
        *("service.rules", "service.sequence", "service.settings", "service.version"),
        *("numpy", "pyarrow", "pydantic", "distributed", "tqdm"),
    },
}


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, the standard library left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
        yield from (name for name in names if name.split(".")[0] not in sys.stdlib_module_names)


@pytest.mark.parametrize("package", ALLOWED)
def test_each_package_imports_only_what_it_may(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py")) or [ROOT / package]
    assert files
    for path in files:
        for name in imported(path):
            roots = {".".join(name.split(".")[:length]) for length in (1, 2)}
            assert roots & ALLOWED[package], f"{path.relative_to(ROOT)} imports {name}"


def test_modules_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in ("features", "service", "training", "batch", "bench")
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}
