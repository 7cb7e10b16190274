"""What is known of the patient of a call: supplied beforehand, or fetched; and refused where that is too little.

Two parts are needed: the person, with an age, and the problem list. Without them nothing is said (412, CDS Hooks 2.0),
unless the rest raises a red flag. A problem list that somebody tried to read and could not is another matter: it counts
as not assessed, and the answer says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from features.answer import Answer
from service.cds.fetching import Fetcher
from service.cds.order_reasons import CONDITION, OBSERVATION, Drafted, address_of, doubts, drafted
from service.cds.orders import Order, imaging_orders
from service.cds.prefetch import supplied
from service.cds.question import DECEASED
from service.cds.request import HookRequest
from service.cds.whose import refuse_another_patient
from service.chart.exam_of_chart import exam_of, forms_of
from service.chart.facts import (
    CONDITIONS,
    EXAMINATIONS,
    MEDICATIONS,
    OBSERVATIONS,
    PATIENT,
    Chart,
    ExamOnFile,
    Person,
    Source,
    State,
)
from service.chart.findings import found_in
from service.chart.person import read_person
from service.intake import MINIMUM_AGE
from service.problems import Fault, Refusal, problem
from service.rules.red_flags import screened

OLDEST: Final = 120.0
"""Years; a birth date further back is a mistake, as the contract has it."""


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What came of every part of the chart, from wherever it came."""

    person: Person
    at: datetime
    sources: Mapping[str, Source]
    exam: ExamOnFile | None
    earlier: ExamOnFile | None
    drafts: Drafted = field(default_factory=Drafted)

    def chart(self, order: Order | None) -> Chart:
        """The chart in the light of one order, or of none.

        Why anything is ordered counts whichever order it is; what is not understood is asked of its own order alone.
        """
        conditions = (*self.sources[CONDITIONS].resources, *self.drafts.of_kind(CONDITION))
        observations = (*self.sources[OBSERVATIONS].resources, *self.drafts.of_kind(OBSERVATION))
        found = found_in(
            conditions=conditions,
            medications=self.sources[MEDICATIONS].resources,
            observations=observations,
            order_reasons=self.drafts.reasons,
            at=self.at,
        )
        asked = () if order is None else doubts(order, self.drafts, (*conditions, *observations), self.at)
        deceased = (DECEASED,) if self._deceased else ()
        return Chart(
            person=self.person,
            at=self.at,
            found=replace(found, questions=(*deceased, *found.questions, *asked)),
            exam=self.exam,
            earlier=self.earlier,
            states={key: source.state for key, source in self.sources.items()},
        )

    @property
    def _deceased(self) -> bool:
        """Whether the record says that the person has died, or when."""
        patient = self.sources[PATIENT].resources[0]
        return patient.get("deceasedBoolean") not in (None, False) or patient.get("deceasedDateTime") is not None


async def gather(request: HookRequest, fetcher: Fetcher, at: datetime) -> Gathered:
    """What is known of the patient of a call at the moment `at`.

    Raises:
        Refusal: 422 where something was supplied that is about somebody else, 412 where what is needed cannot be had.
    """
    refuse_another_patient(request)
    before = supplied(request)
    wanting = {key for key, source in before.items() if not source.state.conclusive}
    if _person(before[PATIENT], at) is None:
        wanting.add(PATIENT)  # it was supplied without a birth date, or as nobody
    came = await fetcher.fetch(wanting, request)
    sources = {key: _joined(source, came.get(key)) for key, source in before.items()}
    person = _person(sources[PATIENT], at)
    exam, earlier, unread = forms_of(sources[EXAMINATIONS], at)
    if unread:
        state = State.PARTIAL if exam or earlier else State.FAILED
        sources[EXAMINATIONS] = Source(state=state, resources=sources[EXAMINATIONS].resources)
    unlisted = before[CONDITIONS].state is State.ABSENT and sources[CONDITIONS].state in (State.ABSENT, State.FAILED)
    if person is not None:
        drafts = drafted(request)
        gathered = Gathered(person=person, at=at, sources=sources, exam=exam, earlier=earlier, drafts=drafts)
        if not unlisted or _minor(person) or _flagged(gathered, request):
            return gathered
    missing = [key for key, lacks in ((PATIENT, person is None), (CONDITIONS, unlisted)) if lacks]
    raise _not_to_be_had(missing, _advice(request, fetcher))


def _person(source: Source, at: datetime) -> Person | None:
    """Who it is; None where nobody is there, or no birth date that can be."""
    if not source.resources:
        return None
    person = read_person(source.resources[0], at)
    return person if person.age_years is not None and 0 <= person.age_years <= OLDEST else None


def _joined(before: Source, fetched: Source | None) -> Source:
    """What was supplied and what was fetched together: neither takes anything away from the other."""
    if fetched is None:
        return before
    if fetched.state is State.FAILED:
        return fetched if before.state is State.ABSENT else before
    known: dict[str | None, list[Mapping[str, Any]]] = {}
    for each in fetched.resources:
        known.setdefault(address_of(each), []).append(_content(each))
    kept = (each for each in before.resources if _content(each) not in known.get(address_of(each), ()))
    return Source(state=fetched.state, resources=(*fetched.resources, *kept))


def _content(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a resource says; what the server keeps about it differs from one answer to the next."""
    return {name: value for name, value in resource.items() if name not in ("meta", "text")}


def _minor(person: Person) -> bool:
    """Whether the answer will be that this service is for adults, whatever the problem list says."""
    return person.age_years is not None and person.age_years < MINIMUM_AGE


def _flagged(gathered: Gathered, request: HookRequest) -> bool:
    """Whether what was read raises a red flag, for any of the orders; age alone is none that could stand by itself."""
    exams = (exam_of(gathered.chart(order)) for order in imaging_orders(request) or (None,))
    return any(not flag.weak and answer is Answer.YES for exam in exams for flag, answer in screened(exam))


_WANTED: Final = {
    PATIENT: "is needed, with a birth date, and could not be had.",
    CONDITIONS: "is needed, if only as an empty list, and could not be had.",
}


def _advice(request: HookRequest, fetcher: Fetcher) -> str:
    if request.fhir_server is None:
        return (
            "Supply it as the prefetch that discovery names, or name a fhirServer that this service may ask, with "
            "fhirAuthorization."
        )
    if fetcher.base(request) is None:
        return (
            "Supply it as the prefetch that discovery names. The FHIR server of the call is none that this service may "
            "ask (NERVEROOT_FHIR_SERVERS), or the access to it has run out."
        )
    return "Supply it as the prefetch that discovery names. The FHIR server of the call was asked, and did not give it."


def _not_to_be_had(missing: list[str], advice: str) -> Refusal:
    return Refusal(
        problem(
            "data-missing",
            HTTPStatus.PRECONDITION_FAILED,
            "Data that is needed is missing",
            f"{advice} Nothing was assessed, and nothing recorded.",
            tuple(Fault(pointer=f"/prefetch/{key}", detail=f"{_WANTED[key]} {advice}") for key in missing),
        )
    )
