"""What `$assess` takes: an answered form, coded resources of one Patient, or either in Parameters with an earlier form.

It becomes an exam of the contract; every fault is named by its place in what was sent.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from features.exam import Exam
from service.body import Intricate, Limits, parse
from service.chart.exam_of_bundle import exam_of_bundle
from service.chart.questionnaire_response import ReadForm, read_response
from service.fhir.canonical import Resource
from service.fhir.placing import at_their_places, in_words
from service.fhir.referring import reference_of
from service.fhir.subject import NOBODY, Subject, subject_of, subject_of_patient
from service.intake import EXAM, read_exam
from service.problems import Fault, Refusal, problem

FHIR_LIMITS: Final = Limits(deepest=64, most_values=100_000, longest_list=5_000)
"""How intricate a body may be; a form with everything answered has some 1,500 values."""
MOST_BASIS: Final = 200
"""References to what was sent that an answer repeats."""

FORM, BUNDLE, PARAMETERS, PREVIOUS = "QuestionnaireResponse", "Bundle", "Parameters", "previous"
TAKEN: Final = (
    "$assess takes a QuestionnaireResponse, a Bundle of one Patient with Observations and Conditions, or Parameters "
    "with `questionnaireResponse` or `bundle`, and `previous`."
)
TAKEN_PARAMETERS: Final[Mapping[str, str]] = {"questionnaireResponse": FORM, "bundle": BUNDLE, PREVIOUS: FORM}
"""The parameters by name, and the type of resource in each."""
ONE_PAGE: Final = "says that there is more: send the entries of every page as one Bundle, without this link."
UNNAMED_FORM: Final[Resource] = {"display": "The exam form as it was sent"}
UNNAMED_BUNDLE: Final[Resource] = {"display": "The resources as they were sent"}


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What was sent: the exam, whom it is of, and references to the resources that stated it."""

    exam: Exam
    subject: Resource
    basis: tuple[Resource, ...]


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One examination as it was read, before it is put together with an earlier one."""

    body: Mapping[str, Any]
    subject: Subject
    basis: tuple[Resource, ...]
    place: str
    places: Mapping[str, str] = field(default_factory=dict)
    """By the pointer of a statement, where it stands."""
    subject_place: str


def read_stated(body: bytes, now: datetime) -> Stated:
    """The examination that a request states.

    Raises:
        Refusal: 400 for no JSON, 422 for another resource, or with the place of every fault.
    """
    try:
        return _stated(body, now)
    except Refusal as refused:
        raise in_words(refused) from None


def _stated(body: bytes, now: datetime) -> Stated:
    try:
        sent = parse(body, FHIR_LIMITS)
    except Intricate as found:
        raise _invalid(replace(found.fault, pointer="")) from None
    kind = str(sent.get("resourceType")) if isinstance(sent, dict) else ""
    if kind == PARAMETERS:
        return _of_parameters(sent, now)
    if kind not in _READERS:
        raise _invalid(Fault(pointer="", detail=f"is not taken. {TAKEN}"))
    return _put_together(_READERS[kind](sent, f"/{kind}", now), None, now)


def _of_parameters(sent: Mapping[str, Any], now: datetime) -> Stated:
    found: dict[str, tuple[Mapping[str, Any], str]] = {}
    faults: list[Fault] = []
    listed = sent.get("parameter", [])
    for position, parameter in enumerate(listed if isinstance(listed, list) else []):
        place = f"/{PARAMETERS}/parameter/{position}"
        given = parameter if isinstance(parameter, Mapping) else {}
        name, resource = str(given.get("name")), given.get("resource")
        if name not in TAKEN_PARAMETERS:
            faults.append(Fault(pointer=f"{place}/name", detail=f"must be one of {', '.join(TAKEN_PARAMETERS)}."))
        elif name in found:
            faults.append(Fault(pointer=f"{place}/name", detail="is there twice."))
        elif not isinstance(resource, Mapping) or resource.get("resourceType") != TAKEN_PARAMETERS[name]:
            faults.append(Fault(pointer=f"{place}/resource", detail=f"must be a {TAKEN_PARAMETERS[name]}."))
        else:
            found[name] = resource, f"{place}/resource"
    present = [found[name] for name in ("questionnaireResponse", "bundle") if name in found]
    if len(present) != 1 and not faults:
        detail = "must have `questionnaireResponse` or `bundle`, and not both."
        faults.append(Fault(pointer=f"/{PARAMETERS}", detail=detail))
    if faults:
        raise _invalid(*faults)
    ((resource, place),) = present
    read = _READERS[str(resource["resourceType"])](resource, place, now)
    return _put_together(read, _form(*found[PREVIOUS], now) if PREVIOUS in found else None, now)


def _form(sent: Mapping[str, Any], place: str, now: datetime) -> _Read:
    form: ReadForm = read_response(sent, place=place, now=now)
    subject, faults = subject_of(sent.get("subject"), f"{place}/subject")
    if faults:
        raise _invalid(*faults)
    when = {} if form.authored is None else {"examined_at": form.authored.isoformat()}
    own = reference_of(FORM, sent.get("id"))
    return _Read(
        body={**form.body, **when},
        subject=subject,
        basis=(UNNAMED_FORM if own is None else {"reference": own},),
        place=place,
        places={"/examined_at": f"{place}/authored", **form.places},
        subject_place=f"{place}/subject",
    )


def _bundle(sent: Mapping[str, Any], place: str, now: datetime) -> _Read:
    _refuse_a_page(sent, place)
    exam = exam_of_bundle(sent, place=place, at=now)
    subject, basis = NOBODY, []
    faults: tuple[Fault, ...] = ()
    for position, entry in enumerate(sent["entry"]):
        resource = entry.get("resource", {})
        if resource.get("resourceType") == "Patient":
            subject, faults = subject_of_patient(resource, f"{place}/entry/{position}/resource")
        elif reference := reference_of(resource.get("resourceType"), resource.get("id"), entry.get("fullUrl")):
            basis.append({"reference": reference})
    if faults:
        raise _invalid(*faults)
    return _Read(
        body=EXAM.dump_python(exam, mode="json", exclude_none=True),
        subject=subject,
        basis=tuple(basis[:MOST_BASIS]) or (UNNAMED_BUNDLE,),
        place=place,
        subject_place=f"{place}/entry",
    )


def _refuse_a_page(sent: Mapping[str, Any], place: str) -> None:
    """Refuse results of a search that go on elsewhere: what stands on the other pages would count as never found.

    Raises:
        Refusal: 422 with the place of the link.
    """
    links = sent.get("link", [])
    if not isinstance(links, list) or not all(isinstance(each, Mapping) for each in links):
        raise _invalid(Fault(pointer=f"{place}/link", detail="must be a list of links."))
    for position, link in enumerate(links):
        if link.get("relation") == "next":
            raise _invalid(Fault(pointer=f"{place}/link/{position}", detail=ONE_PAGE))


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], str, datetime], _Read]]] = {
    FORM: _form,
    BUNDLE: _bundle,
}


def _put_together(read: _Read, before: _Read | None, now: datetime) -> Stated:
    """The exam with who was examined and, where an earlier form came too, what was found then.

    Raises:
        Refusal: 422 with the place of what does not fit, or of an earlier form that is of somebody else.
    """
    body = {**read.body, "patient": {**read.body.get("patient", {})}}
    places = dict(read.places)
    if read.subject.key is not None:
        body["patient"]["reference"] = read.subject.key
        places["/patient/reference"] = read.subject_place
    if before is not None:
        if None not in (read.subject.key, before.subject.key) and read.subject.key != before.subject.key:
            raise _invalid(Fault(pointer=before.subject_place, detail="is somebody else than who is examined now."))
        kept = ("examined_at", "examination", "other_leg", "red_flags")
        body["previous_examination"] = {name: before.body[name] for name in kept if name in before.body}
        places |= {f"/previous_examination{pointer}": place for pointer, place in before.places.items()}
        places["/previous_examination"] = before.place
    try:
        exam = read_exam(json.dumps(body).encode(), now)
    except Refusal as refused:
        raise at_their_places(refused, places, read.place) from None
    return Stated(exam=exam, subject=read.subject.reference, basis=read.basis)


def _invalid(*faults: Fault) -> Refusal:
    return Refusal(
        problem(
            "invalid-examination",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The body is not an examination",
            f"{TAKEN} Nothing was recorded.",
            faults,
        )
    )
