"""What a FHIR server says to a read or a search, as far as prefetch templates ask for it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from bench.demo_ehr.charts import Resource

_TOKEN: Final = re.compile(r"\{\{context\.(\w+)\}\}")
_READ: Final = re.compile(r"(\w+)/([A-Za-z0-9.-]+)")


def filled(template: str, context: Mapping[str, Any]) -> str:
    """A prefetch template with its tokens in place."""
    return _TOKEN.sub(lambda token: str(context[token[1]]), template)


def found(query: str, resources: Iterable[Resource]) -> Resource | None:
    """The resource of a read, None where there is none; the Bundle (searchset) of a search."""
    read = _READ.fullmatch(query)
    if read is not None:
        return next((each for each in resources if (each["resourceType"], each["id"]) == read.groups()), None)
    kind, _, asked = query.partition("?")
    wanted = parse_qsl(asked)
    matching = [each for each in resources if each["resourceType"] == kind and all(_fits(each, *one) for one in wanted)]
    for name, value in wanted:
        if name == "_sort":
            key = {"date": "effectiveDateTime"}.get(value.lstrip("-"), value.lstrip("-"))
            matching.sort(key=lambda each: str(each.get(key, "")), reverse=value.startswith("-"))
    shown = matching[: next((int(value) for name, value in wanted if name == "_count"), None)]
    entries = [{"resource": each, "search": {"mode": "match"}} for each in shown]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(matching),
        **({"entry": entries} if entries else {}),
    }


def _fits(resource: Resource, name: str, value: str) -> bool:
    match name:
        case "patient":
            return bool(resource.get("subject", {}).get("reference") == f"Patient/{value}")
        case "status":
            return resource.get("status") in value.split(",")
        case "category":
            codes = {coding.get("code") for each in resource.get("category", ()) for coding in each.get("coding", ())}
            return bool(codes.intersection(value.split(",")))
        case "questionnaire":
            return str(resource.get("questionnaire", "")).partition("|")[0] == value.partition("|")[0]
        case _:
            return name.startswith("_")
