"""People in the back office, and its door."""

from typing import Any, ClassVar

from allauth.account import admin as allauth_admin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.usersessions import admin as sessions_admin
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of
from coinhub.core.ids import as_uuid
from coinhub.users.models import User

# The door: staff sign in where everybody does, with the same limit on failed tries. The second
# factor belongs here, too: whoever has not used one lately is sent to do so first.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_title = "CoinHub back office"
admin.site.index_title = "Overview"

# Imported above so that they have registered their pages by now: those can be changed, ours not.
for registered_by in (allauth_admin, auth_admin, mfa_admin, sessions_admin):
    for model in [
        m
        for m, page in admin.site._registry.items()
        if type(page).__module__ == registered_by.__name__
    ]:
        admin.site.unregister(model)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People: customers, staff, and customers taken over from elsewhere."""

    list_display = ("name_shown", "name", "role", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active")
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
        lists = (
            ("wallets_wallet", "Wallets", {"owner__id__exact": obj.pk}),
            ("wallets_transaction", "Transactions", {"q": obj.pk}),
            ("kyc_case", "Identity case", {"customer__id__exact": obj.pk}),
        )
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
