"""Every definition that is served, by resource type, and what a client may ask of each type."""

from collections.abc import Callable, Mapping
from typing import Final

from service.fhir.canonical import Resource
from service.fhir.code_systems import code_systems
from service.fhir.device import devices
from service.fhir.operation_definition import assess_operation
from service.fhir.questionnaire import exam_questionnaire
from service.fhir.searching import CANONICAL, INSTANCES, Matches
from service.fhir.value_sets import value_sets
from service.models import Loaded

SERVED: Final[Mapping[str, Callable[[Loaded], tuple[Resource, ...]]]] = {
    "CodeSystem": lambda _: code_systems(),
    "Device": devices,
    "OperationDefinition": lambda _: (assess_operation(),),
    "Questionnaire": lambda _: (exam_questionnaire(),),
    "ValueSet": lambda _: value_sets(),
}
"""The resources of each type, for what answers just now. Only Devices change with the model: the others
are made once."""

SEARCHED: Final[Mapping[str, Mapping[str, tuple[str, Matches]]]] = {
    kind: INSTANCES if kind == "Device" else CANONICAL for kind in SERVED
}
"""The search parameters of each type."""
