"""Runs of the integrity check and their findings in the back office."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of
from coinhub.core.errors import DomainError
from coinhub.core.ids import as_number, as_uuid
from coinhub.core.requests import actor_of
from coinhub.users import roles
from integrity.models import Finding, Run
from integrity.services import scheduled
from integrity.services.repair import repair_all

SHOWN = 100
JUDGES = (roles.OPERATIONS, roles.AUDITOR)  # a check changes nothing
MENDERS = (roles.OPERATIONS,)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs of the check: what was looked at and what came of it."""

    list_display = (
        "id",
        "status",
        "trigger",
        "scope",
        "finding_count",
        "checked_wallets",
        "checked_postings",
        "duration_ms",
        "started_at",
    )
    list_filter = ("status", "trigger")
    list_select_related = ("owner",)
    search_help_text = "Number or id of the run"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("public_id", "status", "trigger", "scope", "currency", "actor_page")}),
        (
            "Looked at",
            {
                "fields": (
                    "checked_users",
                    "checked_currencies",
                    "checked_wallets",
                    "checked_postings",
                    "finding_count",
                    "checksum",
                )
            },
        ),
        ("When", {"fields": ("started_at", "finished_at", "duration_ms")}),
        ("Record", {"fields": ("id", "xact_id")}),
    )

    @admin.display(description="scope")
    def scope(self, run: Run) -> str:
        return str(run.owner) if run.owner else "the whole ledger"

    @admin.display(description="asked by")
    def actor_page(self, run: Run) -> SafeString | str:
        return page_of(run.actor)

    def found(self, term: str) -> Q:
        number = as_number(term)
        return Q(pk=number) if number is not None else Q(public_id=as_uuid(term))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("check/", view(require_POST(self._check)), name="integrity_run_check"),
            path("repair/", view(require_POST(self._repair)), name="integrity_run_repair"),
        ]
        return [*own, *super().get_urls()]

    def _check(self, request: HttpRequest) -> HttpResponse:
        """Have the whole ledger checked now, and show the run."""
        _require(request, JUDGES)
        try:
            run = scheduled.check_and_tell(actor=actor_of(request), trigger=Run.Trigger.COMMAND).run
        except DomainError as refusal:
            messages.error(request, refusal.detail)
            return HttpResponseRedirect(reverse("admin:index"))
        if run.status == Run.Status.HEALTHY:
            messages.success(request, "Checked: everything agrees.")
        else:
            messages.error(request, f"Checked: {run.finding_count} things are wrong.")
        return HttpResponseRedirect(reverse("admin:integrity_run_change", args=[run.pk]))

    def _repair(self, request: HttpRequest) -> HttpResponse:
        """Write wallet rows anew from their sound postings, and say what came of it."""
        _require(request, MENDERS)
        try:
            repaired = repair_all(actor=actor_of(request), apply=True)
        except DomainError as refusal:
            messages.error(request, refusal.detail)
        else:
            done = [one for one in repaired if one.changed]
            messages.success(request, f"Repaired {len(done)} of {len(repaired)} wallets.")
            for one in [one for one in repaired if one.refused][:SHOWN]:
                messages.error(request, f"Wallet {one.wallet_id} was left alone: {one.refused}")
        return HttpResponseRedirect(reverse("admin:index"))

    def related(self, obj: Run) -> list[Link]:
        return [list_of("integrity_finding", "All findings", run__id__exact=obj.pk)]

    def sections(self, obj: Run) -> list[Section]:
        findings = Finding.objects.filter(run=obj).order_by("-is_cause", "pk")[:SHOWN]
        return [
            Section(
                title="Findings",
                columns=(Column("What"), Column("Place"), Column("Promise"), Column("Is a")),
                rows=[
                    (
                        page_of(found, found.source),
                        found.place,
                        found.check_name,
                        "cause" if found.is_cause else "consequence",
                    )
                    for found in findings
                ],
                empty="None: everything agrees.",
            )
        ]


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """What a run found, with links to the place."""

    list_display = ("id", "source", "place", "check_name", "is_cause", "currency", "owner", "run")
    list_filter = ("is_cause",)
    list_select_related = ("owner", "run")
    search_help_text = "Number of the finding, or the beginning of the owner's e-mail"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("run", "source", "place", "check_name", "is_cause")}),
        (
            "Where",
            {"fields": ("owner_page", "currency", "wallet", "journal", "posting", "hold", "seq")},
        ),
        ("Figures", {"fields": ("figures",)}),
    )

    @admin.display(description="owner")
    def owner_page(self, found: Finding) -> SafeString | str:
        return page_of(found.owner)

    @admin.display(description="wallet")
    def wallet(self, found: Finding) -> SafeString | str:
        return _place("wallet", found.wallet_id)

    @admin.display(description="journal")
    def journal(self, found: Finding) -> SafeString | str:
        return _place("journal", found.journal_id)

    @admin.display(description="posting")
    def posting(self, found: Finding) -> SafeString | str:
        return _place("posting", found.posting_id)

    @admin.display(description="hold")
    def hold(self, found: Finding) -> SafeString | str:
        return _place("hold", found.hold_id)

    def found(self, term: str) -> Q:
        number = as_number(term)
        return Q(pk=number) if number is not None else Q(owner__email__startswith=term.lower())


def _place(model: str, key: int | None) -> SafeString | str:
    """Link to what a finding names; it may be what is missing, then its page says so."""
    if key is None:
        return "–"
    url = reverse(f"admin:wallets_{model}_change", args=[key])
    return format_html('<a href="{}">{}</a>', url, key)


def _require(request: HttpRequest, groups: tuple[str, ...]) -> None:
    """Refuse who has none of the roles.

    Raises: PermissionDenied.
    """
    if not roles.is_in(request.user, *groups):  # type: ignore[arg-type]  # staff are people
        raise PermissionDenied
