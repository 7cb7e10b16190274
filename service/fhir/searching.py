"""Searching among the few definitions that are served, as FHIR R4 has it (search.html), and the Bundle that answers."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from service.fhir.canonical import Resource
from service.problems import Refusal, problem

Matches = Callable[[Resource, str], bool]


def _token(name: str) -> Matches:
    """The code alone counts: what is searched for has one code system at most."""
    return lambda resource, asked: resource.get(name) == asked.rpartition("|")[2]


def _string(name: str) -> Matches:
    return lambda resource, asked: str(resource.get(name, "")).lower().startswith(asked.lower())


def _canonical(resource: Resource, asked: str) -> bool:
    url, _, version = asked.partition("|")
    return resource.get("url") == url and version in ("", resource.get("version"))


CANONICAL: Final[Mapping[str, tuple[str, Matches]]] = {
    "_id": ("token", _token("id")),
    "url": ("uri", _canonical),
    "version": ("token", _token("version")),
    "name": ("string", _string("name")),
    "status": ("token", _token("status")),
}
"""The parameters of a search for definitions with a canonical name: the type of each, and what matches."""

INSTANCES: Final[Mapping[str, tuple[str, Matches]]] = {name: CANONICAL[name] for name in ("_id", "status")}
"""Those of a search for resources without one."""


def search(
    resources: Iterable[Resource], request: Request, known: Mapping[str, tuple[str, Matches]], *, base: str
) -> Resource:
    """The searchset of those of `resources` that match the query; `base` is their address.

    A parameter that is not known is left out of the `self` link, which says what was searched for.

    Raises:
        Refusal: 400 for a modifier, which would change what is meant; for a parameter that is not known, where the
            client asks to be told (`Prefer: handling=strict`).
    """
    asked = [(name, value) for name, value in request.query_params.multi_items() if value]
    _refuse(name for name, _ in asked if name.partition(":")[0] in known and ":" in name)
    used = [(name, value) for name, value in asked if name in known]
    if "handling=strict" in request.headers.get("prefer", "").replace(" ", "").lower():
        _refuse(name for name, _ in asked if name not in known and name != "_format")
    found = [each for each in resources if all(_matches(each, known[name][1], value) for name, value in used)]
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": [{"relation": "self", "url": f"{base}?{urlencode(used)}" if used else base}],
    }
    entries = [{"fullUrl": f"{base}/{each['id']}", "resource": each, "search": {"mode": "match"}} for each in found]
    return {**bundle, "entry": entries} if entries else bundle


def _matches(resource: Resource, match: Matches, value: str) -> bool:
    """Whether one of the values, which commas divide, matches."""
    return any(match(resource, each) for each in value.split(","))


def _refuse(names: Iterable[str]) -> None:
    if any(True for _ in names):
        raise Refusal(
            problem(
                "search-parameter",
                HTTPStatus.BAD_REQUEST,
                "A search parameter is not supported",
                "GET /fhir/metadata lists the parameters of every resource type; modifiers are not supported.",
            )
        )
