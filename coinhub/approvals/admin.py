"""Approvals in the back office: what waits, what will happen, and who decides."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timesince import timesince, timeuntil
from django.views.decorators.http import require_POST

from coinhub.approvals import kinds, selectors, services, votes
from coinhub.approvals.content import digest_of
from coinhub.approvals.models import SHORTEST_REASON, Approval
from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of
from coinhub.core.errors import DomainError, Unavailable
from coinhub.core.ids import as_uuid
from coinhub.core.requests import actor_of

State = Approval.State
LONGEST_COMMENT = 1000
GIST = 70  # signs of what it is about, in the list
BUSY = "Others were at work on it for too long. Nothing was done; please press again."
DONE = {
    "approve": "Approved and done.",
    "reject": "Rejected.",
    "withdraw": "Taken back.",
}


class StateFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, state.value) for state in State if state != State.PENDING] + [
            ("all", "all")
        ]

    def choices(self, changelist: Any) -> Any:
        shown = super().choices(changelist)
        yield next(iter(shown)) | {"display": "waiting"}
        yield from shown

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:
        if self.value() == "all" or (self.value() is None and request.GET.get("q")):
            return queryset
        return queryset.filter(state=self.value() or State.PENDING)


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """The queue of proposals, and the page on which one is decided."""

    change_form_template = "admin/approval.html"
    list_display = ("what", "age", "time_left", "gist", "maker", "state", "checker")
    list_filter = (StateFilter,)
    list_select_related: ClassVar[tuple[str, ...]] = ("maker", "checker")
    search_help_text = "Id of the approval or of its target"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("what", "reason", "maker_page", "created_at", "time_left")}),
        ("Decision", {"fields": ("state", "checker_page", "decided_at", "comment", "result")}),
        (
            "Record",
            {
                "fields": ("public_id", "target", "target_version", "payload", "payload_sha256"),
                "classes": ("collapse",),
            },
        ),
    )

    def has_view_permission(self, request: HttpRequest, obj: Approval | None = None) -> bool:
        """Let in who may see all, and every maker to what they proposed, to take it back."""
        if super().has_view_permission(request, obj):
            return True
        person: Any = request.user
        return selectors.may_have_proposed(person) if obj is None else obj.maker_id == person.pk

    def get_queryset(self, request: HttpRequest) -> QuerySet[Approval]:
        """Show a maker who may not see all only their own."""
        rows: QuerySet[Approval] = super().get_queryset(request)
        return (
            rows if super().has_view_permission(request) else rows.filter(maker_id=request.user.pk)
        )

    def get_fieldsets(self, request: HttpRequest, obj: Approval | None = None) -> Any:
        """Show no empty decision while there is none."""
        is_open = obj is not None and obj.state == State.PENDING
        return [part for part in self.fieldsets if not (is_open and part[0] == "Decision")]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Show what has waited longest first; of what has ended the newest."""
        return ("-pk",) if StateFilter.parameter_name in request.GET else ("pk",)

    @admin.display(description="what")
    def what(self, approval: Approval) -> str:
        return kinds.title_of(approval.kind)

    @admin.display(description="target")
    def target(self, approval: Approval) -> str:
        return f"{approval.target_type} {approval.target_id}"

    @admin.display(description="about")
    def gist(self, approval: Approval) -> str:
        values = [value for _, value in kinds.describe(approval)]
        return Truncator(", ".join(values)).chars(GIST)

    @admin.display(description="age")
    def age(self, approval: Approval) -> str:
        return timesince(approval.created_at, depth=1)

    @admin.display(description="time left")
    def time_left(self, approval: Approval) -> str:
        if approval.state != State.PENDING:
            return "–"
        return timeuntil(approval.expires_at, depth=1)

    @admin.display(description="proposed by")
    def maker_page(self, approval: Approval) -> SafeString | str:
        return page_of(approval.maker)

    @admin.display(description="decided by")
    def checker_page(self, approval: Approval) -> SafeString | str:
        return page_of(approval.checker)

    def name_of(self, obj: Approval) -> str:
        return f"{kinds.title_of(obj.kind)}, {obj.state}"

    def found(self, term: str) -> Q:
        public_id = as_uuid(term)
        by_target = Q(target_id=term)
        return by_target | Q(public_id=public_id) if public_id else by_target

    def related(self, obj: Approval) -> list[Link]:
        return [
            list_of("approvals_approval", "Everything proposed for this target", q=obj.target_id),
            list_of("events_auditevent", "Audit trail", q=obj.public_id),
        ]

    def sections(self, obj: Approval) -> list[Section]:
        is_open = obj.state == State.PENDING
        return [
            Section(
                title="What will happen" if is_open else "What was proposed",
                columns=(Column("What"), Column("Is")),
                rows=list(kinds.describe(obj)),
            )
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        obj: Approval | None = named.get("obj")
        if obj is not None and obj.state == State.PENDING:
            context["decision"] = {
                "is_maker": obj.maker_id == request.user.pk,
                "why_not": _why_not(request, obj),
                "shown_sha256": digest_of(obj),
                "shortest_reason": SHORTEST_REASON,
                "comment": request.POST.get("comment", "")[:LONGEST_COMMENT],
            }
        return super().render_change_form(request, context, *args, **named)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:key>/{verb}/",
                self.admin_site.admin_view(require_POST(self._decider(verb))),
                name=f"approvals_approval_{verb}",
            )
            for verb in DONE
        ]
        return [*own, *super().get_urls()]

    def _decider(self, verb: str) -> Callable[..., HttpResponse]:
        """Make the view that takes one decision; a refusal shows the page again and says why."""

        def view(request: HttpRequest, key: int) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            approval = self.get_object(request, str(key))
            if approval is None and not super(ApprovalAdmin, self).has_view_permission(request):
                raise PermissionDenied  # not theirs and not there look alike
            if approval is None:
                raise Http404
            try:
                _decide(verb, approval, request)
            except (DomainError, OperationalError) as error:
                refusal = error if isinstance(error, DomainError) else Unavailable(BUSY)
                messages.error(request, refusal.detail)
                response = self.change_view(_as_read(request), str(key))
                response.status_code = refusal.status
                return response
            messages.success(request, f"{kinds.title_of(approval.kind)}: {DONE[verb]}")
            return HttpResponseRedirect(reverse("admin:approvals_approval_changelist"))

        return view


def _decide(verb: str, approval: Approval, request: HttpRequest) -> None:
    actor, person = actor_of(request), request.user
    comment = request.POST.get("comment", "").replace("\x00", "")[:LONGEST_COMMENT]
    if verb == "approve":
        services.approve(
            approval.public_id,
            checker=person,  # type: ignore[arg-type]  # staff only
            shown_sha256=request.POST.get("shown_sha256", ""),
            comment=comment,
            actor=actor,
        )
    elif verb == "reject":
        services.reject(approval.public_id, checker=person, comment=comment, actor=actor)  # type: ignore[arg-type]
    else:
        services.withdraw(approval.public_id, maker=person, actor=actor)  # type: ignore[arg-type]


def _as_read(request: HttpRequest) -> HttpRequest:
    """Let the page that is shown again be read, not sent."""
    request.method = "GET"
    return request


def _why_not(request: HttpRequest, approval: Approval) -> str:
    """Say why this person cannot decide; empty when they can."""
    try:
        votes.require_checker(approval, kinds.get(approval.kind), request.user)  # type: ignore[arg-type]
    except DomainError as refusal:
        return refusal.title
    return ""
