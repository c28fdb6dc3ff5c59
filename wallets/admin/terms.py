"""Fees and limits in the back office: read, and proposed to a second person."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from coinhub.approvals.models import Approval
from coinhub.core.admin import OfficeAdmin
from coinhub.core.errors import DomainError
from coinhub.core.money import trimmed_text
from coinhub.core.requests import actor_of
from wallets.admin.terms_forms import FeeForm, LimitForm
from wallets.models import Fee, Limit
from wallets.selectors import fees, limits
from wallets.services import proposed_terms


class TermsAdmin(OfficeAdmin):
    """Rows that are never changed; a new one is proposed, and counts once it is approved."""

    kind: ClassVar[str]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"approvals.propose_{self.kind}"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counts = Case(When(pk__in=self.counting().values("pk"), then=True), default=False)
        rows: QuerySet[Any] = super().get_queryset(request).annotate(is_counting=counts)
        return rows.select_related("created_by")

    def counting(self) -> QuerySet[Any]:
        """List the rows that count now."""
        raise NotImplementedError

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form; a refused proposal shows it again, with the reason and what was typed."""
        try:
            return super().add_view(request, form_url, extra_context)
        except DomainError as refusal:
            request.refused = refusal  # type: ignore[attr-defined]
            response = super().add_view(request, form_url, extra_context)
            response.status_code = refusal.status
            return response

    def get_form(self, request: HttpRequest, *args: Any, **named: Any) -> Any:
        """Give the form, which says what this proposal was refused for."""
        form = super().get_form(request, *args, **named)
        form.refused = getattr(request, "refused", None)  # type: ignore[attr-defined]  # made for this request
        return form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context |= {
            "asks_proof": add,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="counts now", boolean=True)
    def counts(self, row: Any) -> bool:
        return bool(row.is_counting)

    def propose(self, request: HttpRequest, form: Any) -> Approval:
        """Make the one call."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Propose instead of saving."""
        request.proposed = self.propose(request, form)  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave it to the audit trail: nothing was added yet."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        proposed: Approval = request.proposed  # type: ignore[attr-defined]
        messages.success(request, "Proposed. It counts once somebody else has approved it.")
        there = reverse("admin:approvals_approval_change", args=[proposed.pk])
        return HttpResponseRedirect(there)


@admin.register(Fee)
class FeeAdmin(TermsAdmin):
    """What operations cost, and cost before."""

    kind = proposed_terms.FEE
    form = FeeForm
    list_display = ("operation", "currency", "part", "bps", "least", "most", "since", "counts")
    list_filter = ("operation", "currency")
    list_select_related = ("currency",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("operation", "currency", "fixed", "bps", "minimum", "maximum")}),
        ("When and why", {"fields": ("valid_from", "reason")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fieldsets
        shown = ("operation", "currency", "part", "bps", "least", "most", "since")
        return ((None, {"fields": (*shown, "created_at", "created_by")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("part", "least", "most", "since", "created_at", "created_by") if obj else ()

    @admin.display(description="fixed part")
    def part(self, fee: Fee) -> str:
        return _written(fee.fixed, fee)

    @admin.display(description="at least")
    def least(self, fee: Fee) -> str:
        return _written(fee.minimum, fee)

    @admin.display(description="at most")
    def most(self, fee: Fee) -> str:
        return "–" if fee.maximum is None else _written(fee.maximum, fee)

    @admin.display(description="from (UTC)")
    def since(self, fee: Fee) -> Any:
        return fee.valid_from

    def counting(self) -> QuerySet[Fee]:
        return fees.valid_rows()

    def propose(self, request: HttpRequest, form: Any) -> Approval:
        return proposed_terms.propose_fee(
            payload=form.payload(),
            reason=form.cleaned_data["reason"],
            maker=request.user,  # type: ignore[arg-type]  # staff are people
            actor=actor_of(request),
        )


@admin.register(Limit)
class LimitAdmin(TermsAdmin):
    """How much may be moved; what no row says is the design's default."""

    kind = proposed_terms.LIMIT
    form = LimitForm
    list_display = ("name", "whose", "figure", "since", "expires_at", "counts")
    list_filter = ("name", "tier")
    list_select_related = ("customer",)
    raw_id_fields = ("customer",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "tier", "customer", "maximum")}),
        ("When and why", {"fields": ("valid_from", "expires_at", "reason")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fieldsets
        shown = ("name", "whose", "figure", "since", "expires_at", "reason")
        return ((None, {"fields": (*shown, "created_at", "created_by")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("whose", "figure", "since", "created_at", "created_by") if obj else ()

    @admin.display(description="of whom")
    def whose(self, limit: Limit) -> str:
        if limit.customer is not None:
            return str(limit.customer)
        return "everybody" if limit.tier is None else f"tier {limit.tier}"

    @admin.display(description="figure")
    def figure(self, limit: Limit) -> str:
        unit = "" if limit.name == Limit.Name.PAYMENTS_1H else " USD"
        return f"{trimmed_text(limit.maximum)}{unit}"

    @admin.display(description="from (UTC)")
    def since(self, limit: Limit) -> Any:
        return limit.valid_from

    def counting(self) -> QuerySet[Limit]:
        return limits.valid_rows()

    def propose(self, request: HttpRequest, form: Any) -> Approval:
        return proposed_terms.propose_limit(
            payload=form.payload(),
            reason=form.cleaned_data["reason"],
            maker=request.user,  # type: ignore[arg-type]  # staff are people
            actor=actor_of(request),
        )


def _written(amount: Decimal, fee: Fee) -> str:
    return (
        trimmed_text(amount) if fee.currency is None else f"{trimmed_text(amount)} {fee.currency}"
    )
