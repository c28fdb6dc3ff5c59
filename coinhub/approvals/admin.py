"""Approvals in the back office: what waits, what will happen, and the two buttons."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q

from coinhub.approvals.models import Approval
from coinhub.core.admin import ReadOnlyAdmin
from coinhub.core.ids import as_uuid


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """Proposals: those that wait, and what became of the others."""

    list_display = ("created_at", "kind", "target_type", "target_id", "state", "maker", "checker")
    list_filter = ("state",)
    list_select_related: ClassVar[tuple[str, ...]] = ("maker", "checker")
    search_help_text = "Id of the approval or of its target"

    def found(self, term: str) -> Q:
        public_id = as_uuid(term)
        by_target = Q(target_id=term)
        return by_target | Q(public_id=public_id) if public_id else by_target
