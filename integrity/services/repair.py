"""Repair: wallet rows are written anew from their postings, and only when these are sound."""

import json
from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db import DatabaseError, connections, transaction

from coinhub.core.actor import Actor
from coinhub.core.db import sql_file
from coinhub.core.errors import Unavailable
from integrity.checks.relations import Figures
from integrity.models import Run
from integrity.services.check import Scope, check

REFUSED = {"LG014", "23514"}  # unsound postings; a constraint of the wallet says no
NO_WALLET = "LG003"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of one wallet: the balances before and after, or why it was left alone."""

    wallet_id: int
    currency: str
    changed: bool
    before: dict[str, str] | None = None
    after: dict[str, str] | None = None
    refused: str = ""


def repair_all(
    *, actor: Actor, apply: bool, scope: Scope | None = None, using: str = "default"
) -> list[Repaired]:
    """Repair every wallet, or every one in a scope, whose row disagrees with the other relations.

    Atomic: each wallet by itself.
    Repeat: what is right already is left alone.
    Writes: Run; with ``apply`` the balances of Wallets, an AuditEvent each. Never a posting.
    Raises: Unavailable.
    """
    checked = check(actor=actor, trigger=Run.Trigger.COMMAND, scope=scope, using=using)
    wanted = [f for f in checked.mismatches if not f.in_sync or f.version != f.newest]
    return [repair(figures, actor=actor, apply=apply, using=using) for figures in wanted]


def repair(figures: Figures, *, actor: Actor, apply: bool, using: str = "default") -> Repaired:
    """Write one wallet's balances anew from its postings, or say why not.

    Atomic: one statement in a transaction of its own.
    Raises: Unavailable.
    """
    told = {
        "kind": actor.kind,
        "user_id": str(actor.user_id) if actor.user_id else None,
        "address": actor.address,
        "request_id": actor.request_id,
    }
    statement = sql_file("integrity/sql/repair.sql")
    parameters: dict[str, int | str | bool] = {
        "wallet_id": figures.wallet_id,
        "actor": json.dumps(told),
        "apply": apply,
    }
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            # A house wallet's history may be long; as in a check, the bound is the setting's.
            cursor.execute(f"SET LOCAL statement_timeout = '{settings.CHECK_TIMEOUT_S}s'")
            cursor.execute(statement, parameters)
            changed, before, after = cursor.fetchone()
    except DatabaseError as error:
        return Repaired(figures.wallet_id, figures.currency, False, refused=_reason(error))
    return Repaired(figures.wallet_id, figures.currency, changed, _as_dict(before), _as_dict(after))


def _reason(error: DatabaseError) -> str:
    """Give the reason of a refusal.

    Raises: Unavailable for anything else.
    """
    cause = error.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if not isinstance(cause, psycopg.Error) or state not in REFUSED | {NO_WALLET}:
        raise Unavailable("the wallet could not be repaired in time", retry_after=5) from error
    detail = cause.diag.message_detail or ""
    if detail.startswith("{"):
        return str(json.loads(detail).get("reason", ""))
    return cause.diag.message_primary or str(state)


def _as_dict(value: str | dict[str, str] | None) -> dict[str, str] | None:
    return json.loads(value) if isinstance(value, str) else value
