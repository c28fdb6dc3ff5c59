"""Which rails the installation has."""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from coinhub.core.errors import DomainError, NotYours
from wallets.rails.base import Rail

SANDBOX_RAIL = "wallets.rails.sandbox.SandboxRail"


class RailMissing(DomainError):
    """No rail of the installation pays this currency over this network."""

    code = "RAIL_MISSING"
    status = 503
    title = "This cannot be paid out at the moment"


def all_rails() -> list[Rail]:
    """Make the rails that the installation names; the sandbox has one without."""
    named = settings.RAILS or ([SANDBOX_RAIL] if settings.SANDBOX else [])
    return [_make(name) for name in named]


def rail_for(currency: str, network: str) -> Rail:
    """Give the first rail that pays a currency over a network.

    Raises: RailMissing.
    """
    for rail in all_rails():
        if rail.serves(currency, network):
            return rail
    raise RailMissing(retry_after=3600)


def rail_named(name: str) -> Rail:
    """Give a rail by its name.

    Raises: NotYours when there is none, as for everything that is not there.
    """
    for rail in all_rails():
        if rail.name == name:
            return rail
    raise NotYours


@lru_cache(maxsize=16)
def _make(name: str) -> Rail:
    rail: Rail = import_string(name)()
    return rail
