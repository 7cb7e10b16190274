"""create_app: load, connect, mount; nothing else."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from features.involvement import Classify
from service.catalogue import CATALOGUES, read_languages
from service.cds.fetching import fetcher_of
from service.cds.routes import cds_services
from service.consult import Consult
from service.errors import DatabaseDown
from service.faults import HANDLERS, failed
from service.fhir.assess_routes import assessing
from service.fhir.definitions_routes import definitions
from service.gate import Gate, LastResort
from service.health import (
    Check,
    Readiness,
    clock_check,
    identity_check,
    looked_at,
    migrations_check,
    model_check,
    readiness,
    record_check,
)
from service.hosts import OwnHosts
from service.identity.admission import admission_of
from service.identity.cds_clients import cds_admission_of
from service.metrics import Metrics
from service.models import Models, Reloaded
from service.openapi import openapi
from service.pages.connections import connections
from service.pages.launch_page import launch_page
from service.pages.model_page import model_page
from service.pages.routes import pages
from service.pages.rules_page import rules_page
from service.pages.static_files import static
from service.public_address import public_address
from service.record.database import Database
from service.record.journal import Journal
from service.record.key import record_key
from service.record.pseudonyms import Pseudonyms
from service.record.record import Record
from service.record.seen_tokens import SeenTokens
from service.rest.assessments import CROSS_ORIGIN, assessments
from service.rest.batch import batch
from service.rest.earlier import earlier
from service.rest.operation import health, metrics, reloading
from service.rest.outcomes import outcomes
from service.rest.rulebook import model, rules
from service.rules import RULESET_VERSION
from service.rules.disclaimer import DISCLAIMER
from service.settings import KEPT, Auth, Settings
from service.tracing import FASTAPI_TELEMETRY_OFF, start_tracing
from service.version import SOFTWARE_VERSION

EXAMPLES = {
    "exam.json": "L5 likely, conservative care",
    "exam_l4.json": "L4 likely, few findings",
    "exam_emergency.json": "Cauda equina syndrome suspected",
}


def create_app(settings: Settings, classify: Classify | None = None, catalogues: Path = CATALOGUES) -> FastAPI:
    """The service as settings ask for it; `classify` takes the place of the released model where it is given.

    Raises:
        StartupError: the record has another schema, its key or the keys of callers cannot be read, or one of the
            `catalogues` is broken.
    """
    models, languages = Models(settings, classify), read_languages(catalogues)
    url = settings.database_url.get_secret_value()
    pseudonyms = Pseudonyms(_key(settings))
    database = Database(url, seconds=settings.record_seconds, key=pseudonyms.fingerprint)
    with suppress(DatabaseDown):  # then it is looked at when it is back
        database.check_schema()
    journal = Journal(settings.journal_dir)
    record = Record(database, journal, seconds=settings.record_seconds)
    tracing = start_tracing(os.environ, SOFTWARE_VERSION)

    def checks() -> tuple[Check, ...]:
        # Each by itself: what fails in one is told of that one.
        return (
            looked_at("model", lambda: model_check(models.current.version, models.current.trouble)),
            looked_at("record", lambda: record_check(record.state())),
            looked_at("migrations", lambda: migrations_check(record.state().outdated)),
            looked_at("clock", lambda: clock_check(datetime.now(UTC), record.state().newest)),
            looked_at("identity", lambda: identity_check(admission, cds_admission)),
        )

    def ready() -> Readiness:
        return readiness(
            checks(),
            model_version=models.current.version,
            ruleset_version=RULESET_VERSION,
            software_version=SOFTWARE_VERSION,
            red_flag_policy=settings.red_flag_policy,
        )

    seen = Metrics(provenance=lambda: models.current.provenance, record=record.state, checks=checks)

    def reload() -> Reloaded:
        done = models.reload()
        seen.reloaded(done.ok)
        return done

    admission = admission_of(settings, refused=seen.refused)
    used = SeenTokens(database, seconds=settings.record_seconds, unshared=seen.unshared)
    cds_admission = cds_admission_of(settings, used, refused=seen.refused)
    address, fetcher, reach = public_address(settings), fetcher_of(settings), connections(settings)
    consult = Consult(
        models=models,
        record=record,
        pseudonyms=pseudonyms,
        policy=settings.red_flag_policy,
        answered=seen.answered,
    )

    async def prepare() -> None:
        await asyncio.gather(admission.prepare(), cds_admission.prepare())

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        await record.start()
        await prepare()
        yield
        await record.close()
        await cds_admission.close()
        await admission.close()
        if tracing:
            tracing.close()

    app = FastAPI(
        title="nerveroot",
        version=SOFTWARE_VERSION,
        description=f"L4, L5 and S1 nerve-root probabilities, red flags and management for leg pain. {DISCLAIMER.text}",
        docs_url=None,  # the page loads its scripts from elsewhere, which a hospital network does not allow
        redoc_url=None,
        lifespan=running,
        exception_handlers=HANDLERS,
        telemetry=FASTAPI_TELEMETRY_OFF,
        # A redirect repeats the address that was asked for, and whatever was put into it.
        redirect_slashes=False,
    )
    app.include_router(assessments(consult, record, admission, languages, _examples()))
    app.include_router(batch(consult, admission, languages))
    app.include_router(outcomes(record, admission))
    app.include_router(earlier(record, pseudonyms, admission))
    app.include_router(rules(settings.red_flag_policy, languages))
    app.include_router(model(lambda: models.current))
    app.include_router(
        cds_services(
            consult,
            record,
            cds_admission,
            languages,
            fetcher,
            address,
            seen,
            smart_launch_url=settings.smart_launch_url,
        )
    )
    app.include_router(
        definitions(lambda: models.current, address, auth=settings.auth, cors=bool(settings.cors_origins))
    )
    app.include_router(assessing(consult, admission, languages, lambda: models.current, address))
    app.include_router(pages(languages, reach))
    app.include_router(launch_page(languages, reach))
    app.include_router(rules_page(settings.red_flag_policy, languages))
    app.include_router(model_page(lambda: models.current))
    app.include_router(static())
    app.include_router(reloading(reload, admission))
    app.include_router(health(ready, prepare))
    app.include_router(metrics(seen, admission, everybody=settings.metrics_open))
    # The last one that is added is the outermost.
    app.add_middleware(LastResort, answer=failed)
    if settings.auth is Auth.NONE:
        app.add_middleware(OwnHosts, hosts=settings.allowed_hosts, origins=settings.cors_origins)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CROSS_ORIGIN)
    app.add_middleware(Gate, seen=seen.requested, tracing=tracing)
    app.openapi = partial(openapi, app, settings.auth)  # type: ignore[method-assign]
    app.state.reload = reload
    return app


def _key(settings: Settings) -> bytes:
    stated = settings.record_key
    url = settings.database_url.get_secret_value()
    return record_key(None if stated is None else stated.get_secret_value(), url, KEPT)


def _examples() -> dict[str, Any]:
    folder = files("service").joinpath("examples")
    return {
        each.name.removesuffix(".json"): {
            "summary": EXAMPLES.get(each.name, each.name),
            "value": json.loads(each.read_text(encoding="utf-8")),
        }
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
        if each.is_file()
    }
