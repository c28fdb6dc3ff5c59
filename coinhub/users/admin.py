"""The door of the back office; its pages of people are in ``coinhub.people.admin``."""

from allauth.account import admin as allauth_admin
from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as mfa_admin
from allauth.usersessions import admin as sessions_admin
from django.contrib import admin
from django.contrib.auth import admin as auth_admin

# The door: staff sign in where everybody does, with the same limit on failed tries. The second
# factor belongs here, too: whoever has not used one lately is sent to do so first.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_title = "CoinHub back office"
admin.site.index_title = "Overview"
admin.site.enable_nav_sidebar = False  # templates/admin/base_site.html has its own

# Imported above so that they have registered their pages by now: those can be changed, ours not.
for registered_by in (allauth_admin, auth_admin, mfa_admin, sessions_admin):
    for model in [
        m
        for m, page in admin.site._registry.items()
        if type(page).__module__ == registered_by.__name__
    ]:
        admin.site.unregister(model)
