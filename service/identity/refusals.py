"""Why a caller is refused: a short label for log and metric, and an answer that does not say it."""

from enum import StrEnum
from http import HTTPStatus

from service.identity.caller import Scope
from service.problems import Refusal, problem


class Reason(StrEnum):
    """The labels under which refusals are counted; fixed, and few."""

    NO_CREDENTIALS = "no_credentials"
    MALFORMED = "malformed"
    """No key or token can look like this, or the request names more than one."""
    UNKNOWN_KEY = "unknown_key"
    """No such API key, or the issuer publishes no such key."""
    BAD_SECRET = "bad_secret"  # noqa: S105 - a label
    """The API key is known, its secret is another."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    TOO_LONG_LIVED = "too_long_lived"
    """Longer from issue to end than is taken: what is stolen should soon be worth nothing."""
    REPLAYED = "replayed"
    """The token was used before, and is good for one request."""
    BAD_ALGORITHM = "bad_algorithm"
    BAD_SIGNATURE = "bad_signature"
    WRONG_TYPE = "wrong_type"
    """Not an access token: an ID token, for example; or one that only its owner's own key makes valid."""
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    BAD_CLAIMS = "bad_claims"
    """A claim that is needed is missing, or is not what it must be."""
    NO_TENANT = "no_tenant"
    NO_SCOPE = "no_scope"
    RATE = "rate"
    GUESSING = "guessing"
    ISSUER_UNREACHABLE = "issuer_unreachable"
    TOKENS_UNKEPT = "tokens_unkept"
    """The database cannot remember which tokens were used, and will not by itself: its tables are others."""


class NotKnown(Exception):
    """These credentials show nobody; carries the label alone, never the credentials."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Foreign(Exception):
    """The token is right, and names an organisation that is not known; carries who signed it."""

    def __init__(self, issuer: str) -> None:
        super().__init__("a token for an organisation that is not known")
        self.issuer = issuer


class KeysUnavailable(Exception):
    """The keys of the issuer could not be fetched, so that nobody's token can be checked."""

    def __init__(self, seconds: int) -> None:
        super().__init__("the keys of the issuer could not be fetched")
        self.seconds = seconds
        """After how many seconds it is worth asking again."""


def unauthorized() -> Refusal:
    """401 (RFC 9110, section 15.5.2), in the same words whatever was wrong.

    RFC 6750, section 3.1, would name the error; that tells a guesser which half of a guess was right.
    """
    said = problem(
        "unauthorized",
        HTTPStatus.UNAUTHORIZED,
        "Who asks is not known",
        "This address needs valid credentials in the header `Authorization: Bearer …`.",
    )
    return Refusal(said, {"WWW-Authenticate": "Bearer"})


def forbidden(scope: Scope) -> Refusal:
    """403 with the scope that it takes (RFC 6750, section 3.1)."""
    said = problem(
        "insufficient-scope",
        HTTPStatus.FORBIDDEN,
        "This caller may not do this",
        f"It takes the scope `{scope.value}`.",
    )
    return Refusal(said, {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope.value}"'})


def foreign() -> Refusal:
    """403: the record system is known, and the organisation that it asks for is not.

    CDS Hooks 2.0 leaves the status open. It is told apart from 401 because only who signed the token learns it.
    """
    said = problem(
        "unknown-tenant",
        HTTPStatus.FORBIDDEN,
        "This organisation is not known here",
        "The claim `tenant` of the token is missing, or names an organisation that this service does not know.",
    )
    return Refusal(said)


def too_many(seconds: int) -> Refusal:
    """429 (RFC 6585, section 4), in the same words for many requests and for many guesses."""
    said = problem(
        "too-many-requests",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "Try again after as many seconds as the header `Retry-After` says.",
    )
    return Refusal(said, {"Retry-After": str(seconds)})


def unavailable(seconds: int) -> Refusal:
    """503: nobody's token can be checked at present."""
    said = problem(
        "callers-unchecked",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Callers cannot be checked at present",
        "The keys of the issuer of tokens cannot be fetched. Try again after as many seconds as the header "
        "`Retry-After` says.",
    )
    return Refusal(said, {"Retry-After": str(seconds)})


def unkept() -> Refusal:
    """503: which tokens were used cannot be remembered until somebody mends the tables."""
    said = problem(
        "callers-unchecked",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Callers cannot be checked at present",
        "The database of this service does not have the tables that it needs.",
    )
    return Refusal(said)
