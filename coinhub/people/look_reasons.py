"""The page on which staff say why they look at what is customers', for the rest of the session."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from coinhub.events import reasons


class ReasonForm(forms.Form):
    """One of the list, in the words that the customer reads."""

    reason = forms.ChoiceField(
        label="I look", choices=[*reasons.REASONS.items()], widget=forms.RadioSelect
    )
    next = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)


def state(request: HttpRequest) -> HttpResponse:
    """Show and take the form; afterwards the page from which one came."""
    held = {"reason": reasons.reason_of(request), "next": request.GET.get("next", "")}
    form = ReasonForm(request.POST if request.method == "POST" else None, initial=held)
    if form.is_valid():
        reasons.state(request, form.cleaned_data["reason"])
        messages.success(request, "Kept until you sign out. Every look says so from now on.")
        return HttpResponseRedirect(_back(request, form.cleaned_data["next"]))
    context = admin.site.each_context(request) | {"title": "Why you look", "form": form}
    return TemplateResponse(
        request, "admin/look_reason.html", context, status=400 if form.is_bound else 200
    )


def _back(request: HttpRequest, asked: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts=None, require_https=request.is_secure()
    )
    return asked if is_ours and asked.startswith("/admin/") else reverse("admin:index")
