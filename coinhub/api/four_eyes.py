"""What the API answers when a second person has to approve: 202 and the proposal."""

from rest_framework import serializers
from rest_framework.response import Response

from coinhub.approvals.models import Approval


class ProposedShape(serializers.Serializer):
    """What a second person has to approve."""

    approval = serializers.UUIDField()
    state = serializers.CharField()
    expires_at = serializers.DateTimeField()


def proposed(approval: Approval) -> Response:
    """Answer that nothing is done yet, and which proposal waits until when."""
    body = {
        "approval": approval.public_id,
        "state": approval.state,
        "expires_at": approval.expires_at,
    }
    return Response(body, status=202)
