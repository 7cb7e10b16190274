"""A service that has `$assess`, and `/v1` beside it with the same record and model; nothing else."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import FastAPI
from starlette.testclient import TestClient

from features.involvement import Classify
from service.consult import Consult
from service.faults import HANDLERS
from service.fhir.assess_routes import assessing
from service.identity.admission import admission_of
from service.languages import Languages
from service.models import Models
from service.record.database import Database
from service.record.journal import Journal
from service.record.pseudonyms import Pseudonyms
from service.record.record import Record
from service.rest.assessments import assessments
from service.settings import Settings

ADDRESS = "https://nerveroot.example"


@contextmanager
def serving(settings: Settings | None = None, classify: Classify | None = None) -> Iterator[TestClient]:
    """A client of it."""
    chosen = settings or Settings()
    models, pseudonyms = Models(chosen, classify), Pseudonyms(b"k" * 32)
    seconds = chosen.record_seconds
    database = Database(chosen.database_url.get_secret_value(), seconds=seconds, key=pseudonyms.fingerprint)
    record = Record(database, Journal(chosen.journal_dir), seconds=seconds)
    consult = Consult(
        models=models,
        record=record,
        pseudonyms=pseudonyms,
        policy=chosen.red_flag_policy,
        answered=lambda *_: None,
    )
    admission = admission_of(chosen, refused=lambda _: None)
    languages = Languages()

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        await record.start()
        yield
        await record.close()

    app = FastAPI(lifespan=running, exception_handlers=HANDLERS)
    app.include_router(assessments(consult, record, admission, languages, {}))
    app.include_router(assessing(consult, admission, languages, lambda: models.current, lambda _: ADDRESS))
    with TestClient(app) as client:
        yield client
