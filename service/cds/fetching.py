"""What a record system did not supply beforehand, fetched from its FHIR server with the access that it lent.

The address comes with the call, so it is held against the servers that the settings name; the access token goes to
that server and nowhere else. Whatever fails here leaves a part of the chart unread, and never the call unanswered.
"""

import asyncio
import logging
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urljoin

from service.body import Intricate, parse
from service.cds.fhir_base import FhirBase
from service.cds.prefetch import ASKED, FAILED, is_bundle, next_of, source_of
from service.cds.request import FHIR_LIMITS, HookRequest
from service.cds.whose import about_another
from service.chart.facts import Source, State
from service.downloading import NoAnswer, body_of
from service.problems import Refusal
from service.responding import FHIR_JSON
from service.settings import Settings

if TYPE_CHECKING:
    import httpx2

SECONDS: Final = 2.0
"""How long all of it may take together: whoever orders is waiting, and the best answer comes within half a second."""
MAX_BODY: Final = 1024 * 1024
"""Bytes of one answer."""
MOST_PAGES: Final = 5
"""Pages of one search that are read; the last of them says that there are more."""

_log = logging.getLogger(__name__)


class Fetcher:
    """Fetches what is missing from a FHIR server that may be asked."""

    def __init__(self, allowed: Sequence[FhirBase], *, loopback: bool, seconds: float = SECONDS) -> None:
        self._allowed = tuple(allowed)
        self._loopback = loopback
        self._seconds = seconds

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        import httpx2

        return httpx2.create_ssl_context()

    def base(self, request: HookRequest) -> FhirBase | None:
        """The server that may be asked about this call; None where none is named, or it is not one of ours."""
        base = FhirBase.of(request.fhir_server or "")
        if base is None or not (
            any(each.holds(base.address) for each in self._allowed) or (self._loopback and base.loopback)
        ):
            return None
        lent = request.fhir_authorization
        return None if lent is not None and lent.expires_in <= 0 else base

    async def fetch(self, keys: Collection[str], request: HookRequest) -> Mapping[str, Source]:
        """What the server has of these parts of the chart, all asked for at once.

        Empty where there is no server that may be asked; a part that cannot be had is there as FAILED.
        """
        base = self.base(request)
        if base is None or not keys:
            return {}
        collected = {key: _Pages() for key in keys}
        async with self._client(base, request) as client:
            patient = request.context.patient_id
            asking = [asyncio.create_task(_collect(client, base, key, patient, collected[key])) for key in keys]
            try:
                await asyncio.wait(asking, timeout=self._seconds)
            finally:
                for task in asking:
                    task.cancel()
                await asyncio.gather(*asking, return_exceptions=True)
        return {key: _read(key, pages, patient) for key, pages in collected.items()}

    def _client(self, base: FhirBase, request: HookRequest) -> "httpx2.AsyncClient":
        """A client for one call: nothing of it, cookies neither, is there for the next one."""
        import httpx2

        headers = {"Accept": FHIR_JSON, "Accept-Encoding": "identity"}
        if request.fhir_authorization is not None:
            headers["Authorization"] = f"Bearer {request.fhir_authorization.access_token.get_secret_value()}"
        return httpx2.AsyncClient(
            headers=headers,
            timeout=self._seconds,
            follow_redirects=False,
            verify=self._trusted,
            # A proxy comes from the environment; this machine is asked directly.
            trust_env=not base.loopback,
        )


@dataclass(kw_only=True)
class _Pages:
    """The pages that came, and why no more did."""

    found: list[dict[str, Any]] = field(default_factory=list)
    fault: str | None = None


def fetcher_of(settings: Settings) -> Fetcher:
    """The fetcher that `settings` allow; they hold only addresses that can be asked safely, and no other is asked."""
    bases = map(FhirBase.of, settings.fhir_servers)
    allowed = [each for each in bases if each is not None]
    if allowed:
        # Loaded before somebody waits for it; and not at all by services that ask nobody, which are most.
        import httpx2  # noqa: F401
    return Fetcher(allowed, loopback=settings.alone)


async def _collect(client: "httpx2.AsyncClient", base: FhirBase, key: str, patient_id: str, collected: _Pages) -> None:
    """Ask for one part of the chart, page by page; what came by the time that something fails stays."""
    # Percent-encoded, so that it stays within its place whatever it is.
    url = f"{base.address}/{ASKED[key].template.replace('{{context.patientId}}', quote(patient_id, safe=''))}"
    seen = set()
    try:
        while len(collected.found) < MOST_PAGES:
            seen.add(url)
            page = await _get(client, url)
            if collected.found and not is_bundle(page):
                raise NoAnswer("a further page that is no Bundle")
            collected.found.append(page)
            step = next_of(page) if is_bundle(page) else None
            if step is None or source_of(key, _together(collected.found)).state is State.COMPLETE:
                return
            url = urljoin(f"{base.address}/", step)
            if not step or url in seen or not base.holds(url):
                raise NoAnswer("a further page that is not of the server")
        collected.fault = f"more than {MOST_PAGES} pages"
    except asyncio.CancelledError:
        collected.fault = "too slow"
        raise
    except Exception as fault:
        # Its type says enough: a message may hold the address, and so a patient.
        collected.fault = str(fault) if isinstance(fault, NoAnswer) else type(fault).__name__


async def _get(client: "httpx2.AsyncClient", url: str) -> dict[str, Any]:
    try:
        said = parse(await body_of(client, url, most=MAX_BODY), FHIR_LIMITS)
    except (Refusal, Intricate):
        raise NoAnswer("not JSON that can be read") from None
    if not isinstance(said, dict):
        raise NoAnswer("not a resource")
    return said


def _read(key: str, pages: _Pages, patient_id: str) -> Source:
    """What the pages of one part say together."""
    fault, source = pages.fault, FAILED
    if pages.found:
        whole = _together(pages.found)
        if about_another(whole, patient_id):
            fault = "about another patient"
        else:
            source = source_of(key, whole)
    if fault is not None:
        _log.warning("The %s could not all be fetched from a FHIR server (%s).", key, fault)
    return source


def _together(pages: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The pages of one search as one Bundle; the link of the last says whether there would have been more."""
    if len(pages) == 1:
        return pages[0]
    entries = [entry for page in pages for entry in page.get("entry") or []]
    return {**pages[0], "entry": entries, "link": pages[-1].get("link")}
