"""What made an answer, as Devices: the model with its version, and the rules with theirs.

The id names the version, because an answer refers to what made it, and a later version made others. Where no model is
loaded there is no Device of one: nothing that it made can be referred to.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.assessment import Provenance
from service.fhir.canonical import PUBLISHER, Resource
from service.models import NO_MODEL, Loaded
from service.rules.disclaimer import DISCLAIMER

MODEL_PREFIX: Final = "nerveroot-classifier"
RULES_PREFIX: Final = "nerveroot-rules"

_TOLD: Final = {"intended_use": "Intended use", "not_for": "Not for", "limits": "Limits"}
"""Lists of the model card that a Device tells in notes; among the limits is what it was validated on."""


def devices(loaded: Loaded) -> tuple[Resource, ...]:
    """The Devices of what answers just now: the model, where one is loaded, and the rules."""
    model = model_device(loaded.provenance, loaded.card)
    rules = rules_device(loaded.provenance)
    return (rules,) if model is None else (model, rules)


def model_device(made_by: Provenance, card: Mapping[str, Any] | None) -> Resource | None:
    """The model that made an answer, with what its card says of it; None where no model did."""
    if made_by.model_version in (None, NO_MODEL):
        return None
    version = str(made_by.model_version)
    created = (card or {}).get("created")
    return _device(
        f"{MODEL_PREFIX}-{version}",
        "nerveroot classifier",
        "Software: a statistical model of L4, L5 and S1 nerve-root involvement",
        {
            "model": version,
            "sha256 of the model file": made_by.model_sha256,
            "sha256 of the features it reads": made_by.feature_schema,
            "software": made_by.software_version,
        },
        [f"{title}: {' '.join(map(str, (card or {})[key]))}" for key, title in _TOLD.items() if (card or {}).get(key)],
        {"manufactureDate": created} if isinstance(created, str) and created else {},
    )


def rules_device(made_by: Provenance) -> Resource:
    """The rules that made an answer: red flags, imaging, management."""
    return _device(
        f"{RULES_PREFIX}-{made_by.ruleset_version}",
        "nerveroot rules",
        "Software: rules of guidelines for red flags, imaging and management of lumbosacral radiculopathy",
        {"rules": made_by.ruleset_version, "software": made_by.software_version},
        ["GET /v1/rules says every rule with its sources."],
        {},
    )


def _device(
    identifier: str, name: str, kind: str, versions: Mapping[str, str | None], notes: list[str], rest: Resource
) -> Resource:
    return {
        "resourceType": "Device",
        "id": identifier,
        "status": "active",
        "manufacturer": PUBLISHER,
        **rest,
        "deviceName": [{"name": name, "type": "model-name"}],
        "type": {"text": kind},
        "version": [{"type": {"text": part}, "value": value} for part, value in versions.items() if value],
        "note": [{"text": text} for text in (DISCLAIMER.text, *notes)],
    }
