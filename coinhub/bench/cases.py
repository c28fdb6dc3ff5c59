"""What CoinHub's clients repeat: the bare function, the whole transfer, and the ORM's way."""

import hashlib
import random
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction

from coinhub.bench.stage import Stage
from coinhub.core.actor import Actor
from coinhub.core.ids import new_public_id, shard_of
from coinhub.core.money import Money
from coinhub.events.models import AuditEvent, OutboxEvent
from wallets.ledger import posting
from wallets.ledger.drafts import Leg
from wallets.ledger.request import TIME_OF_BOOKING, Answer, MoneyRequest
from wallets.models import BalanceType, IdempotencyKey, Journal, Posting, Transaction, Wallet
from wallets.services import transfers

Act = Callable[[random.Random, str], object]
CENT = Decimal("0.01")
POST_JOURNAL = """
SELECT journal_id FROM post_journal_v1(
    %s::smallint, %s::bigint, %s::text, %s::text,
    %s::bigint[], %s::smallint[], %s::text[], %s::numeric[])
"""


def prepare(case: str, stage: Stage) -> Act:
    """Give what is repeated in a case."""
    return {"post_journal": post_journal, "transfer": transfer, "orm": orm}[case](stage)


def post_journal(stage: Stage) -> Act:
    """Book a journal of two postings, and nothing else."""

    def act(chance: random.Random, name: str) -> object:
        payer = chance.randint(stage.payer_low, stage.payer_high)
        payee = chance.randint(stage.payee_low, stage.payee_high)
        return posting.call(
            POST_JOURNAL,
            [
                stage.shard,
                chance.randint(stage.transaction_low, stage.transaction_high),
                "transfer",
                f"d{name}",
                *posting.leg_parameters(
                    (
                        Leg(payer, stage.shard, BalanceType.AVAILABLE, -CENT),
                        Leg(payee, stage.shard, BalanceType.AVAILABLE, CENT),
                    )
                ),
            ],
        )

    return act


def transfer(stage: Stage) -> Act:
    """Pay through the use case: key with its answer, identity, transaction, audit, outbox."""
    # As the edges load them: with the owner and the state of the identity.
    loaded = Wallet.objects.select_related("owner__kyc_case")
    wallets = loaded.in_bulk(range(stage.payer_low, stage.payee_high + 1))
    amount = Money(CENT, "GBP")

    def act(chance: random.Random, name: str) -> object:
        payer = wallets[chance.randint(stage.payer_low, stage.payer_high)]
        payee = wallets[chance.randint(stage.payee_low, stage.payee_high)]
        return transfers.transfer(
            payer=payer,
            payee=payee,
            amount=amount,
            actor=Actor("customer", payer.owner_id, f"bench-{name}"),
            request=_request(payer, name),
        )

    return act


def _request(payer: Wallet, name: str) -> MoneyRequest:
    if payer.owner_id is None:
        raise ValueError("customers' wallets only")
    words = hashlib.sha256(f"bench-transfer-{name}".encode()).digest()
    return MoneyRequest(payer.owner_id, f"bench-transfer-{name}", words, _answer)


def _answer(booked: Transaction) -> Answer:
    return Answer(
        201,
        f'{{"id": "{booked.public_id}", "type": "{booked.type}", "status": "{booked.status}",'
        f' "amount": "{booked.amount}", "currency": "{booked.currency_id}",'
        f' "created_at": "{TIME_OF_BOOKING}"}}',
    )


def orm(stage: Stage) -> Act:
    """Pay as Django is usually written, into the same tables, as their owner who may."""

    def act(chance: random.Random, name: str) -> object:
        payer = chance.randint(stage.payer_low, stage.payer_high)
        payee = chance.randint(stage.payee_low, stage.payee_high)
        return orm_transfer(payer, payee, CENT, f"bench-orm-{name}")

    return act


@transaction.atomic(using="owner")
def orm_transfer(payer_id: int, payee_id: int, amount: Decimal, key: str) -> Transaction:
    """Lock, check, save and create, row by row: what ``transfer`` writes in one call."""
    locked = Wallet.objects.using("owner").select_for_update().order_by("pk")
    wallets = {wallet.pk: wallet for wallet in locked.filter(pk__in=[payer_id, payee_id])}
    payer, payee = wallets[payer_id], wallets[payee_id]
    if payer.owner_id is None:
        raise ValueError("customers' wallets only")
    claimed, is_new = IdempotencyKey.objects.using("owner").get_or_create(
        caller=payer.owner_id,
        key=key,
        shard=shard_of(payer.owner_id),
        defaults={"fingerprint": hashlib.sha256(key.encode()).digest()},
    )
    if not is_new or payer.status != "active" or payer.available - amount < (payer.floor or 0):
        raise ValueError("refused")
    for wallet, change in ((payer, -amount), (payee, amount)):
        wallet.available += change
        wallet.version += 1
        wallet.save(update_fields=["available", "version"])
    booked = Transaction.objects.using("owner").create(
        public_id=new_public_id(),
        shard=payer.shard,
        type=Transaction.Type.TRANSFER,
        status=Transaction.Status.COMPLETED,
        state="completed",
        amount=amount,
        currency_id=payer.currency_id,
        payer_wallet=payer,
        payee_wallet=payee,
    )
    _orm_journal(booked, ((payer, -amount), (payee, amount)))
    claimed.transaction = booked
    claimed.response_status, claimed.response_body = _answer(booked).status, _answer(booked).body
    claimed.save(update_fields=["transaction", "response_status", "response_body"])
    return booked


def _orm_journal(booked: Transaction, lines: tuple[tuple[Wallet, Decimal], ...]) -> None:
    journal = Journal.objects.using("owner").create(
        shard=booked.shard,
        kind="transfer",
        transaction=booked,
        transition_key="book",
        value_date=booked.created_at.date(),
    )
    Posting.objects.using("owner").bulk_create(
        Posting(
            shard=wallet.shard,
            journal=journal,
            wallet=wallet,
            balance_type=BalanceType.AVAILABLE,
            amount=amount,
            balance_after=wallet.available,
            seq=wallet.version,
        )
        for wallet, amount in lines
    )
    told = {"status": "COMPLETED", "amount": str(booked.amount), "currency": booked.currency_id}
    AuditEvent.objects.using("owner").create(
        shard=booked.shard,
        actor_kind="customer",
        actor_id=lines[0][0].owner_id,
        action="transfer.completed",
        object_type="transaction",
        object_id=str(booked.public_id),
        after=told,
    )
    OutboxEvent.objects.using("owner").create(
        shard=booked.shard,
        type="transfer.completed",
        object_id=str(booked.public_id),
        payload=told,
    )
