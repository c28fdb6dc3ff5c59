"""What the first page of the back office says of approvals."""

from collections.abc import Sequence

from django import template

from coinhub.approvals import selectors
from coinhub.approvals.kinds import Kind
from coinhub.approvals.models import Approval

register = template.Library()


@register.simple_tag
def count_approvals() -> int:
    """Count the proposals that wait."""
    return selectors.count_waiting()


@register.simple_tag
def oldest_approval() -> Approval | None:
    """Give the proposal that has waited longest."""
    return selectors.oldest_waiting()


@register.simple_tag
def kinds_without_checkers() -> Sequence[Kind]:
    """List the kinds that too few people may approve."""
    return selectors.kinds_without_checkers()
