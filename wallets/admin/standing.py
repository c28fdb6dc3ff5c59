"""Emergency stops and freezes in the back office: engaged by one person, lifted by two."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString

from coinhub.core.admin import Link, ReadOnlyAdmin, list_of, page_of
from coinhub.core.ids import as_number, as_uuid
from coinhub.core.requests import actor_of
from coinhub.events.deeds import Deed, DeedForm, DeedsAdmin, Done
from coinhub.users.models import User
from wallets.admin.customers import customer_field
from wallets.admin.fields import reason_field
from wallets.admin.reversing import PROPOSED, page_of_proposal
from wallets.models import Currency, Freeze, Stop
from wallets.services import freezes, lifting, stops

EVERYTHING = "all:"
ENGAGE, FREEZE = "wallets.add_stop", "wallets.add_freeze"


class LiftedFilter(admin.EmptyFieldListFilter):
    """What stands, or what was lifted."""


class EngageForm(DeedForm):
    """What stops, why, and what customers are told."""

    what = forms.ChoiceField(label="What stops")
    reason = reason_field(stops.SHORTEST_REASON)
    message = forms.CharField(
        label="What customers are told",
        max_length=200,
        required=False,
        help_text=f"empty: {stops.MESSAGE}",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, row: Any, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(row, data, initial=initial)
        what: Any = self.fields["what"]
        codes = Currency.objects.order_by("position", "code").values_list("pk", flat=True)
        what.choices = [
            (EVERYTHING, "Everything that moves money"),
            ("One operation", [(f"operation:{name}", f"{name}s") for name in stops.OPERATIONS]),
            ("One currency", [(f"currency:{code}", code) for code in codes]),
        ]


class FreezeForm(DeedForm):
    """Whose money does not move, which way, why, and when somebody looks at it again."""

    customer = customer_field()
    kind = forms.ChoiceField(
        label="Which way",
        choices=[
            (Freeze.Kind.FULL, "both ways"),
            (Freeze.Kind.DEBIT, "nothing leaves"),
            (Freeze.Kind.CREDIT, "what arrives waits in held"),
        ],
    )
    review_on = forms.DateField(
        label="To be looked at again by",
        required=False,
        help_text=f"within {freezes.LONGEST_DAYS} days; empty: the last of them",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = reason_field(freezes.SHORTEST_REASON)

    def __init__(self, row: Any, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(row, data, initial={"customer": initial.get("q", ""), **initial})


class LiftForm(DeedForm):
    """Why it may move again."""

    reason = reason_field()


def _engage(row: Any, form: Any, request: HttpRequest) -> Done:
    sent = form.cleaned_data
    scope, _, value = sent["what"].partition(":")
    stops.engage(
        scope=scope,
        value=value,
        reason=sent["reason"],
        message=sent["message"],
        actor=actor_of(request),
    )
    return Done("Stopped, from the next request on. Lifting it takes two people.")


def _freeze(row: Any, form: Any, request: HttpRequest) -> Done:
    sent = form.cleaned_data
    customer: User = sent["customer"]
    freezes.freeze(
        customer_id=customer.pk,
        kind=sent["kind"],
        reason=sent["reason"],
        review_on=sent["review_on"],
        actor=actor_of(request),
    )
    return Done(f"{customer} is frozen, from the next request on. Lifting it takes two people.")


def _propose_lift(row: Stop, form: Any, request: HttpRequest) -> Done:
    found = lifting.propose_lift(
        stop_id=row.pk,
        reason=form.cleaned_data["reason"],
        maker=request.user,  # type: ignore[arg-type]  # staff are people
        actor=actor_of(request),
    )
    return Done(PROPOSED, page_of_proposal(found))


def _propose_unfreeze(row: Freeze, form: Any, request: HttpRequest) -> Done:
    found = lifting.propose_unfreeze(
        freeze_id=row.pk,
        reason=form.cleaned_data["reason"],
        maker=request.user,  # type: ignore[arg-type]  # staff are people
        actor=actor_of(request),
    )
    return Done(PROPOSED, page_of_proposal(found))


def _stands(row: Any) -> bool:
    return row.lifted_at is None


def _person(key: Any) -> SafeString | str:
    """Link to who did it; CoinHub itself has no page."""
    if key is None:
        return "CoinHub"
    return page_of(User.objects.filter(pk=key).first())


@admin.register(Stop)
class StopAdmin(DeedsAdmin, ReadOnlyAdmin):
    """Emergency stops: what stands still, since when, why, and who lifted it."""

    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            verb="engage",
            title="Stop something now",
            words=(
                "At once, by you alone: no new payment of this kind begins, from the next request"
                " on. What is under way is finished or cancelled. Lifting it takes two people."
            ),
            button="Stop it now",
            permission=ENGAGE,
            form=EngageForm,
            do=_engage,
            is_grave=True,
        ),
    )
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            verb="lift",
            title="Lift",
            words="You propose, somebody else approves; then everything moves again.",
            button="Propose to lift it",
            permission="approvals.propose_lift_stop",
            form=LiftForm,
            fits=_stands,
            do=_propose_lift,
        ),
    )
    list_display = ("stopped", "reason", "engaged_at", "lifted_at")
    list_filter = (("lifted_at", LiftedFilter),)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("stopped", "reason", "message")}),
        ("When", {"fields": ("engaged_at", "engaged_by_page", "lifted_at", "lifted_by_page")}),
    )

    @admin.display(description="what")
    def stopped(self, row: Stop) -> str:
        return "everything" if row.scope == Stop.Scope.ALL else f"{row.scope} {row.value}"

    @admin.display(description="engaged by")
    def engaged_by_page(self, row: Stop) -> SafeString | str:
        return _person(row.engaged_by)

    @admin.display(description="lifted by")
    def lifted_by_page(self, row: Stop) -> SafeString | str:
        return _person(row.lifted_by) if row.lifted_at else "–"

    def name_of(self, obj: Stop) -> str:
        return self.stopped(obj)

    def related(self, obj: Stop) -> list[Link]:
        return [list_of("events_auditevent", "Audit trail", q=obj.pk, object_type="stop")]

    def found(self, term: str) -> Q:
        return Q(value=term) | Q(pk=as_number(term) or 0)


@admin.register(Freeze)
class FreezeAdmin(DeedsAdmin, ReadOnlyAdmin):
    """Freezes of customers: which way is closed, why, and when somebody looks at it again."""

    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            verb="engage",
            title="Freeze a customer",
            words=(
                "At once, by you alone, from the customer's next request on. It does not lift"
                " itself; lifting it takes two people."
            ),
            button="Freeze now",
            permission=FREEZE,
            form=FreezeForm,
            do=_freeze,
            is_grave=True,
        ),
    )
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            verb="lift",
            title="Unfreeze",
            words="You propose, somebody else approves; then the customer's money moves again.",
            button="Propose to unfreeze",
            permission="approvals.propose_unfreeze",
            form=LiftForm,
            fits=_stands,
            do=_propose_unfreeze,
        ),
    )
    look_owners = ("customer_id",)
    list_display = ("customer", "kind", "reason", "frozen_at", "review_on", "lifted_at")
    list_filter = ("kind", ("lifted_at", LiftedFilter))
    list_select_related = ("customer",)
    search_help_text = "E-mail, reference or id of the customer"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("customer_page", "kind", "reason", "review_on")}),
        ("When", {"fields": ("frozen_at", "frozen_by_page", "lifted_at", "lifted_by_page")}),
    )

    @admin.display(description="customer")
    def customer_page(self, row: Freeze) -> SafeString | str:
        return page_of(row.customer)

    @admin.display(description="frozen by")
    def frozen_by_page(self, row: Freeze) -> SafeString | str:
        return _person(row.frozen_by)

    @admin.display(description="lifted by")
    def lifted_by_page(self, row: Freeze) -> SafeString | str:
        return _person(row.lifted_by) if row.lifted_at else "–"

    def name_of(self, obj: Freeze) -> str:
        return f"of {obj.customer}: {obj.get_kind_display()}"

    def related(self, obj: Freeze) -> list[Link]:
        return [list_of("events_auditevent", "Audit trail", q=obj.pk, object_type="freeze")]

    def found(self, term: str) -> Q:
        key, number = as_uuid(term), as_number(term)
        if key or number:
            return Q(customer=key) if key else Q(pk=number)
        return Q(customer__email__startswith=term.lower()) | Q(customer__external_ref=term)
