"""What a start loads: a library that only some services need is loaded by those alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = """
import json, sys
import service.__main__
from service.app import create_app
from service.settings import Settings
create_app(Settings())
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} | set(sys.modules))))
"""
NOT_AT_A_START = (
    "alembic",
    "psycopg",
    "jwt",
    "cryptography",
    "httpx2",
    "opentelemetry.sdk",
    "pandas",
    "sklearn",
    "mlflow",
)
SIGNED = {
    "NERVEROOT_AUTH": "jwt",
    "NERVEROOT_JWT_ISSUER": "https://issuer.example",
    "NERVEROOT_JWT_AUDIENCE": "nerveroot",
    "NERVEROOT_JWT_JWKS_URL": "https://issuer.example/keys",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record in SQLite that was made before."""
    folder = tmp_path_factory.mktemp("loaded")
    _run(folder, {}, "-m", "service.record", "migrate")
    return folder


def test_a_service_with_the_usual_settings_loads_nothing_that_it_does_not_need(folder: Path) -> None:
    loaded = _loaded(folder, {})
    assert loaded.isdisjoint(NOT_AT_A_START)
    assert {"fastapi", "sqlalchemy", "onnxruntime"} <= loaded  # it was a whole start


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        pytest.param(SIGNED, {"jwt", "cryptography", "httpx2"}, id="signed tokens"),
        pytest.param({"NERVEROOT_FHIR_SERVERS": '["https://fhir.example/r4"]'}, {"httpx2"}, id="a FHIR server to ask"),
        pytest.param(
            {"NERVEROOT_DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/none"}, {"psycopg"}, id="PostgreSQL"
        ),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, {"opentelemetry.sdk"}, id="a collector of traces"
        ),
    ],
)
def test_what_a_setting_needs_is_loaded_before_the_first_request(
    folder: Path, settings: dict[str, str], needed: set[str]
) -> None:
    assert needed <= _loaded(folder, settings)


def _loaded(folder: Path, settings: dict[str, str]) -> set[str]:
    names: list[str] = json.loads(_run(folder, settings, "-c", START))
    return set(names)


def _run(folder: Path, settings: dict[str, str], *arguments: str) -> str:
    own = {
        "NERVEROOT_DATABASE_URL": f"sqlite:///{folder / 'record.sqlite3'}",
        "NERVEROOT_JOURNAL_DIR": str(folder / "journal"),
        "NERVEROOT_RECORD_KEY": "k" * 64,
    }
    around = {name: value for name, value in os.environ.items() if not name.startswith(("NERVEROOT_", "OTEL_"))}
    done = subprocess.run(
        (sys.executable, *arguments), cwd=ROOT, env=around | own | settings, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
