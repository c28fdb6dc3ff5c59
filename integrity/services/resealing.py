"""Sealing everything anew with the first key of the list, so that an old key can go.

The way of the rows is that of the vault: what is sealed names its key in front, so what is left is
found by asking the database, and a run that was broken off goes on with the rest.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connections, models, transaction
from django.db.models import F, Func, Q
from django.db.models.functions import Cast
from psycopg import sql

from coinhub.core import vault
from coinhub.users.factor_adapter import FactorAdapter
from kyc.models import Document, DocumentFile
from kyc.services.documents import purpose_of

AT_ONCE = 200
OWNER = "owner"
# Rows that a trigger keeps as they are, from their owner, too.
KEPT = {"wallets_destination": "destination_stays"}


Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A table with something sealed: its old rows, with what is sealed as it stands there."""

    name: str
    model: type[models.Model]
    old: Callable[[], Any]
    again: Callable[[Row], Row]


def places() -> Iterator[Place]:
    """Give every place in which something is kept sealed for good."""
    for model in apps.get_models():
        fields = [one for one in model._meta.fields if isinstance(one, vault.SealedTextField)]
        if fields:
            purposes = {one.name: one.purpose for one in fields}
            yield Place(model._meta.db_table, model, _old(model, purposes), _texts(purposes))
    keys = {"sealed_key": ""}
    yield Place("kyc_documentfile", DocumentFile, _old(DocumentFile, keys), _key_of_a_picture)
    yield Place("mfa_authenticator", Authenticator, _old_factors, _secret_of_a_factor)


def count_old(place: Place) -> int:
    """Count the rows that are sealed with another key than the first."""
    return int(place.old().count())


def reseal(place: Place) -> tuple[int, int]:
    """Seal the old rows of a place anew, and say how many were and how many do not open.

    Atomic: opens a transaction for every 200 rows; runs as the owner of the tables.
    Repeat: goes on with what is left.
    Writes: the sealed columns, and nothing else.
    """
    done, shut, last = 0, 0, None
    while True:
        with transaction.atomic(using=OWNER), _unguarded(place):
            rows = place.old().select_for_update(of=("self",), no_key=True).order_by("pk")
            batch = list((rows if last is None else rows.filter(pk__gt=last))[:AT_ONCE])
            opened = sum(_seal_anew(place, row) for row in batch)
        if not batch:
            return done, shut
        done, shut, last = done + opened, shut + len(batch) - opened, batch[-1]["pk"]


def _seal_anew(place: Place, row: Row) -> bool:
    try:
        new = place.again(row)
    except vault.VaultError:
        return False
    place.model._default_manager.using(OWNER).filter(pk=row["pk"]).update(**new)
    return True


@contextmanager
def _unguarded(place: Place) -> Iterator[None]:
    """Let the owner write where a trigger keeps rows as they are; others wait until the commit."""
    trigger = KEPT.get(place.name)
    if trigger is None:
        yield
        return
    with connections[OWNER].cursor() as cursor:
        names = sql.Identifier(place.name), sql.Identifier(trigger)
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(*names))
        yield
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(*names))


def _old(model: type[models.Model], names: Iterable[str]) -> Callable[[], Any]:
    """Give the rows of which a column does not begin as the first key's do."""
    head = vault.head_of_first_key()
    raw = {f"raw_{name}": Cast(name, models.BinaryField()) for name in names}
    heads = {
        f"head_{name}": Func(
            F(name), 1, len(head), function="substring", output_field=models.BinaryField()
        )
        for name in names
    }

    def rows() -> Any:
        old = Q()
        for name in names:
            old |= Q(**{f"{name}__isnull": False}) & ~Q(**{f"head_{name}": head})
        every = model._default_manager.using(OWNER).alias(**heads)
        return every.filter(old).values("pk", **raw)

    return rows


def _texts(purposes: Mapping[str, str]) -> Callable[[Row], Row]:
    """Open what is in sealed columns; they seal by themselves what they are given."""

    def again(row: Row) -> Row:
        given = {name: row[f"raw_{name}"] for name in purposes}
        return {
            name: vault.unseal(bytes(sealed), purpose=purposes[name]).decode()
            for name, sealed in given.items()
            if sealed is not None
        }

    return again


def _key_of_a_picture(row: Row) -> Row:
    """Seal the key of a picture anew; the picture itself stays as it is."""
    purpose = purpose_of(Document(pk=row["pk"]))
    key = vault.unseal(bytes(row["raw_sealed_key"]), purpose=purpose)
    return {"sealed_key": vault.seal(key, purpose=purpose)}


def _old_factors() -> Any:
    """Give the authenticator apps whose secret does not begin as the first key's do."""
    head = vault.head_of_first_key()
    whole = base64.b64encode(head[: len(head) // 3 * 3]).decode()  # what base64 says of it alone
    apps_only = Authenticator.objects.using(OWNER).filter(type=Authenticator.Type.TOTP)
    return apps_only.exclude(data__secret__startswith=whole).values("pk", "data")


def _secret_of_a_factor(row: Row) -> Row:
    adapter = FactorAdapter()
    secret = adapter.decrypt(row["data"]["secret"])
    return {"data": row["data"] | {"secret": adapter.encrypt(secret)}}
