"""What the first page of the back office shows of integrity."""

from django import template

from integrity.models import Run

register = template.Library()


@register.simple_tag
def newest_run() -> Run | None:
    """Give the newest run over the whole ledger."""
    return Run.objects.filter(owner=None, currency="").order_by("-started_at", "-pk").first()
