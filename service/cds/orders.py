"""Which orders a call asks about: imaging of the lumbar spine, and of it only what is being selected or signed.

An order is known by system and code. Words decide only whether it is about the lumbar spine at all: many orders have no
standard code, of lumbar radiographs none was seen, and an order that is missed gets no advice.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from service.cds.request import ORDER_SELECT, ORDER_SIGN, HookRequest
from service.problems import Fault, Refusal, problem
from service.terminology.code_groups import LUMBAR_IMAGING
from service.terminology.standard_codes import standard
from service.terminology.systems import CPT


class Imaging(StrEnum):
    """How an order images."""

    MRI = "mri"
    CT = "ct"
    RADIOGRAPH = "radiograph"


MOST_ORDERS: Final = 20
"""Orders of lumbar imaging in one call; each gets an assessment of its own, and nobody signs so many."""

_BY_CODE: Final = {(each.system, each.code): Imaging(name) for name, codes in LUMBAR_IMAGING.items() for each in codes}
_UNRELATED: Final = {(each.system, each.code) for each in (standard(CPT, "72141"), standard(CPT, "70450"))}
"""Orders that are certainly of something else, whatever their words say: cervical MRI, CT of the head. Beside a lumbar
code they say that more than the lumbar spine is imaged."""

_LUMBAR: Final = re.compile(r"\b((thoraco)?lumbar|lumbo[ -]?sacral|l(umbo)?[/ -]?s?[ -]?spine|l[/-]s|low(er)? back)\b")
_BY_WORD: Final = {
    Imaging.MRI: re.compile(r"\b(mri|mr|magnetic resonance)\b"),
    Imaging.CT: re.compile(r"\b(ct|cat scan|comput(ed|eri[sz]ed) tomograph\w*)\b"),
    Imaging.RADIOGRAPH: re.compile(r"\b(x[ -]?rays?|xr|radiograph\w*|plain films?)\b"),
}
_OTHER: Final = re.compile(
    r"\b(punctures?|taps?|injections?|infiltrations?|blocks?|guid(ed|ance)|biops(y|ies)|aspirations?|drain(s|age)?|"
    r"ablations?|plexus|discogra\w*|angiogra\w*|vertebroplast\w*|kyphoplast\w*|absorptiometr\w*|densit\w*|dexa|dxa)\b"
)
"""What is done to the lumbar spine under imaging, or measured by it, is not imaging of a cause of leg pain."""

_ELSEWHERE: Final = re.compile(
    r"\b(cervic\w*|c[/ -]?spine|neck|thora\w*|dorsal|dorso\w*|t[/ -]?spine|chest|brain|head|crani\w*|skull|orbits?|"
    r"(whole|entire|total|full|complete|all|rest of)( of)?( the)? (spine|spinal|body)|spinal cord|neuro ?ax\w*|"
    r"abdom\w*|kub|kidneys?|renal|pelvi\w*|sacroiliac|si joints?|coccyx|hips?|femur|knees?|ankles?|shoulders?|plus|"
    r"other regions?)\b"
)
"""Words of another region. An order that images it as well may be needed for that, and is never offered to be removed;
a word too many costs a suggestion."""

_NOT_AN_ORDER: Final = ("revoked", "completed", "entered-in-error")
_UNSIGNED: Final = (None, "draft")
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order of lumbar imaging that is being selected or signed."""

    reference: str | None
    """As in `ServiceRequest/abc`; None where it has no id."""
    resource: Mapping[str, Any]
    """As it came."""
    modality: Imaging
    removable: bool
    """Whether a card may suggest to delete it: it is a draft, images the lumbar spine and no other region, and there is
    an id to delete it by."""
    again: tuple[Mapping[str, Any], ...] = ()
    """Further drafts of the same id: each may say what the others do not."""

    @property
    def versions(self) -> tuple[Mapping[str, Any], ...]:
        """All that came of it."""
        return (self.resource, *self.again)


def imaging_orders(request: HookRequest) -> tuple[Order, ...]:
    """The orders that the answer is about, each once; none for a hook that is not about orders.

    Raises:
        Refusal: 422 for more of them than anybody signs at once.
    """
    if request.hook not in (ORDER_SELECT, ORDER_SIGN):
        return ()
    chosen = _chosen(request)
    found: dict[Any, list[Mapping[str, Any]]] = {}
    selected = set()
    for position, (addresses, resource) in enumerate(_service_requests(request)):
        # Without an id, nothing says that two of them are the same.
        key = addresses[0] if addresses else position
        found.setdefault(key, []).append(resource)
        if request.hook == ORDER_SIGN or not chosen.isdisjoint(addresses):
            selected.add(key)
    orders = (_order(versions) for key, versions in found.items() if key in selected)
    asked = tuple(order for order in orders if order is not None)
    if len(asked) > MOST_ORDERS:
        raise _too_many()
    return asked


def _service_requests(request: HookRequest) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """Every order that is still one, with the addresses that it goes by."""
    for full_url, resource in _drafts(request):
        if (
            resource.get("resourceType") == "ServiceRequest"
            and resource.get("status") not in _NOT_AN_ORDER
            and resource.get("doNotPerform") is not True
        ):
            yield _addresses(full_url, resource), resource


def _drafts(request: HookRequest) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for entry in (request.context.draft_orders or {}).get("entry") or ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield entry.get("fullUrl"), resource


def _addresses(full_url: Any, resource: Mapping[str, Any]) -> list[str]:
    """What references to the resource may say, the usual one first."""
    named = resource.get("id")
    usual = [f"{resource.get('resourceType')}/{named}"] if isinstance(named, str) and named else []
    return [*usual, full_url] if isinstance(full_url, str) and full_url else usual


def _chosen(request: HookRequest) -> frozenset[str]:
    """What the selections name, with an address before it or without."""
    named = request.context.selections or ()
    return frozenset(address for each in named for address in (each, "/".join(each.split("/")[-2:])))


def _order(versions: Sequence[Mapping[str, Any]]) -> Order | None:
    """The order that these drafts of one id are; None where none of them images the lumbar spine."""
    modalities = [_imaging(each) for each in versions]
    modality = next(filter(None, modalities), None)
    if modality is None:
        return None
    first = modalities.index(modality)
    named = versions[first].get("id")
    named = named if isinstance(named, str) and named else None
    plain = all(each is not None for each in modalities) and all(_removable(each) for each in versions)
    return Order(
        reference=None if named is None else f"ServiceRequest/{named}",
        resource=versions[first],
        modality=modality,
        removable=plain and named is not None and bool(_ID.fullmatch(named)),
        again=tuple(each for position, each in enumerate(versions) if position != first),
    )


def _removable(resource: Mapping[str, Any]) -> bool:
    """Whether it is a draft, and all that it names is the lumbar spine."""
    code, sites = resource.get("code"), _objects(resource.get("bodySite"))
    concepts = [code if isinstance(code, dict) else {}, *_objects(resource.get("orderDetail"))]
    codings = [(each.get("system"), each.get("code")) for each in _objects(concepts[0].get("coding"))]
    return (
        resource.get("status") in _UNSIGNED
        and not any(key in _UNRELATED for key in codings if all(isinstance(part, str) for part in key))
        and not any(_ELSEWHERE.search(text) for each in (*concepts, *sites) for text in _words(each))
        and all(any(_LUMBAR.search(text) for text in _words(site)) for site in sites)
    )


def _imaging(resource: Mapping[str, Any]) -> Imaging | None:
    """How the order images the lumbar spine; None where it does not."""
    code = resource.get("code")
    concept = code if isinstance(code, dict) else {}
    keys = [(each.get("system"), each.get("code")) for each in _objects(concept.get("coding"))]
    for key in keys:
        if (known := _known(key)) is not None:
            return known
    if any(key in _UNRELATED for key in keys if all(isinstance(part, str) for part in key)):
        return None
    lumbar = any(_LUMBAR.search(text) for site in _objects(resource.get("bodySite")) for text in _words(site))
    return next(filter(None, (_by_words(text, lumbar=lumbar) for text in _words(concept))), None)


def _known(key: tuple[Any, Any]) -> Imaging | None:
    return _BY_CODE.get(key) if all(isinstance(part, str) for part in key) else None


def _by_words(text: str, *, lumbar: bool) -> Imaging | None:
    """What the words mean, where they, or the body site of the order, are about the lumbar spine."""
    if not (lumbar or _LUMBAR.search(text)) or _OTHER.search(text):
        return None
    return next((modality for modality, words in _BY_WORD.items() if words.search(text)), None)


def _words(concept: Mapping[str, Any]) -> Iterator[str]:
    """What a concept is called, in lower case."""
    named = [concept.get("text"), *(each.get("display") for each in _objects(concept.get("coding")))]
    yield from (" ".join(each.lower().replace("_", " ").split()) for each in named if isinstance(each, str))


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; nothing else of it, and nothing of anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _too_many() -> Refusal:
    return Refusal(
        problem(
            "too-many-orders",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The call holds too many orders of lumbar imaging",
            f"At most {MOST_ORDERS} are answered in one call. Nothing was recorded.",
            (Fault(pointer="/context/draftOrders", detail=f"holds more than {MOST_ORDERS} of them."),),
        )
    )
