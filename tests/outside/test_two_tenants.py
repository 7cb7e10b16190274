"""One tenant tries to read, link, change and replay what another one recorded, in every way there is.

The service runs as a process. Each refusal of what is there is, byte for byte, the refusal of what was never there.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from service.identity.caller import Scope
from service.ndjson import NDJSON
from tests.builders import a_body
from tests.entrances.forms import response
from tests.identity.keys import revoke
from tests.identity.tokens import claims, private, token
from tests.outside.callers import ALL, MINE, THEIRS, WAYS, Headers, World, a_token, expire, world
from tests.service.serving import exchange, status_and_body
from tests.service.visits import visit

EMERGENCY = a_body(red_flags={"urinary_retention": True}, patient={"reference": "Jane-Doe-1970"})
OUTCOME = {"roots": ["L5"], "confirmed_by": "mri", "confirmed_on": "2026-11-20"}
KEY = {"Idempotency-Key": "k1"}
POST = "/v1/assessments"
"""Where to ask for an answer."""
ASSESS = "/fhir/QuestionnaireResponse/$assess"


WITHOUT = {scope: " ".join(other for other in Scope if other is not scope) for scope in Scope}
"""All scopes but one."""
CALLERS = [
    *((tenant, ALL, name) for tenant in (MINE, THEIRS) for name in ("ward-app", "other-app")),
    *((THEIRS, ALL, name) for name in ("revoked", "expired")),
    *((THEIRS, scopes, "narrow") for scopes in (*Scope, *WITHOUT.values())),
]


@pytest.fixture(scope="module", params=WAYS)
def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The service, once for each way to show who one is."""
    with world(request.param, tmp_path_factory.mktemp(f"world-{request.param}"), CALLERS) as made:
        yield made


@pytest.fixture(scope="module")
def theirs(there: World) -> Iterator[httpx2.Response]:
    """An answer with an outcome that the other tenant recorded; untouched after all that is done to it."""
    south = there.who(THEIRS)
    answer = there.ask("POST", POST, south | KEY, json=EMERGENCY)
    assert answer.status_code == 201
    stated = there.ask("PUT", f"{answer.headers['Location']}/outcome", south, json=OUTCOME)
    assert stated.status_code == 201
    before = there.rows(THEIRS)
    yield answer
    assert there.rows(THEIRS)[: len(before)] == before
    for again in (
        there.ask("GET", answer.headers["Location"], south),
        there.ask("POST", POST, south | KEY, json=EMERGENCY),
    ):
        assert again.content == answer.content


def telling(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer that could tell something."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    return answer.status_code, answer.content, headers


REACHING = [("GET", "", None), ("GET", "/outcome", None), ("PUT", "/outcome", OUTCOME)]


@pytest.mark.parametrize(("method", "place", "body"), REACHING)
def test_what_is_of_others_looks_like_what_was_never_there(
    there: World, theirs: httpx2.Response, method: str, place: str, body: Any
) -> None:
    """Hazard H-26: somebody reads the records of another site, or learns that there are any."""
    north = there.who(MINE)
    more = {} if body is None else {"json": body}
    refused = there.ask(method, f"{theirs.headers['Location']}{place}", north, **more)
    never = there.ask(method, f"{POST}/{uuid.uuid4()}{place}", north, **more)
    assert refused.status_code == 404
    assert telling(refused) == telling(never)
    assert there.ask(method, f"{theirs.headers['Location']}{place}", there.who(THEIRS), **more).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "POST"])
@pytest.mark.parametrize("place", ["", "/outcome"])
def test_other_methods_reach_nothing(there: World, theirs: httpx2.Response, method: str, place: str) -> None:
    north = there.who(MINE)
    refused = there.ask(method, f"{theirs.headers['Location']}{place}", north)
    assert refused.status_code == 405
    assert telling(refused) == telling(there.ask(method, f"{POST}/{uuid.uuid4()}{place}", north))


def ways_to_say(identifier: str) -> list[str]:
    """Addresses that some server, proxy or framework might take for that of the answer."""
    encoded = "".join(f"%{ord(letter):02x}" for letter in identifier)
    path = f"{POST}/{identifier}"
    return [
        *(f"{POST}/{identifier.upper()}", f"{POST}/{encoded}", f"{path}/", f"{path}//", f"/{path}", f"{path}%00"),
        *(f"{POST}//{identifier}", f"{POST}/./{identifier}", f"{POST}/x/../{identifier}", f"{POST}/..%2f{identifier}"),
        *(f"{POST}/%2e%2e/assessments/{identifier}", f"{POST}/{uuid.uuid4()}/../{identifier}", f"{path}%20"),
        *(f"{path};tenant={THEIRS}", f"{path}.json", f"{path}%0d%0a", f"{path}\\..\\x", f"{POST}%2f{identifier}"),
        *(f"{path}?tenant={THEIRS}", f"{path}?tenant={THEIRS}&tenant={MINE}", f"{path}#x", f"{POST}/{{{identifier}}}"),
        *(f"{POST}/urn:uuid:{identifier}", f"{POST}/{identifier.replace('-', '')}", f"http://x{path}", f"{POST}/%25"),
        *(f"{path}/outcome/", f"{path}/outcome/../", f"{path}%2foutcome", f"{POST}/'%20OR%20'1'='1", f"{POST}/%25"),
    ]


def raw(method: str, address: str, *headers: str) -> bytes:
    """A request as it goes over the wire: no client library mends the address first."""
    lines = [f"{method} {address} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


def test_no_other_way_to_say_its_address_reaches_it(there: World, theirs: httpx2.Response) -> None:
    shown = f"Authorization: {there.who(MINE)['Authorization']}"
    for address in ways_to_say(theirs.json()["id"]):
        for method in ("GET", "HEAD"):
            status, body = status_and_body(exchange(there.service.port, raw(method, address, shown)))
            assert 400 <= status < 500, address
            assert b"urgency" not in body, address
            assert b"L5" not in body, address


SMUGGLED = [
    *(("X-Tenant", THEIRS), ("X-Tenant-ID", THEIRS), ("Tenant", THEIRS), ("X-Forwarded-User", THEIRS)),
    *(("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")),
    *(("X-Forwarded-Host", "localhost"), ("Host", "localhost"), ("X-HTTP-Method-Override", "GET")),
    *(("X-Original-URL", "/health/live"), ("X-Rewrite-URL", "/health/live"), ("Referer", "http://127.0.0.1/")),
    *(("Origin", "http://127.0.0.1"), ("Cookie", f"tenant={THEIRS}"), ("X-User", "admin"), ("X-Scopes", ALL)),
    *(("If-None-Match", "*"), ("Range", "bytes=0-10"), ("Accept", "text/html"), ("X-Request-ID", "1")),
]


@pytest.mark.parametrize(("method", "place", "body"), REACHING)
def test_no_header_makes_another_of_a_caller(
    there: World, theirs: httpx2.Response, method: str, place: str, body: Any
) -> None:
    north = there.who(MINE)
    more = {} if body is None else {"json": body}
    for name, value in (*SMUGGLED, ("X-Original-URL", theirs.headers["Location"])):
        refused = there.ask(method, f"{theirs.headers['Location']}{place}", north | {name: value}, **more)
        assert refused.status_code == 404, name
        assert b"L5" not in refused.content
        assert there.ask(method, f"{theirs.headers['Location']}{place}", {name: value}, **more).status_code == 401, name


def test_the_same_idempotency_key_and_body_is_another_request_of_another_caller(
    there: World, theirs: httpx2.Response
) -> None:
    ids = {theirs.json()["id"]}
    for caller in (there.who(MINE), there.who(THEIRS, name="other-app"), there.who(MINE, name="other-app")):
        answer = there.ask("POST", POST, caller | KEY, json=EMERGENCY)
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)
        ids.add(answer.json()["id"])
        # Nor does another body tell that the key is known: this caller has used it once itself.
        assert there.ask("POST", POST, caller | {"Idempotency-Key": "k2"}, json=a_body()).status_code == 201
    assert len(ids) == 4
    # Nor can who holds a copy of the record tell that two callers used the same key.
    assert not there.kept(MINE, "idempotency_key") & there.kept(THEIRS, "idempotency_key")


def test_the_same_reference_is_another_person_at_another_tenant(there: World) -> None:
    """Hazard H-10: the examinations of two people are compared as those of one."""
    first, second = visit(0, 5, reference="shared-17"), visit(48, 3, reference="shared-17")
    assert there.ask("POST", POST, there.who(THEIRS), json=first).json()["comparison"] is None
    mine = there.ask("POST", POST, there.who(MINE), json=second).json()
    assert mine["comparison"] is None
    alone = there.ask("POST", POST, there.who(MINE), json=visit(48, 3, reference="nobody-else")).json()
    assert {**mine, "id": 0, "created_at": 0} == {**alone, "id": 0, "created_at": 0}
    assert there.ask("POST", POST, there.who(THEIRS), json=second).json()["comparison"]["verdict"] == "worse"
    # A colleague of the same tenant is to see what is known of the person.
    again = there.ask("POST", POST, there.who(THEIRS, name="other-app"), json=second).json()
    assert again["comparison"] is not None
    assert not there.kept(MINE, "person") & there.kept(THEIRS, "person")


def test_who_runs_the_service_sees_no_answers_and_no_names(there: World, theirs: httpx2.Response) -> None:
    shown = there.ask("GET", "/metrics", there.who(MINE)).text
    assert "nerveroot" in shown
    for telling in (theirs.json()["id"], THEIRS, "Jane-Doe", "ward-app"):
        assert telling not in shown


# What a caller may do.

ONE_LINE = json.dumps(EMERGENCY).encode() + b"\n"
GUARDED = [
    ("POST", POST, EMERGENCY, Scope.ASSESS, 201),
    ("POST", f"{POST}?commit=false", EMERGENCY, Scope.ASSESS, 201),
    ("POST", f"{POST}/batch?commit=false", ONE_LINE, Scope.ASSESS, 200),
    ("GET", f"{POST}/{{id}}", None, Scope.READ, 200),
    ("GET", f"{POST}/{{id}}/outcome", None, Scope.READ, 200),
    ("PUT", f"{POST}/{{id}}/outcome", OUTCOME, Scope.OUTCOME, 200),
    ("POST", ASSESS, response(EMERGENCY), Scope.ASSESS, 200),
    ("POST", "/v1/examinations/search", {"reference": "nobody"}, Scope.READ, 200),
    ("GET", "/metrics", None, Scope.ADMIN, 200),
    ("POST", "/v1/model/reload", None, Scope.ADMIN, 200),
]
FOR_RECORD_SYSTEMS = {("POST", "/cds-services/{service_id}"), ("POST", "/cds-services/{service_id}/feedback")}
"""Guarded by tokens of their own (tests/identity/test_cds_tokens.py)."""
OPEN = [
    *("/v1/rules", "/v1/rules/RF-CES-RETENTION", "/v1/model", "/health/live", "/health/ready", "/openapi.json"),
    *(
        "/",
        "/form",
        "/rules",
        "/model",
        "/launch",
        "/cds-services",
        "/fhir/metadata",
        "/fhir/Questionnaire",
        "/fhir/Questionnaire/nerveroot-exam",
    ),
    *("/fhir/CodeSystem", "/fhir/ValueSet", "/fhir/Device", "/fhir/OperationDefinition"),
]


@pytest.mark.parametrize(("method", "path", "body", "needed", "status"), GUARDED)
def test_every_endpoint_takes_its_own_scope_and_no_other(
    there: World, theirs: httpx2.Response, method: str, path: str, body: Any, needed: Scope, status: int
) -> None:
    address = path.format(id=theirs.json()["id"])

    def ask(who: Headers) -> httpx2.Response:
        if isinstance(body, bytes):
            return there.ask(method, address, {**who, "Content-Type": NDJSON}, content=body)
        return there.ask(method, address, who, **({} if body is None else {"json": body}))

    for scope in Scope:
        found = ask(there.who(THEIRS, scope, "narrow"))
        assert found.status_code == (status if scope is needed else 403), scope
    refused = ask(there.who(THEIRS, WITHOUT[needed], "narrow"))
    assert refused.status_code == 403
    if path == ASSESS:
        assert [issue["code"] for issue in refused.json()["issue"]] == ["forbidden"]
    else:
        assert refused.json()["type"] == "urn:nerveroot:problem:insufficient-scope"
    unknown = ask({})
    assert (unknown.status_code, unknown.headers["WWW-Authenticate"].split()[0]) == (401, "Bearer")


def test_what_is_public_is_open(there: World) -> None:
    assert {path: there.ask("GET", path).status_code for path in OPEN} == dict.fromkeys(OPEN, 200)


def test_the_document_says_what_is_guarded(there: World) -> None:
    paths = there.ask("GET", "/openapi.json").json()["paths"]
    guarded = {(method.upper(), path) for path, each in paths.items() for method in each if "security" in each[method]}
    stated = {(method, path.partition("?")[0].replace("{id}", "{assessment_id}")) for method, path, *_ in GUARDED}
    assert guarded == stated | FOR_RECORD_SYSTEMS


def test_who_shows_nothing_of_use_is_told_the_same_whatever_it_is(there: World, theirs: httpx2.Response) -> None:
    good = there.who(THEIRS)["Authorization"].removeprefix("Bearer ")
    wrong: list[Headers] = [
        *({}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": good}),
        *({"Authorization": f"Basic {good}"}, {"Authorization": f"Bearer {good}x"}, {"Cookie": f"token={good}"}),
        *({"Authorization": f"Bearer {good} {good}"}, {"Authorization": f"Bearer {_flipped(good)}"}),
        *({"Authorization": f"Bearer {each}"} for each in _useless(there)),
    ]
    answers = {telling(each)[:2] for each in (there.ask("GET", theirs.headers["Location"], one) for one in wrong)}
    assert len(answers) == 1
    assert answers.pop()[0] == 401
    assert there.ask("GET", f"{theirs.headers['Location']}?access_token={good}").status_code == 401


def _flipped(credential: str) -> str:
    """One letter in the middle of its last part is another one."""
    place = len(credential) - 8
    return f"{credential[:place]}{'A' if credential[place] != 'A' else 'B'}{credential[place + 1 :]}"


def _useless(there: World) -> list[str]:
    """Keys or tokens that were good once, or would be elsewhere."""
    if there.way == "api_key":
        return ["nerveroot_0123456789ab_" + "x" * 43, a_token(THEIRS, ALL, "ward-app")]
    past = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    private("second")
    return [
        *(
            a_token(THEIRS, ALL, "ward-app", exp=past),
            a_token(THEIRS, ALL, "ward-app", aud="another"),
            a_token(THEIRS, ALL, "ward-app", iss="https://issuer.example"),
        ),
        *(a_token("", ALL, "ward-app"), token(claims(), by="second")),
    ]


def test_a_key_that_is_revoked_or_expired_opens_nothing(there: World, theirs: httpx2.Response) -> None:
    if there.way != "api_key":
        pytest.skip("tokens end by themselves, and expired ones are among the useless above")
    path = theirs.headers["Location"]
    for name, end in (("revoked", revoke), ("expired", expire)):
        ended = there.who(THEIRS, name=name)
        assert there.ask("GET", path, ended).status_code == 200
        end(there.keys, ended["Authorization"].removeprefix("Bearer "))
        refused = there.until_unknown("GET", path, ended)
        assert telling(refused)[:2] == telling(there.ask("GET", path))[:2]
