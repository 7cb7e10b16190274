"""What the answers rest on: `GET /v1/rules`, `GET /v1/rules/{id}` and `GET /v1/model`. Public, as the repository is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from service.languages import Languages
from service.model_card.required import CITED
from service.model_card.source_attributes import of_the_model, of_the_rules
from service.models import Loaded
from service.problems import Refusal, problem
from service.rest.documented import SPOKEN, headers_of, refusals
from service.rules import RULESET_VERSION
from service.rules.citations import citations
from service.rules.guideline import Citation, Policy
from service.rules.rulebook import RetiredRule, RuleEntry, entries, retired


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """The guideline as it is in force."""

    ruleset_version: str
    policy: Policy
    rules: tuple[RuleEntry, ...]
    retired: tuple[RetiredRule, ...]
    citations: Mapping[str, Citation]


def rules(policy: Policy, languages: Languages) -> APIRouter:
    """`GET /v1/rules` and `GET /v1/rules/{id}`: the guideline as it is in force."""
    router = APIRouter(tags=["rules"])
    spoken: dict[int | str, dict[str, Any]] = {int(HTTPStatus.OK): {"headers": headers_of(SPOKEN)}}
    asked = {"parameters": [languages.documented]}

    @router.get(
        "/v1/rules",
        response_model=Rulebook,
        responses=spoken,
        openapi_extra=asked,
        summary="Every rule with its sources",
    )
    async def list_rules(request: Request, response: Response) -> Rulebook:
        """The version of the rules, the policy in force, every rule, and every source they name."""
        language = languages.chosen(request.headers)
        response.headers.update(language.headers)
        return Rulebook(
            ruleset_version=RULESET_VERSION,
            policy=policy,
            rules=entries(language.wording),
            retired=retired(),
            citations=citations(),
        )

    @router.get(
        "/v1/rules/{rule_id}",
        response_model=RuleEntry,
        responses=spoken | refusals(HTTPStatus.NOT_FOUND, admitted=False),
        openapi_extra=asked,
        summary="One rule",
    )
    async def show_rule(
        rule_id: Annotated[str, Path(description="for example RF-CES-RETENTION")], request: Request, response: Response
    ) -> RuleEntry:
        """One rule by its permanent id."""
        language = languages.chosen(request.headers)
        for rule in entries(language.wording):
            if rule.rule_id == rule_id:
                response.headers.update(language.headers)
                return rule
        gone = next((f" It was retired: {rule.because}" for rule in retired() if rule.rule_id == rule_id), "")
        raise Refusal(
            problem("no-such-rule", HTTPStatus.NOT_FOUND, "No such rule", f"GET /v1/rules lists every rule id.{gone}")
        )

    return router


def model(loaded: Callable[[], Loaded]) -> APIRouter:
    """`GET /v1/model`: the card of the model that answers just now."""
    router = APIRouter(tags=["model"])

    @router.get(
        "/v1/model",
        responses=refusals(HTTPStatus.SERVICE_UNAVAILABLE, admitted=False),
        summary="The model card in machine-readable form",
    )
    async def show_model() -> dict[str, Any]:
        """Version, training data, metrics and limits of the model that answers: its manifest.

        `source_attributes` says the same in plain sentences with figures, attribute by attribute as US certification
        asks it of a predictive intervention; `rules_source_attributes` those of the rules. `GET /model` is the page.
        """
        now = loaded()
        if now.card is None:
            raise Refusal(
                problem(
                    "no-model",
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "No model answers just now",
                    "The rules answer without it. GET /health/ready says why.",
                )
            )
        return {
            **now.card,
            "source_attributes_of": CITED,
            "source_attributes": [each.as_json() for each in of_the_model(now.card, now.report)],
            "rules_source_attributes": [each.as_json() for each in of_the_rules()],
        }

    return router
