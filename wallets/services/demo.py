"""The demo of the sandbox: people, and a few weeks of what they paid, through the use cases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from coinhub.core.actor import Actor, system
from coinhub.core.errors import DomainError
from coinhub.users.models import User
from coinhub.users.services import second_factor
from kyc.models import Case
from kyc.services import demo as papers
from kyc.services import take_over
from wallets.ledger import chart
from wallets.ledger.errors import IdempotencyKeyExpired
from wallets.ledger.request import Booked
from wallets.models import Transaction
from wallets.selectors import house
from wallets.services import demo_lately, demo_places, demo_rails, holds, payments, transfers
from wallets.services.demo_stage import Stage, money, request_of
from wallets.services.demo_story import FUNDING, PEOPLE, STEPS, Person, Step

PASSWORD = "coinhub-demo-only"  # noqa: S105  # public, and only ever set in the sandbox
CARD_DAYS = 7
FUNDED_DAYS_AGO = 28


class SandboxOnly(DomainError):
    """The demo is for a sandbox: its passwords are public and its money is made up."""

    code = "SANDBOX_ONLY"
    status = 403
    title = "The demo is made in a sandbox only (COINHUB_SANDBOX)"


@dataclass
class DemoMade:
    """What was not there before."""

    people: list[str] = field(default_factory=list)
    steps: int = 0


def make_demo() -> DemoMade:
    """Make the demo people and book their history, each step by its own use case.

    The one place that calls use cases in a row: it plays the part of the people.

    Atomic: each person and each step by itself; what was interrupted is continued.
    Repeat: makes what is missing; a step is booked once, by the key that carries its name.
    Writes: User, EmailAddress, Case, Wallet, Destination, and what the use cases write.
    Raises: SandboxOnly.
    """
    if not settings.SANDBOX:
        raise SandboxOnly
    made = DemoMade()
    password = make_password(PASSWORD)  # once: hashing is slow on purpose, the password is public
    people = {}
    for person in PEOPLE:
        user, is_new = _ensure_person(person, password)
        people[person.email] = user.pk
        if is_new:
            made.people.append(person.email)
    stage = Stage(people=people, today=timezone.now().date(), actor=system("demo"))
    demo_places.make_places(people, actor=stage.actor)
    made.steps += _fund_house(stage)
    for step in STEPS:
        made.steps += _play(step, stage)
    made.steps += demo_lately.play(stage) + demo_rails.play(stage)
    return made


def _ensure_person(person: Person, password: str) -> tuple[User, bool]:
    with transaction.atomic():
        user, is_new = User.objects.get_or_create(
            email=person.email,
            defaults={
                "name": person.name,
                "password": password,
                "is_staff": bool(person.group or person.is_superuser),
                "is_superuser": person.is_superuser,
            },
        )
        if is_new:
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
            second_factor.enrol_totp(user)  # its codes: python3 -m coinhub demo-code E-MAIL
            if person.group:
                user.groups.add(Group.objects.get(name=person.group))
    if person.kyc:
        _open_case(user, person.kyc)
    return user, is_new


def _open_case(user: User, status: str) -> None:
    if status == Case.Status.PENDING:
        papers.hand_in(customer=user, actor=Actor(kind="customer", user_id=user.pk))
    else:
        take_over.take_over(customer_ids=[user.pk], state=status, actor=system("demo"))


def _fund_house(stage: Stage) -> int:
    booked = 0
    for currency, treasury, reserve in FUNDING:
        for code, amount in ((chart.TREASURY, treasury), (chart.RESERVE, reserve)):
            fund = partial(
                payments.fund_house,
                code=code,
                amount=money(amount, currency),
                actor=stage.actor,
                value_date=stage.today - timedelta(days=FUNDED_DAYS_AGO),
                request=request_of(f"fund-{code}-{currency}", amount),
            )
            booked += _is_new(_once(fund))
    return booked


def _once(book: Callable[[], Booked]) -> Booked:
    """Book, or find what was booked under the same key on an earlier day."""
    try:
        return book()
    except IdempotencyKeyExpired as before:
        found = Transaction.objects.get(public_id=before.members["original"])
        return Booked(found, replayed=True, answer=None)


def _play(step: Step, stage: Stage) -> int:
    plays: dict[str, Callable[[Step, Stage], Booked]] = {
        "deposit": _deposit,
        "withdrawal": _withdraw,
        "transfer": _transfer,
        "card": _authorise,
        "card_let_go": _authorise,
        "card_open": _authorise,
    }
    booked = _once(partial(plays[step.kind], step, stage))
    _end_card(step, booked.transaction, stage)
    return _is_new(booked)


def _deposit(step: Step, stage: Stage) -> Booked:
    return payments.credit(
        payee=stage.wallet(step.who, step.currency),
        amount=money(step.amount, step.currency),
        actor=stage.actor,
        reference=step.words,
        value_date=_day(step, stage),
        request=request_of(step.name, step.amount),
    )


def _withdraw(step: Step, stage: Stage) -> Booked:
    return payments.debit(
        payer=stage.wallet(step.who, step.currency),
        amount=money(step.amount, step.currency),
        actor=stage.actor,
        reference=step.words,
        value_date=_day(step, stage),
        request=request_of(step.name, step.amount),
    )


def _transfer(step: Step, stage: Stage) -> Booked:
    return transfers.transfer(
        payer=stage.wallet(step.who, step.currency),
        payee=stage.wallet(step.to, step.currency),
        amount=money(step.amount, step.currency),
        actor=stage.actor,
        note=step.words,
        value_date=_day(step, stage),
        request=request_of(step.name, step.amount),
    )


def _authorise(step: Step, stage: Stage) -> Booked:
    """Lock the money of a card payment; the shop's bank is outside, behind the settlement."""
    return holds.place_hold(
        payer=stage.wallet(step.who, step.currency),
        payee=house.get_house_wallet(chart.SETTLEMENT, step.currency),
        amount=money(step.amount, step.currency),
        purpose="card_auth",
        actor=stage.actor,
        expires_at=timezone.now() + timedelta(days=CARD_DAYS),
        reference=step.words,
        value_date=_day(step, stage),
        request=request_of(step.name, step.amount),
    )


def _end_card(step: Step, authorised: Transaction, stage: Stage) -> None:
    if step.kind not in ("card", "card_let_go"):
        return
    hold = authorised.holds.select_related("wallet", "transaction__payee_wallet").get()
    if hold.state != hold.State.OPEN:
        return
    day = _day(step, stage) + timedelta(days=1)
    if step.kind == "card":
        amount = money(step.taken, step.currency)
        holds.capture(hold=hold, amount=amount, actor=stage.actor, value_date=day)
    else:
        holds.void(hold=hold, actor=stage.actor, value_date=day)


def _day(step: Step, stage: Stage) -> date:
    """Give the day from which a step counts."""
    return stage.today - timedelta(days=step.days_ago)


def _is_new(booked: Booked) -> int:
    return 0 if booked.replayed else 1
