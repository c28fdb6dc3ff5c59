"""People in the back office: finding them, inviting, locking, and proposing their roles."""

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of
from coinhub.core.errors import DomainError
from coinhub.core.ids import as_uuid
from coinhub.core.requests import actor_of
from coinhub.events.looks import LookedAtAdmin
from coinhub.people import deeds, grants, invitations
from coinhub.people.forms import InviteForm, prefixed
from coinhub.users import admin as door  # its pages of other packages go before ours come
from coinhub.users.models import User

INVITE = "admin:users_user_invite"


@admin.register(User)
class UserAdmin(LookedAtAdmin, ReadOnlyAdmin):
    """People: customers, staff, and customers taken over from elsewhere."""

    look_type = "person"
    look_owners = ("pk",)
    change_form_template = "admin/person.html"
    change_list_template = "admin/people.html"
    list_display = ("name_shown", "name", "role", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active", ("groups", admin.RelatedOnlyFieldListFilter))
    ordering = ("-date_joined", "pk")
    search_help_text = "The beginning of an e-mail or reference, or an id"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("id", "email", "name", "external_ref")}),
        ("Access", {"fields": ("role", "is_active", "date_joined", "last_login")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).defer("password").prefetch_related("groups")

    @admin.display(description="person")
    def name_shown(self, user: User) -> str:
        return str(user)

    @admin.display(description="role")
    def role(self, user: User) -> str:
        if user.is_superuser:
            return "superuser"
        groups = ", ".join(sorted(group.name for group in user.groups.all()))
        return groups or ("staff without a role" if user.is_staff else "customer")

    def found(self, term: str) -> Q:
        public_id = as_uuid(term)
        if public_id:
            return Q(pk=public_id)
        return Q(email__startswith=term.lower()) | Q(external_ref__startswith=term)

    def related(self, obj: User) -> list[Link]:
        lists: list[tuple[str, str, dict[str, Any]]] = [
            ("wallets_wallet", "Wallets", {"owner__id__exact": obj.pk}),
            ("wallets_transaction", "Transactions", {"q": obj.pk}),
            ("wallets_freeze", "Freezes", {"q": obj.pk}),
            ("kyc_case", "Identity case", {"customer__id__exact": obj.pk}),
            ("events_auditevent", "What happened to them", {"q": obj.pk}),
        ]
        if obj.is_staff:
            did = {"actor__id__exact": obj.pk, "actor_kind": "staff"}
            lists.append(("events_auditevent", "What they did", did))
        return [list_of(name, text, **where) for name, text, where in lists]

    def sections(self, obj: User) -> list[Section]:
        addresses = EmailAddress.objects.filter(user=obj).order_by("-primary", "email")
        return [
            Section(
                title="Sign-in e-mails",
                columns=(Column("E-mail"), Column("Verified"), Column("Primary")),
                rows=[
                    (a.email, "yes" if a.verified else "no", "yes" if a.primary else "no")
                    for a in addresses
                ],
            )
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_invite": request.user.has_perm(grants.PROPOSE)}
        return super().changelist_view(request, (extra_context or {}) | may)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        """Show a person with what the reader may do about them."""
        obj: User | None = named.get("obj")
        if obj is not None:
            tried: dict[str, forms.Form] = getattr(request, "tried", {})
            context["deeds"] = [
                (deed, tried.get(deed.verb) or deed.form_for(obj))
                for deed in deeds.DEEDS
                if deed.is_open(obj, request.user)
            ]
        return super().render_change_form(request, context, *args, **named)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(f"<uuid:key>/{deed.verb}/", view(self._doer(deed)), name=f"users_user_{deed.verb}")
            for deed in deeds.DEEDS
        ]
        invite = path("invite/", view(self.invite), name="users_user_invite")
        return [*own, invite, *super().get_urls()]

    def _doer(self, deed: deeds.Deed) -> Callable[..., HttpResponse]:
        """Make the view of one button; a refusal shows the page again with what was typed."""

        def view(request: HttpRequest, key: Any) -> HttpResponse:
            person = self.get_object(request, str(key))
            if not request.user.has_perm(deed.permission):
                raise PermissionDenied
            if person is None:
                raise Http404
            form = prefixed(deed.form, deed.verb, request.POST)
            status = 400
            if form.is_valid():
                try:
                    said = deed.do(person, form.cleaned_data, request.user, actor_of(request))
                except DomainError as refusal:
                    messages.error(request, refusal.detail)
                    status = refusal.status
                else:
                    messages.success(request, said)
                    return HttpResponseRedirect(page_address(person))
            request.tried = {deed.verb: form}  # type: ignore[attr-defined]
            request.method = "GET"
            response = self.change_view(request, str(key))
            response.status_code = status
            return response

        return require_POST(view)

    def invite(self, request: HttpRequest) -> HttpResponse:
        """Show and take the form by which somebody is invited."""
        if not request.user.has_perm(grants.PROPOSE):
            raise PermissionDenied
        form, status = InviteForm(request.POST or None), 200
        if request.method == "POST":
            status = 400
            if form.is_valid():
                try:
                    person = invitations.invite(
                        **form.cleaned_data,
                        maker=request.user,  # type: ignore[arg-type]
                        actor=actor_of(request),
                    )
                except DomainError as refusal:
                    form.add_error(None, refusal.detail)
                    status = refusal.status
                else:
                    messages.success(request, f"{person.email} is invited.")
                    return HttpResponseRedirect(page_address(person))
        context = self.admin_site.each_context(request) | {
            "title": "Invite somebody",
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/invite.html", context, status=status)


def page_address(person: User) -> str:
    """Give the address of a person's page."""
    return reverse("admin:users_user_change", args=[person.pk])


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """Roles of staff and what each may do."""

    list_display = ("name",)
    ordering = ("name",)
    fields = ("name",)

    def sections(self, obj: Group) -> list[Section]:
        allowed = obj.permissions.select_related("content_type").order_by("codename", "pk")
        members = User.objects.filter(groups=obj).order_by("email", "pk")
        return [
            Section("Members", (Column("Person"),), [(page_of(user),) for user in members]),
            Section("May", (Column("Permission"),), [(right.name,) for right in allowed]),
        ]


__all__ = ["GroupAdmin", "UserAdmin", "door"]
