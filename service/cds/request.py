"""What a record system sends to a hook, read strictly where the answer rests on it and leniently everywhere else.

Unknown members and `extension` are passed over (CDS Hooks 2.0). What cannot be read is refused with every fault and its
place, and without what stands there.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StrictInt, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from service.body import Intricate, Limits, parse, step
from service.problems import Fault, Refusal, problem

MAX_CALL: Final = 4 * 1024 * 1024
"""Bytes of one call; two hundred conditions take about 100 KiB."""
FHIR_LIMITS: Final = Limits(deepest=64, most_values=400_000, longest_list=10_000)
"""How intricate a call, or a resource that is fetched, may be."""
MOST_FAULTS: Final = 100
"""Faults that are named in one refusal."""

PATIENT_VIEW: Final = "patient-view"
ORDER_SELECT: Final = "order-select"
ORDER_SIGN: Final = "order-sign"

_PRESCRIBERS: Final = ("Practitioner", "PractitionerRole")
_USERS: Final = {
    PATIENT_VIEW: (*_PRESCRIBERS, "Patient", "RelatedPerson"),
    ORDER_SELECT: _PRESCRIBERS,
    ORDER_SIGN: _PRESCRIBERS,
}
"""Who may use each hook (the tables of context of patient-view, order-select and order-sign 1.0)."""
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    ORDER_SELECT: ("selections", "draftOrders"),
    ORDER_SIGN: ("draftOrders",),
}
"""What the context of a hook holds beside user and patient (the same tables)."""

_USER: Final = re.compile(r"([A-Za-z]{1,64})/([A-Za-z0-9._-]{1,128})", re.ASCII)
_BEARER: Final = re.compile(r"[\x21-\x7e]+", re.ASCII)

# Ids of FHIR have 1 to 64 characters of A-Z a-z 0-9 - and a point; real systems use the underscore too, and more of
# them. One of points alone would be another address.
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$", max_length=128)]
_Text = Annotated[str, Field(min_length=1)]


def _sendable(token: SecretStr) -> SecretStr:
    if not _BEARER.fullmatch(token.get_secret_value()):
        raise PydanticCustomError("token", "must be a text that can stand in a header.")
    return token


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        fitting = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fitting = False
    if not fitting:
        raise PydanticCustomError("address", "must be the address of a FHIR server, with https:// or http://.")
    return url


def _bundle(found: dict[str, Any]) -> dict[str, Any]:
    if found.get("resourceType") != "Bundle":
        raise PydanticCustomError("bundle", "must be a Bundle.")
    if not isinstance(found.get("entry") or [], list):
        raise PydanticCustomError("bundle", "must be a Bundle whose `entry` is a list.")
    return found


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """Access to the FHIR server, lent for this one call: never kept, never logged, sent to that server alone."""

    __pydantic_config__: ClassVar = {"extra": "ignore"}

    access_token: Annotated[SecretStr, AfterValidator(_sendable)]
    token_type: Annotated[str, Field(pattern=r"^[Bb][Ee][Aa][Rr][Ee][Rr]$")] = field(repr=False)
    expires_in: StrictInt
    """Seconds."""
    scope: str = field(repr=False)
    subject: _Text = field(repr=False)
    patient: _Id | None = field(default=None, repr=False)
    """The patient that it is limited to; systems leave it out, where it should be there too."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who does what about whom. Nothing of it is shown by `repr`: it would name a patient."""

    __pydantic_config__: ClassVar = {"alias_generator": to_camel}

    user_id: str = field(repr=False)
    """As in `Practitioner/abc`."""
    patient_id: _Id = field(repr=False)
    encounter_id: str | None = field(default=None, repr=False)
    selections: tuple[str, ...] | None = field(default=None, repr=False)
    """The orders that order-select is about, as in `ServiceRequest/abc`; they may point nowhere."""
    draft_orders: Annotated[dict[str, Any], AfterValidator(_bundle)] | None = field(default=None, repr=False)
    """A Bundle of the orders that are not signed yet, as it came."""

    @property
    def user_type(self) -> str:
        """What kind of user it is: the wording depends on it."""
        return self.user_id.partition("/")[0]


@dataclass(frozen=True, kw_only=True)
class HookRequest:
    """One call of a hook."""

    __pydantic_config__: ClassVar = {"alias_generator": to_camel}

    hook: str
    hook_instance: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    context: Context
    fhir_server: Annotated[str, AfterValidator(_address)] | None = None
    fhir_authorization: Authorization | None = None
    prefetch: dict[str, Any] | None = field(default=None, repr=False)
    """By key, what came: a resource, a Bundle, `null`, or an OperationOutcome."""


_HOOK_REQUEST: Final = TypeAdapter(HookRequest)

_SENTENCES: Final = {
    "missing": "is required.",
    "string_too_short": "must not be empty.",
    "dataclass_type": "must be an object.",
    "dict_type": "must be an object.",
    "tuple_type": "must be a list.",
    "string_type": "must be a text.",
    "int_type": "must be a whole number.",
}
_PLACES: Final = {
    "/hookInstance": "must be a UUID.",
    "/context/patientId": "must be the id of a Patient.",
    "/fhirAuthorization/token_type": "must be Bearer.",
    "/fhirAuthorization/patient": "must be the id of a Patient.",
}
"""What is to stand at a place, where its pattern would say it worse."""


def read_request(body: bytes, hooks: Collection[str]) -> HookRequest:
    """The call that `body` states to a service that answers `hooks`.

    Raises:
        Refusal: 400 if it is not JSON, or with every fault and its place if it is no call of one of these hooks.
    """
    try:
        said = parse(body, FHIR_LIMITS)
    except Intricate as found:
        raise _refused([found.fault]) from None
    if not isinstance(said, dict):
        raise _refused([Fault(pointer="", detail="must be an object.")])
    faults = [*_of_the_hook(said, hooks)]
    try:
        read = _HOOK_REQUEST.validate_python(said)
    except ValidationError as found:
        told = found.errors(include_url=False, include_context=True, include_input=False)
        # What the hook requires is said first: one place, one sentence.
        faults += [each for each in map(_fault, told) if each.pointer not in {fault.pointer for fault in faults}]
        raise _refused(faults) from None
    if faults:
        raise _refused(faults)
    return read


def _of_the_hook(said: Mapping[str, Any], hooks: Collection[str]) -> list[Fault]:
    """What one member requires of another, which a type cannot say."""
    hook, context = said.get("hook"), said.get("context")
    faults = []
    if not isinstance(hook, str) or hook not in hooks:
        named = " or ".join(sorted(hooks))
        faults.append(Fault(pointer="/hook", detail=f"must be {named}: this service answers nothing else."))
    elif isinstance(context, dict):
        user, kinds = context.get("userId"), _USERS[hook]
        shape = _USER.fullmatch(user) if isinstance(user, str) else None
        if shape is None or shape[1] not in kinds:
            named = ", ".join(kinds[:-1]) + f" or {kinds[-1]}"
            faults.append(Fault(pointer="/context/userId", detail=f"must name a {named}, as in Practitioner/abc."))
        missing = [name for name in _REQUIRED.get(hook, ()) if context.get(name) is None]
        faults += [Fault(pointer=f"/context/{name}", detail=f"is required by {hook}.") for name in missing]
    lent = said.get("fhirAuthorization")
    if lent is not None and said.get("fhirServer") is None:
        faults.append(Fault(pointer="/fhirServer", detail="is required where fhirAuthorization is there."))
    limited = lent.get("patient") if isinstance(lent, dict) else None
    if isinstance(context, dict) and limited is not None and limited != context.get("patientId", limited):
        faults.append(Fault(pointer="/fhirAuthorization/patient", detail="must be the same as context.patientId."))
    return faults


def _fault(error: ErrorDetails) -> Fault:
    pointer = "".join(filter(None, map(step, error["loc"])))
    sentence = _SENTENCES.get(error["type"]) or _PLACES.get(pointer) or f"{error['msg'].rstrip('.')}."
    return Fault(pointer=pointer, detail=sentence)


def _refused(faults: list[Fault]) -> Refusal:
    return Refusal(
        problem(
            "invalid-cds-request",
            HTTPStatus.BAD_REQUEST,
            "The body is not a call of this service",
            "Each fault is named with its place. Nothing was recorded.",
            tuple(faults[:MOST_FAULTS]),
        )
    )
