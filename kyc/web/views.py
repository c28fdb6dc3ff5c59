"""``/kyc/``: where a customer's identity stands, and what to do next."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from coinhub.api import limits
from coinhub.core.errors import DomainError
from coinhub.core.requests import actor_of
from coinhub.core.uploads import was_too_large
from coinhub.users.models import User
from coinhub.web.pages import Page, reader_of, refusals_on
from kyc import requirements
from kyc.models import Case
from kyc.models.case import State
from kyc.models.document import Kind
from kyc.pictures.answer import picture_response
from kyc.pictures.refused import WORDS
from kyc.refusals import CaseIncomplete, DocumentRefused
from kyc.selectors import cases, looks
from kyc.services import cases as use_cases
from kyc.services import documents
from kyc.web.cards import cards
from kyc.web.forms import DetailsForm

REFUSED = 422
NAMED = dict(Kind.choices) | {
    "details": "Your details",
    "source_of_funds": "Where your money comes from",
}


class Home(Page):
    """The state of the case, what is asked for, and who looked."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return show(request)


class Fill(Page):
    """``/kyc/details/``: what the customer says."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form with what was said before."""
        case = cases.find_case(reader_of(request))
        if case is not None and not may_begin(case):
            return redirect("kyc")
        form = DetailsForm(initial=said(case), held=case.tier if case else 0)
        return render(request, "kyc/details.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, and go on to the documents."""
        case = cases.find_case(reader_of(request))
        form = DetailsForm(request.POST, held=case.tier if case else 0)
        if form.is_valid():
            with refusals_on(form, plain):
                use_cases.save_details(
                    customer_id=reader_of(request),
                    person=form.person(),
                    tier=int(form.cleaned_data["tier"]),
                    actor=actor_of(request),
                )
                return redirect("kyc")
        return render(request, "kyc/details.html", {"form": form}, status=REFUSED)


class Send(Page):
    """``/kyc/documents/{kind}/``: one document."""

    takes_files: ClassVar[bool] = True

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Go where the form is."""
        return redirect("kyc")

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Take it in; a file that is refused is told at its place."""
        limits.take_for_page(request, "files")  # reading one is the most that a page can ask for
        sent = request.FILES.get("file")
        try:
            if sent is None:
                raise DocumentRefused(*_nothing(request))
            documents.add_document(
                customer_id=reader_of(request),
                kind=kind,
                name=sent.name or "",
                data=sent.read(),
                actor=actor_of(request),
            )
        except DomainError as refusal:
            return show(request, errors={kind: refusal.detail}, status=REFUSED)
        return redirect(f"/kyc/#{kind}")


class Picture(Page):
    """``/kyc/pictures/{id}/``: a document as it is kept."""

    def get(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        """Show it to its owner."""
        viewer = request.user
        assert isinstance(viewer, User)  # noqa: S101  # only signed-in people get to a page
        data = documents.look_at(document_id=document_id, viewer=viewer, actor=actor_of(request))
        return picture_response(data)


class Submit(Page):
    """``/kyc/submit/``: hand the case in."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand it in, the first time or again."""
        try:
            use_cases.submit(customer_id=reader_of(request), actor=actor_of(request))
        except CaseIncomplete as refusal:
            lacking = ", ".join(NAMED[name] for name in refusal.members["missing"])
            return show(request, problem=f"Still missing: {lacking}.", status=REFUSED)
        return redirect("kyc")


def show(
    request: HttpRequest,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show where the case stands."""
    case = cases.find_case(reader_of(request)) or Case(customer_id=reader_of(request))
    known = case.pk is not None
    details = cases.find_details(case) if known else None
    rejection = cases.newest_rejection(case) if known else None
    context: dict[str, Any] = {
        "case": case,
        "details": details,
        "cards": cards(case, details.id_kind if details else None, errors or {}) if known else [],
        "missing": [NAMED[name] for name in cases.missing_of(case)] if known else [],
        "waiting": cases.asked_again(case) if known else [],
        "rejection": requirements.REJECT_REASONS.get(rejection.reason) if rejection else "",
        "may_begin": may_begin(case),
        "may_raise": cases.may_ask_for_more(case),
        "looks": looks.list_looks(case) if known else [],
        "problem": problem,
        "sla_hours": requirements.SLA_HOURS,
    }
    return render(request, "kyc/home.html", context, status=status)


def may_begin(case: Case) -> bool:
    """Say whether details can be given now."""
    if case.state == State.REJECTED:
        return case.restart_from is None or case.restart_from <= timezone.now()
    if case.tier:  # taken over with it: nothing was told to us yet
        is_open = cases.may_ask_for_more(case) or case.state == State.DRAFT
        return is_open and not cases.has_handed_in(case)
    return case.state in (State.NOT_STARTED, State.DRAFT)


def said(case: Case | None) -> dict[str, Any]:
    """Give what was said before, for the form."""
    details = cases.find_details(case) if case is not None else None
    if case is None or details is None:
        return {}
    names = [name for name in DetailsForm.base_fields if hasattr(details, name)]
    return {name: getattr(details, name) for name in names} | {"tier": case.wanted_tier}


def plain(refusal: DomainError) -> tuple[str | None, str]:
    """Put a refusal above the form."""
    return None, refusal.detail


def _nothing(request: HttpRequest) -> tuple[str, str]:
    """Say why no file arrived."""
    if was_too_large(request):
        return "too_large", WORDS["too_large"]
    return "empty", "Choose a file first."
