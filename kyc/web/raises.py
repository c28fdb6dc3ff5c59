"""``/kyc/raise/``: asking for higher limits when the standard ones are there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from coinhub.core.errors import DomainError
from coinhub.core.requests import actor_of
from coinhub.web.pages import Page, reader_of, refusals_on
from kyc.models import Case
from kyc.models.case import State
from kyc.selectors import cases
from kyc.services import raises
from kyc.web.forms import RaiseForm
from kyc.web.views import REFUSED, plain, show


class Raise(Page):
    """What is said in addition; the documents follow on ``/kyc/``."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form to who may ask; who has told us nothing yet tells everything."""
        case = cases.find_case(reader_of(request))
        if case is None or not may_say(case):
            return redirect("kyc")
        details = cases.find_details(case)
        if details is None or not cases.has_handed_in(case):
            return redirect("kyc_details")
        form = RaiseForm(initial={"source_of_funds": details.source_of_funds})
        return render(request, "kyc/raise.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, and go on to the documents."""
        form = RaiseForm(request.POST)
        if form.is_valid():
            with refusals_on(form, plain):
                raises.ask(
                    customer_id=reader_of(request),
                    source_of_funds=form.cleaned_data["source_of_funds"],
                    actor=actor_of(request),
                )
                return redirect("kyc")
        return render(request, "kyc/raise.html", {"form": form}, status=REFUSED)


class Withdraw(Page):
    """``/kyc/raise/withdraw/``: leave it at what there is."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for no more."""
        try:
            raises.withdraw(customer_id=reader_of(request), actor=actor_of(request))
        except DomainError as refusal:
            return show(request, problem=refusal.detail, status=REFUSED)
        return redirect("kyc")


def may_say(case: Case) -> bool:
    """Say whether the form is of use now."""
    return cases.may_ask_for_more(case) or (case.is_raise and case.state == State.DRAFT)
