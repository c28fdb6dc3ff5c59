"""What staff do from a record or a list: a page of its own for each, read first and then sent.

A ``Deed`` says who may, what the form asks and which one call is made. Its page shows what would
happen; nothing is done before it is sent, and a refusal shows the same page with the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

import structlog
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from coinhub.core.admin import Section
from coinhub.core.errors import DomainError, Unavailable
from coinhub.events.looks import LookedAtAdmin

log = structlog.get_logger(__name__)
TRY_AGAIN = "The database is busy. Nothing has happened; please try again."
PROVED = ("approvals.propose_", "wallets.change_withdrawal")  # permissions of what takes two people
LOOK = "look"  # the button that only shows what would happen with what was typed


@dataclass(frozen=True, slots=True)
class Done:
    """What is said when it is done, and the page shown then; empty: where one came from."""

    words: str
    url: str = ""


class DeedForm(forms.Form):
    """What a deed asks; ``row`` is the record it is done to, nothing for one of a list.

    ``once`` names this one filled-in form, so that sending it twice can be told from two wishes.
    """

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, row: Any, data: Any = None, *, initial: dict[str, Any]) -> None:
        self.row = row
        super().__init__(data, initial={**initial, "once": uuid4()})


def fits_always(row: Any) -> bool:
    """Say that a deed can be done to every record."""
    return True


def shows_nothing(row: Any, form: DeedForm) -> Sequence[Section]:
    """Show nothing besides the form."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing staff do: ``do`` makes the one call, ``shows`` says what it would come to."""

    verb: str
    title: str
    words: str
    button: str
    permission: str
    do: Callable[[Any, DeedForm, HttpRequest], Done]
    form: type[DeedForm] = DeedForm
    fits: Callable[[Any], bool] = fits_always
    shows: Callable[[Any, DeedForm], Sequence[Section]] = shows_nothing
    can_look: bool = False
    is_grave: bool = False

    @property
    def asks_proof(self) -> bool:
        """Say whether its page asks for the second factor, which the use case requires."""
        return self.permission.startswith(PROVED)


class DeedsAdmin(LookedAtAdmin):
    """Mixed into a page: deeds of a record and deeds of the list, each at an address of its own."""

    deeds: ClassVar[Sequence[Deed]] = ()
    list_deeds: ClassVar[Sequence[Deed]] = ()
    change_list_template = "admin/list_with_deeds.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the deeds."""
        name, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        own = [
            path(f"<int:key>/{deed.verb}/", view(self._page(deed)), name=f"{name}_{deed.verb}")
            for deed in self.deeds
        ]
        own += [
            path(f"{deed.verb}/", view(self._page(deed)), name=f"{name}_{deed.verb}")
            for deed in self.list_deeds
        ]
        return [*own, *super().get_urls()]

    def address_of(self, deed: Deed, row: Any = None) -> str:
        """Give the address of a deed's page."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{deed.verb}"
        return reverse(name, args=[] if row is None else [row.pk])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        """Show a record with the deeds that its reader may do."""
        obj = named.get("obj")
        if obj is not None:
            context["deed_links"] = [
                (deed, self.address_of(deed, obj))
                for deed in self.deeds
                if request.user.has_perm(deed.permission) and deed.fits(obj)
            ]
        return super().render_change_form(request, context, *args, **named)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a list with the deeds that its reader may do; they know what was searched for."""
        query = request.GET.urlencode()
        deeds = [
            (deed, self.address_of(deed) + (f"?{query}" if query else ""))
            for deed in self.list_deeds
            if request.user.has_perm(deed.permission)
        ]
        return super().changelist_view(request, {**(extra_context or {}), "deed_links": deeds})

    def _page(self, deed: Deed) -> Callable[..., HttpResponse]:
        """Make the page of a deed."""

        def view(request: HttpRequest, key: int | None = None) -> HttpResponse:
            if not request.user.has_perm(deed.permission):
                raise PermissionDenied
            row = None if key is None else self._row(request, key)
            there = self._there(row)
            if row is not None:
                self._looked(request, self.look_name(row), deed.verb, self.owners_of(row))
                if not deed.fits(row):
                    messages.error(request, f"{deed.title}: not possible as it stands now.")
                    return HttpResponseRedirect(there)
            form, status = _form(deed, row, request), 200
            if LOOK in request.POST:
                _read(form)
            elif request.method == "POST":
                status, done = _try(deed, row, form, request)
                if done is not None:
                    messages.success(request, done.words)
                    return HttpResponseRedirect(done.url or there)
            return self._shown(request, deed, row, form, status)

        return view

    def _row(self, request: HttpRequest, key: int) -> Any:
        row = self.get_object(request, str(key))
        if row is None:
            raise Http404
        return row

    def _there(self, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if row is None:
            return reverse(f"{name}_changelist")
        return reverse(f"{name}_change", args=[row.pk])

    def _shown(
        self, request: HttpRequest, deed: Deed, row: Any, form: DeedForm, status: int
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": deed.title,
            "opts": self.opts,
            "deed": deed,
            "row": row,
            "list_title": self.titles[1],
            "row_name": "" if row is None else self.name_of(row),
            "back": self._there(row),
            "form": form,
            "sections": deed.shows(row, form),
            "look": LOOK if deed.can_look else "",
        }
        return TemplateResponse(request, "admin/deed.html", context, status=status)


def _form(deed: Deed, row: Any, request: HttpRequest) -> DeedForm:
    asked = {name: value for name, value in request.GET.items() if "\x00" not in value}
    return deed.form(row, request.POST if request.method == "POST" else None, initial=asked)


def _read(form: DeedForm) -> None:
    """Read what was typed so far; what is still empty is not complained of."""
    for name in list(form.errors):
        if name in form.fields and not form[name].data:
            del form.errors[name]


def _try(deed: Deed, row: Any, form: DeedForm, request: HttpRequest) -> tuple[int, Done | None]:
    """Do it, or write at the form why not; give the status of the answer."""
    if not form.is_valid():
        return 400, None
    try:
        return 200, deed.do(row, form, request)
    except DomainError as refusal:
        _write(form, refusal)
        return refusal.status, None
    except OperationalError:
        log.warning("deed_not_done", deed=deed.verb, exc_info=True)
        form.add_error(None, TRY_AGAIN)
        return Unavailable.status, None


def _write(form: DeedForm, refusal: DomainError) -> None:
    """Write a refusal at the fields it names, else above the form."""
    told = [
        (str(error["pointer"]).strip("/"), str(error["detail"]))
        for error in refusal.members.get("errors", ())
    ]
    for name, detail in told:
        form.add_error(name if name in form.fields else None, detail)
    if not told:
        more = {name: value for name, value in refusal.members.items() if name != "errors"}
        said = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in more.items())
        form.add_error(None, refusal.detail + (f" ({said})" if said else ""))
