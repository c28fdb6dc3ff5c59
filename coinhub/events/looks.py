"""Pages of the back office that show what is a customer's: every look at one is recorded."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from coinhub.core.admin import OfficeAdmin
from coinhub.core.requests import actor_of
from coinhub.events import audit

LIST = "list"  # stands for the id of a row where many are shown
LONGEST_QUERY = 300


class LookedAtAdmin(OfficeAdmin):
    """Mixed into a page: who looked at which row or list; before anything of it is shown.

    ``look_type`` names the kind of object in the trail where that is not the model's name.
    """

    look_type: ClassVar[str] = ""

    def look_name(self, obj: Any) -> str:
        """Name the row as the trail does: by its public id where it has one."""
        return str(getattr(obj, "public_id", obj.pk))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        """Record the look, then show the row."""
        obj = named.get("obj")
        if obj is not None:
            self._looked(request, self.look_name(obj), "page")
        return super().render_change_form(request, context, *args, **named)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Record the look with what was searched for, then show the list."""
        if self.has_view_or_change_permission(request):
            query = request.GET.urlencode()[:LONGEST_QUERY]
            self._looked(request, LIST, f"list ?{query}" if query else "list")
        return super().changelist_view(request, extra_context)

    def _looked(self, request: HttpRequest, object_id: str, what: str) -> None:
        audit.looked_at(
            actor=actor_of(request),
            object_type=self.look_type or str(self.opts.model_name),
            object_id=object_id,
            what=what,
        )
