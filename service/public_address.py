"""Under which address others know the service: links and audiences are made of it."""

from collections.abc import Callable

from starlette.requests import Request

from service.settings import Settings


def public_address(settings: Settings) -> Callable[[Request], str]:
    """The address without a slash at its end: the one that the settings name, otherwise the one that was asked.

    The address that was asked is of the header `Host`, which anybody can write: it is good enough for what the asker
    alone reads, and a service that others reach is told its address.
    """
    stated = settings.public_url

    def address(request: Request) -> str:
        return (str(request.base_url) if stated is None else stated).rstrip("/")

    return address
