"""What was not supplied is fetched: from servers that may be asked, within limits, and the token goes nowhere else."""

import asyncio
import gzip
import json
import logging
from typing import Any

import pytest

from service.cds.fetching import MAX_BODY, MOST_PAGES, Fetcher, fetcher_of
from service.cds.request import HookRequest, read_request
from service.chart.facts import SOURCES, Source, State
from service.settings import Settings
from service.terminology.systems import QUESTIONNAIRE
from tests.cds.fhir_data import (
    FEVER,
    LOW_BACK_PAIN,
    TOKEN,
    Resource,
    as_bytes,
    authorization,
    condition,
    exam_form,
    next_page,
    order_sign,
    outcome,
    patient,
    searchset,
)
from tests.cds.fhir_server import Answer, FhirServer, serving_fhir

PAIN, FEVERISH = condition(LOW_BACK_PAIN), condition(FEVER)
KEYS = frozenset(SOURCES)
ON_LOOPBACK = Fetcher([], loopback=True, seconds=5)
ELSEWHERE = "https://ehr.example/fhir"


def call(server: str, lent: Resource | None = None, **context: Any) -> HookRequest:
    """A call that names a FHIR server, and lends access to it."""
    access = {"fhirAuthorization": authorization() if lent is None else lent} if lent != {} else {}
    return read_request(as_bytes(order_sign(fhirServer=server, context=context, **access)), {"order-sign"})


def fetched(
    server: str, *keys: str, fetcher: Fetcher = ON_LOOPBACK, lent: Resource | None = None, **context: Any
) -> dict[str, Source]:
    """What came of asking that server."""
    return dict(asyncio.run(fetcher.fetch(keys or KEYS, call(server, lent, **context))))


def conditions(fhir: FhirServer, fetcher: Fetcher = ON_LOOPBACK) -> tuple[State, list[str]]:
    """What came of asking for the conditions: the state, and the ids."""
    source = fetched(fhir.base, "conditions", fetcher=fetcher)["conditions"]
    return source.state, [each["id"] for each in source.resources]


def test_everything_that_is_missing_is_asked_for_as_the_templates_say(fhir: FhirServer) -> None:
    fhir.holds("Patient", patient())
    fhir.holds("Condition", PAIN)
    fhir.holds("MedicationRequest")
    fhir.says("Observation", outcome())
    fhir.holds("QuestionnaireResponse", exam_form({}))
    found = fetched(fhir.base)
    assert {key: (each.state, len(each.resources)) for key, each in found.items()} == {
        "patient": (State.COMPLETE, 1),
        "conditions": (State.COMPLETE, 1),
        "medications": (State.COMPLETE, 0),
        "observations": (State.FAILED, 0),
        "examinations": (State.COMPLETE, 1),
    }
    assert fhir.paths == [
        "/fhir/Condition?patient=p1&_count=200",
        "/fhir/MedicationRequest?patient=p1&status=active&_count=200",
        "/fhir/Observation?patient=p1&category=exam,survey&_sort=-date&_count=100",
        "/fhir/Patient/p1",
        f"/fhir/QuestionnaireResponse?patient=p1&questionnaire={QUESTIONNAIRE}&_sort=-authored&_count=2",
    ]


def test_only_what_is_missing_is_asked_for(fhir: FhirServer) -> None:
    assert fetched(fhir.base, "conditions")["conditions"].state is State.FAILED
    assert fhir.paths == ["/fhir/Condition?patient=p1&_count=200"]
    assert asyncio.run(ON_LOOPBACK.fetch((), call(fhir.base))) == {}


def test_the_token_is_lent_and_nothing_else_is_sent(fhir: FhirServer) -> None:
    fetched(fhir.base, "patient")
    (asked,) = fhir.asked
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["Accept"] == "application/fhir+json"
    assert asked.headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Referer"} & set(asked.headers)


def test_an_open_server_is_asked_without_a_token(fhir: FhirServer) -> None:
    fetched(fhir.base, "patient", lent={})
    assert "Authorization" not in fhir.asked[0].headers


def test_nothing_of_one_call_is_sent_with_the_next(fhir: FhirServer) -> None:
    fhir.answers("Patient", Answer(body=b"{}", headers={"Set-Cookie": "session=1"}))
    fetched(fhir.base, "patient")
    fetched(fhir.base, "patient", lent={})
    assert not {"Cookie", "Authorization"} & set(fhir.asked[1].headers)


@pytest.mark.parametrize(("seconds", "asked"), [(-1, 0), (0, 0), (1, 1)])
def test_access_that_has_run_out_is_not_tried(fhir: FhirServer, seconds: int, asked: int) -> None:
    found = fetched(fhir.base, "patient", lent=authorization(expires_in=seconds))
    assert (len(fhir.asked), len(found)) == (asked, asked)


ALLOWED = ("https://ehr.example/fhir", "https://other.example:8443", "http://127.0.0.1:9/fhir")


@pytest.mark.parametrize(
    ("server", "allowed"),
    [
        ("https://ehr.example/fhir", True),
        ("https://ehr.example/fhir/", True),
        ("https://ehr.example:443/fhir/tenant", True),
        ("https://other.example:8443/any/path", True),
        ("http://127.0.0.1:9/fhir", True),
        ("https://ehr.example.evil/fhir", False),
        ("https://ehr.example/fhirs", False),
        ("https://ehr.example/", False),
        ("https://ehr.example:444/fhir", False),
        ("https://other.example/", False),
        ("http://ehr.example/fhir", False),
        ("https://user@ehr.example/fhir", False),
        ("https://ehr.example@evil.example/fhir", False),
        ("https://ehr.example/fhir/../admin", False),
        ("https://ehr.example/fhir?_format=json", False),
        ("https://ehr.example/fhir#x", False),
        ("http://127.0.0.1:10/fhir", False),
        ("https://127.0.0.1/fhir", False),
        ("http://localhost:9/fhir", False),
        ("https://10.0.0.1/fhir", False),
        ("https://169.254.169.254/latest/meta-data", False),
    ],
)
def test_only_servers_that_the_settings_name_are_asked(server: str, *, allowed: bool) -> None:
    fetcher = fetcher_of(
        Settings(host="0.0.0.0", auth="api_key", record_key="k" * 32, fhir_servers=ALLOWED)  # noqa: S104
    )
    assert (fetcher.base(call(server)) is not None) is allowed


@pytest.mark.parametrize(
    ("server", "allowed"),
    [
        ("http://127.0.0.1:8080/fhir", True),
        ("http://localhost:8080/fhir", True),
        ("http://[::1]/fhir", True),
        ("http://10.0.0.1/fhir", False),
        ("https://ehr.example/fhir", False),
        ("http://localhost.evil.example/fhir", False),
    ],
)
def test_a_service_that_this_machine_alone_calls_may_ask_this_machine(server: str, *, allowed: bool) -> None:
    assert (fetcher_of(Settings()).base(call(server)) is not None) is allowed


@pytest.mark.parametrize(
    ("server", "allowed"),
    [("http://127.0.0.1:8080/fhir", True), ("http://127.0.0.1:8081/fhir", False), ("http://localhost:8080/x", False)],
)
def test_behind_a_proxy_servers_on_this_machine_are_listed_too(server: str, *, allowed: bool) -> None:
    """Hazard H-26: a call from outside has the service ask whatever listens on its machine."""
    settings = Settings(
        auth="api_key", public_url="https://nerveroot.example", fhir_servers=("http://127.0.0.1:8080/fhir",)
    )
    assert (fetcher_of(settings).base(call(server)) is not None) is allowed


def test_a_server_that_may_not_be_asked_is_not_asked(fhir: FhirServer) -> None:
    assert fetched(fhir.base, fetcher=Fetcher([], loopback=False)) == {}
    assert asyncio.run(ON_LOOPBACK.fetch(KEYS, read_request(as_bytes(order_sign()), {"order-sign"}))) == {}
    assert fhir.asked == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(fhir: FhirServer, status: int) -> None:
    with serving_fhir() as other:
        other.holds("Condition", PAIN)
        target = f"{other.base}/Condition"
        fhir.answers("Condition", Answer(body=b"", status=status, headers={"Location": target}))
        assert conditions(fhir) == (State.FAILED, [])
        assert other.asked == []


FOUND = json.dumps(searchset(PAIN)).encode()
GZIP = {"Content-Encoding": "gzip"}
NOT_JSON = "not JSON that can be read"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(Answer(body=FOUND, status=201), "status 201", id="another status"),
        pytest.param(Answer(body=b"", status=401), "status 401", id="not let in"),
        pytest.param(Answer(body=b"", status=403), "status 403", id="not allowed"),
        pytest.param(Answer(body=b"", status=404), "status 404", id="not there"),
        pytest.param(Answer(body=b"", status=500), "status 500", id="broken"),
        pytest.param(Answer(body=b"", status=204), "status 204", id="nothing"),
        pytest.param(Answer(body=b"{"), NOT_JSON, id="half an object"),
        pytest.param(Answer(body=b""), NOT_JSON, id="an empty body"),
        pytest.param(Answer(body=b"<html>"), NOT_JSON, id="a page"),
        pytest.param(Answer(body=b"\xff"), NOT_JSON, id="not UTF-8"),
        pytest.param(Answer(body=b"[" * 100 + b"]" * 100), NOT_JSON, id="nested too deeply"),
        pytest.param(Answer(body=b'{"resourceType":"Bundle","resourceType":"Bundle"}'), NOT_JSON, id="a member twice"),
        pytest.param(Answer(body=b"[]"), "not a resource", id="a list"),
        pytest.param(Answer(body=b"{}"), None, id="not FHIR"),
        pytest.param(Answer(body=json.dumps(outcome()).encode()), None, id="an OperationOutcome"),
        pytest.param(Answer(body=json.dumps(patient()).encode()), None, id="something else"),
        pytest.param(Answer(body=gzip.compress(FOUND), headers=GZIP), "compressed", id="compressed"),
        pytest.param(Answer(body=FOUND, headers=GZIP), "compressed", id="not compressed, as it says"),
        pytest.param(Answer(body=FOUND + b" " * MAX_BODY), "more than 1024 KiB", id="too long"),
    ],
)
def test_whatever_goes_wrong_leaves_that_part_unread_and_the_others_not(
    fhir: FhirServer, answer: Answer, why: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Each for its own reason: `why` is logged where there is no answer, and None where there is one of no use."""
    fhir.answers("Condition", answer)
    fhir.holds("Patient", patient())
    found = fetched(fhir.base, "conditions", "patient")
    assert (found["conditions"], found["patient"].state) == (Source(state=State.FAILED), State.COMPLETE)
    told = [each.getMessage() for each in caplog.records if each.name == "service.cds.fetching"]
    assert (why is None) is (told == [])
    assert all(f"({why}" in each for each in told)


def test_this_machine_is_asked_past_any_proxy(fhir: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hazard H-26: a proxy of the environment gets to see the token and the chart."""
    fhir.holds("Condition", PAIN)
    with serving_fhir() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            for spelled in (name, name.lower()):
                monkeypatch.delenv(spelled, raising=False)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        assert conditions(fhir) == (State.COMPLETE, [PAIN["id"]])
        assert proxy.asked == []


def test_null_is_an_answer_of_a_prefetch_and_not_of_a_server(fhir: FhirServer) -> None:
    fhir.says("Condition", None)
    assert conditions(fhir) == (State.FAILED, [])


def test_an_answer_as_long_as_may_be_is_read(fhir: FhirServer) -> None:
    body = json.dumps(searchset(PAIN)).encode()
    fhir.answers("Condition", Answer(body=body + b" " * (MAX_BODY - len(body))))
    assert conditions(fhir) == (State.COMPLETE, [PAIN["id"]])


def test_a_server_that_nobody_answers_at_is_done_without() -> None:
    with serving_fhir() as gone:
        base = gone.base
    assert fetched(base, "conditions") == {"conditions": Source(state=State.FAILED)}


def test_what_takes_too_long_is_done_without_and_what_came_is_kept(fhir: FhirServer) -> None:
    fhir.answers("Condition", Answer(body=b"{}", hangs=True))
    fhir.holds("Patient", patient())
    found = fetched(fhir.base, "conditions", "patient", fetcher=Fetcher([], loopback=True, seconds=0.5))
    assert (found["conditions"].state, found["patient"].state) == (State.FAILED, State.COMPLETE)


def test_pages_that_came_in_time_are_kept(fhir: FhirServer) -> None:
    fhir.says("Condition", searchset(PAIN, link=next_page(f"{fhir.base}/slow")))
    fhir.answers("slow", Answer(body=b"{}", hangs=True))
    slow = Fetcher([], loopback=True, seconds=0.5)
    assert conditions(fhir, slow) == (State.PARTIAL, [PAIN["id"]])


@pytest.mark.parametrize("address", ["{base}?page=2", "{base}/Condition?page=2", "Condition?page=2", "?page=2"])
def test_further_pages_are_read(fhir: FhirServer, address: str) -> None:
    fhir.says("Condition?patient", searchset(PAIN, total=2, link=next_page(address.format(base=fhir.base))))
    for second in ("?page=2", "Condition?page=2"):
        fhir.says(second, searchset(FEVERISH, total=2))
    assert conditions(fhir) == (State.COMPLETE, [PAIN["id"], FEVERISH["id"]])
    assert {each.headers["Authorization"] for each in fhir.asked} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/fhir/Condition?page=2",
        "//evil.example/fhir/Condition?page=2",
        "/Condition?page=2",
        "../Condition?page=2",
        "{address}/fhirs/Condition?page=2",
        "{address}/fhir/../admin",
        "{address}/fhir/%2e%2e/admin",
        "http://user@127.0.0.1/fhir/Condition",
        "http://127.0.0.1:1/fhir/Condition",
        "",
    ],
)
def test_a_further_page_that_is_elsewhere_is_not_asked_for(fhir: FhirServer, address: str) -> None:
    fhir.says("Condition", searchset(PAIN, link=next_page(address.format(address=fhir.address))))
    assert conditions(fhir) == (State.PARTIAL, [PAIN["id"]])
    assert len(fhir.asked) == 1


def test_pages_without_end_are_read_up_to_a_limit(fhir: FhirServer) -> None:
    for page in range(MOST_PAGES + 2):
        said = searchset(condition(str(page)), link=next_page(f"{fhir.base}/page-{page + 1}"))
        fhir.says("Condition" if page == 0 else f"page-{page}", said)
    state, ids = conditions(fhir)
    assert (state, len(ids), len(fhir.asked)) == (State.PARTIAL, MOST_PAGES, MOST_PAGES)


def test_a_page_that_names_itself_as_the_next_is_read_once(fhir: FhirServer) -> None:
    fhir.says("Condition", searchset(PAIN, link=next_page(f"{fhir.base}/Condition?patient=p1&_count=200")))
    state, ids = conditions(fhir)
    assert (state, ids) == (State.PARTIAL, [PAIN["id"]])


@pytest.mark.parametrize("second", [outcome(), PAIN, {}, {"resourceType": "Bundle", "entry": "x"}])
def test_a_further_page_that_is_none_leaves_the_list_incomplete(fhir: FhirServer, second: Resource) -> None:
    fhir.says("Condition", searchset(PAIN, link=next_page(f"{fhir.base}/second")))
    fhir.says("second", second)
    assert conditions(fhir) == (State.PARTIAL, [PAIN["id"]])


def test_of_exam_forms_no_more_than_two_are_read(fhir: FhirServer) -> None:
    form = exam_form({})
    fhir.says("QuestionnaireResponse", searchset(form, form, link=next_page(f"{fhir.base}/second")))
    assert fetched(fhir.base, "examinations")["examinations"].state is State.COMPLETE
    assert len(fhir.asked) == 1


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("Patient", "patient", patient(id="p2")),
        ("Condition", "conditions", searchset(PAIN, {**PAIN, "subject": {"reference": "Patient/p2"}})),
    ],
)
def test_what_is_about_somebody_else_is_not_read(fhir: FhirServer, kind: str, key: str, value: Resource) -> None:
    fhir.says(kind, value)
    assert fetched(fhir.base, key)[key] == Source(state=State.FAILED)


def test_ids_of_real_systems_stay_within_their_place(fhir: FhirServer) -> None:
    fetched(fhir.base, "patient", lent=authorization(patient="p_1.A-9"), patientId="p_1.A-9")
    assert fhir.paths == ["/fhir/Patient/p_1.A-9"]


def test_the_log_says_why_and_names_neither_patient_nor_server_nor_token(
    fhir: FhirServer, caplog: pytest.LogCaptureFixture
) -> None:
    fhir.answers("Condition", Answer(body=b"", status=403))
    fhir.answers("Observation", Answer(body=b"{}", hangs=True))
    fhir.holds("Patient", patient(id="p2"))
    with caplog.at_level(logging.DEBUG, logger="service"):
        fetched(fhir.base, "conditions", "observations", "patient", fetcher=Fetcher([], loopback=True, seconds=0.5))
    told = [each.getMessage() for each in caplog.records if each.name.startswith("service")]
    assert sorted(told) == [
        "The conditions could not all be fetched from a FHIR server (status 403).",
        "The observations could not all be fetched from a FHIR server (too slow).",
        "The patient could not all be fetched from a FHIR server (about another patient).",
    ]


def test_the_token_is_in_no_log_at_all(fhir: FhirServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        fetched(fhir.base)
    assert caplog.records
    assert TOKEN not in caplog.text
