"""Withdrawals in the back office: the queue of those that wait for a person, and the decision."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of, tag
from coinhub.core.requests import actor_of
from coinhub.events.deeds import Deed, DeedForm, DeedsAdmin, Done
from wallets.admin import story
from wallets.admin.columns import drawn, plain
from wallets.models import Transaction, Withdrawal
from wallets.selectors import reviews, search, stories
from wallets.services import withdrawal_decisions

State = Transaction.State
PER_PAGE = ("pending_review", "cooling", "approved", "processing", "sent", "unknown")


class StateFilter(admin.SimpleListFilter):
    """What waits for a person, unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, state.replace("_", " ")) for state in PER_PAGE[1:]] + [("all", "all")]

    def choices(self, changelist: Any) -> Any:
        shown = super().choices(changelist)
        yield next(iter(shown)) | {"display": "waits for review"}
        yield from shown

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == "all" or (chosen is None and request.GET.get("q")):
            return queryset
        return queryset.filter(transaction__state=chosen or State.PENDING_REVIEW)


class RejectForm(DeedForm):
    """What the customer is told."""

    reason = forms.CharField(
        label="Reason: the customer reads it",
        min_length=withdrawal_decisions.SHORTEST_REASON,
        max_length=withdrawal_decisions.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _waits(row: Withdrawal) -> bool:
    return row.transaction.state == State.PENDING_REVIEW


def _approve(row: Withdrawal, form: Any, request: HttpRequest) -> Done:
    withdrawal_decisions.approve(
        transaction_id=row.transaction.public_id,
        checker=request.user,  # type: ignore[arg-type]  # staff are people
        actor=actor_of(request),
    )
    return Done("Approved. The worker sends it within seconds.")


def _reject(row: Withdrawal, form: Any, request: HttpRequest) -> Done:
    withdrawal_decisions.reject(
        transaction_id=row.transaction.public_id,
        reason=form.cleaned_data["reason"],
        checker=request.user,  # type: ignore[arg-type]  # staff are people
        actor=actor_of(request),
    )
    return Done("Rejected. The money is available to the customer again.")


def what_to_know(row: Withdrawal, form: Any) -> list[Section]:
    """Show the customer's story beside the decision."""
    txn, there, known = row.transaction, row.destination, reviews.story_of(row)
    case = known.case
    lines: list[tuple[str, Any]] = [
        ("Amount", drawn(txn.amount, txn)),
        ("Fee", drawn(txn.fee, txn)),
        ("Worth", story.usd_text(txn.usd_value)),
        ("Withdrawn in the last 24 hours besides", story.usd_text(known.usd_of_the_day)),
        ("Goes to", f"{there.label}: {there.masked} ({there.network})"),
        ("Address added", f"{timesince(there.created_at, depth=1)} ago"),
        ("Customer", page_of(known.customer)),
        ("Customer since", f"{timesince(known.customer.date_joined, depth=1)}"),
        ("Identity", "none" if case is None else f"{case.status}, tier {case.tier}"),
        ("First withdrawal", "no" if known.has_withdrawn else "yes"),
        ("Payments in, out", f"{known.paid_in}, {known.paid_out}"),
        ("Password, e-mail or second factor changed", _ago(known.credentials_changed_at)),
        ("Frozen", ", ".join(freeze.kind for freeze in known.freezes) or "no"),
    ]
    signs = Section(
        title="What happened to the account lately",
        columns=(Column("When"), Column("What"), Column("Address")),
        rows=[(event.occurred_at, event.action, event.address or "–") for event in known.signs],
    )
    return [Section("To be decided", (Column("What"), Column("Is")), lines), signs]


def _ago(moment: Any) -> str:
    return "never" if moment is None else f"{timesince(moment, depth=1)} ago"


APPROVE = Deed(
    verb="approve",
    title="Approve",
    words="You let it go; only the worker pays it, once. Nobody decides about the own money.",
    button="Approve the withdrawal",
    permission=withdrawal_decisions.PERMISSION,
    fits=_waits,
    shows=what_to_know,
    do=_approve,
)
REJECT = Deed(
    verb="reject",
    title="Reject",
    words="The money is available to the customer again at once.",
    button="Reject the withdrawal",
    permission=withdrawal_decisions.PERMISSION,
    form=RejectForm,
    fits=_waits,
    shows=what_to_know,
    do=_reject,
    is_grave=True,
)


@admin.register(Withdrawal)
class WithdrawalAdmin(DeedsAdmin, ReadOnlyAdmin):
    """Withdrawals, those that wait for a person first."""

    deeds: ClassVar[tuple[Deed, ...]] = (APPROVE, REJECT)
    look_owners = ("transaction.payer_wallet.owner_id",)
    list_display = ("what", "age", "worth", "whose", "goes_to", "state")
    list_filter = (StateFilter, "rail")
    list_select_related = (
        "transaction__currency",
        "transaction__payer_wallet__owner",
        "destination",
    )
    search_help_text = "Id of the transaction, or e-mail or id of its customer"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("business", "whose", "what", "charge", "worth", "state")}),
        ("Where to", {"fields": ("goes_to", "rail", "fee_mode", "external_ref", "cost", "why")}),
        (
            "Worker",
            {
                "fields": ("created_at", "next_at", "looks", "unclear_since", "reported_at"),
                "classes": ("collapse",),
            },
        ),
    )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Show what has waited longest first; of everything else the newest."""
        return ("-pk",) if StateFilter.parameter_name in request.GET else ("pk",)

    @admin.display(description="amount")
    def what(self, row: Withdrawal) -> SafeString | str:
        return drawn(row.transaction.amount, row.transaction)

    @admin.display(description="fee")
    def charge(self, row: Withdrawal) -> SafeString | str:
        return drawn(row.transaction.fee, row.transaction)

    @admin.display(description="age")
    def age(self, row: Withdrawal) -> str:
        return timesince(row.created_at, timezone.now(), depth=1)

    @admin.display(description="worth")
    def worth(self, row: Withdrawal) -> str:
        return story.usd_text(row.transaction.usd_value)

    @admin.display(description="customer")
    def whose(self, row: Withdrawal) -> SafeString | str:
        return page_of(row.transaction.payer_wallet.owner)

    @admin.display(description="to")
    def goes_to(self, row: Withdrawal) -> str:
        return f"{row.destination.label}: {row.destination.masked}"

    @admin.display(description="state")
    def state(self, row: Withdrawal) -> SafeString:
        return tag(row.transaction.state)

    @admin.display(description="transaction")
    def business(self, row: Withdrawal) -> SafeString | str:
        return page_of(row.transaction)

    def name_of(self, obj: Withdrawal) -> str:
        state = obj.transaction.state.replace("_", " ")
        return f"of {plain(obj.transaction.amount, obj.transaction)}, {state}"

    def look_name(self, obj: Withdrawal) -> str:
        return str(obj.transaction.public_id)

    def found(self, term: str) -> Q:
        return Q(transaction__in=search.transaction_ids(term))

    def related(self, obj: Withdrawal) -> list[Link]:
        owner = obj.transaction.payer_wallet.owner_id
        return [
            list_of("wallets_transaction", "The customer's transactions", q=owner),
            list_of("wallets_freeze", "Freezes of the customer", q=owner),
        ]

    def sections(self, obj: Withdrawal) -> list[Section]:
        moves = stories.moves_of(obj.transaction)
        return [*what_to_know(obj, None), story.states(moves), *story.rails(obj.transaction)]
