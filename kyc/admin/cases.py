"""The queue of identity cases, and the page on which one is reviewed."""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of
from coinhub.core.errors import DomainError
from coinhub.core.requests import actor_of
from coinhub.events import reasons
from coinhub.users import roles
from kyc import requirements
from kyc.admin import queue
from kyc.admin.orders import ORDERS, Order, person
from kyc.models import Case
from kyc.pictures.answer import picture_response
from kyc.selectors import cases
from kyc.services import documents


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Cases of customers: what waits, and what to decide."""

    change_form_template = "admin/kyc_case.html"
    list_display = ("customer_shown", "state", "wanted", "waits", "due", "reviewer", "tier")
    list_filter = (queue.StateFilter,)
    list_select_related = ("customer", "reviewer")
    search_help_text = "The beginning of the customer's e-mail"
    ordering: ClassVar[Any] = (F("submitted_at").asc(nulls_last=True), "pk")
    fields: ClassVar[Any] = (
        "customer_page", "state", "status", "tier", "wanted", "waits", "due", "attempts",
        "reviewer", "lease_until", "decided_at", "restart_from", "version",
    )  # fmt: skip

    @admin.display(description="customer")
    def customer_shown(self, case: Case) -> str:
        return str(case.customer)

    @admin.display(description="customer")
    def customer_page(self, case: Case) -> SafeString | str:
        return page_of(case.customer)

    @admin.display(description="tier wanted")
    def wanted(self, case: Case) -> int:
        return case.wanted_tier

    @admin.display(description="waits for")
    def waits(self, case: Case) -> str:
        return queue.waits_since(case)

    @admin.display(description="to decide")
    def due(self, case: Case) -> SafeString | str:
        return queue.due(case)

    def name_of(self, obj: Case) -> str:
        has = f", has tier {obj.tier} and asks for {obj.wanted_tier}" if obj.is_raise else ""
        return f"of {obj.customer}, {obj.get_state_display().lower()}{has}"

    def found(self, term: str) -> Q:
        return Q(customer__email__startswith=term.lower())

    def related(self, obj: Case) -> list[Link]:
        return [
            list_of("approvals_approval", "Proposals", q=str(obj.customer_id)),
            list_of("events_auditevent", "Audit trail", q=str(obj.customer_id)),
        ]

    def sections(self, obj: Case) -> list[Section]:
        return [
            Section(
                title="What was decided",
                columns=tuple(map(Column, ("Version", "What", "To", "Who", "Why", "When"))),
                rows=[
                    (
                        one.version,
                        one.get_event_display(),
                        one.get_to_state_display(),
                        one.actor or "CoinHub",
                        " ".join(filter(None, (one.reason, one.note, _asked(one.documents)))),
                        one.occurred_at.strftime("%Y-%m-%d %H:%M UTC"),
                    )
                    for one in cases.history(obj)
                ],
            )
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        obj: Case | None = named.get("obj")
        if obj is not None and roles.is_in(person(request), roles.KYC):
            context["review"] = self._review(request, obj)
        return super().render_change_form(request, context, *args, **named)

    def _review(self, request: HttpRequest, case: Case) -> dict[str, Any]:
        """Gather what is on the page of a reviewer; what is personal only with a reason to look."""
        reader, why = person(request), _why(request)
        is_mine = cases.is_held(case) and case.reviewer_id == reader.pk
        review: dict[str, Any] = {
            "is_mine": is_mine,
            "is_own": case.customer_id == reader.pk,
            "is_free": case.state in queue.WAITING and not cases.is_held(case),
            "holder": case.reviewer if cases.is_held(case) and not is_mine else None,
            "document_reasons": requirements.DOCUMENT_REASONS,
            "reject_reasons": requirements.REJECT_REASONS,
            "block_reasons": requirements.BLOCK_REASONS,
            "look_reasons": requirements.LOOK_REASONS,
            "look_reason": reasons.reason_of(request),
            "may_block": cases.may_be_blocked(case),
            "may_restart": cases.newest_rejection(case) and case.restart_from,
        }
        if is_mine or why["reason"] in requirements.LOOK_REASONS:
            details = cases.find_details(case)
            documents.look_at_details(case=case, viewer=reader, actor=actor_of(request), **why)
            if not is_mine:
                reasons.state(request, why["reason"])
            review |= {
                "details": details,
                "documents": cases.documents_of(case),
                "alike": cases.alike(case, details) if details else [],
                "query": "" if is_mine else "?" + urlencode(why),
                "looks": True,
            }
        return review

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:key>/{name}/",
                self.admin_site.admin_view(require_POST(self._taker(order))),
                name=f"kyc_case_{name}",
            )
            for name, order in ORDERS.items()
        ]
        picture = path(
            "pictures/<uuid:document_id>/",
            self.admin_site.admin_view(require_GET(self.picture)),
            name="kyc_case_picture",
        )
        return [*own, picture, *super().get_urls()]

    def picture(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        """Show a document to who reviews the case, or says why; every look is on record."""
        try:
            data = documents.look_at(
                document_id=document_id,
                viewer=person(request),
                actor=actor_of(request),
                **_why(request),
            )
        except DomainError:
            raise PermissionDenied from None
        return picture_response(data)

    def _taker(self, order: Order) -> Callable[..., HttpResponse]:
        """Make the view of one button; a refusal shows the page again and says why."""

        def view(request: HttpRequest, key: int) -> HttpResponse:
            if not roles.is_in(person(request), roles.KYC):
                raise PermissionDenied
            case = self.get_object(request, str(key))
            if case is None:
                raise Http404
            try:
                done = order(request, case)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
                request.method = "GET"
                response = self.change_view(request, str(key))
                response.status_code = refusal.status
                return response
            messages.success(request, done)
            return HttpResponseRedirect(reverse("admin:kyc_case_change", args=[key]))

        return view


def _why(request: HttpRequest) -> dict[str, str]:
    """Read why somebody looks who does not review the case."""
    return {
        name: request.GET.get(name, "").replace("\x00", "")[:200] for name in ("reason", "note")
    }


def _asked(said: dict[str, dict[str, str]]) -> str:
    return "; ".join(f"{one['reason']} {one['note']}".strip() for one in said.values())
