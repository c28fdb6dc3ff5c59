"""Pages of the back office that show what is a customer's: every look at one is recorded."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from coinhub.core.admin import OfficeAdmin
from coinhub.core.requests import actor_of
from coinhub.events import audit


class LookedAtAdmin(OfficeAdmin):
    """Mixed into a page: who looked at which row, from where; before anything of it is shown."""

    def look_name(self, obj: Any) -> str:
        """Name the row as the trail names its kind: by its public id where it has one."""
        return str(getattr(obj, "public_id", obj.pk))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        """Record the look, then show the row."""
        obj = named.get("obj")
        if obj is not None:
            audit.looked_at(
                actor=actor_of(request),
                object_type=str(self.opts.model_name),
                object_id=self.look_name(obj),
            )
        return super().render_change_form(request, context, *args, **named)
