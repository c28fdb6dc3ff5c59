"""Many at once: one decision, one execution."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from coinhub.approvals import refusals, services
from coinhub.approvals.models import Approval
from coinhub.core.errors import DomainError
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.coinhub.approvals.conftest import REASON, actor_of, approve, propose
from tests.conftest import make_staff

AT_ONCE = 20


def all_at_once(calls):
    """Run calls at the same moment, each on its own connection; give what each ended with."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            gate.wait(10)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class TestAtOnce:
    def test_twenty_approvals_execute_once(self, committed_db, lamp):
        maker = make_staff("race-maker", roles.OPERATIONS)
        checkers = [make_staff("race-checker", roles.OPERATIONS) for _ in range(AT_ONCE)]
        made = propose(maker, target=f"race-{maker.pk}")
        ended = all_at_once([lambda c=checker: approve(made, c) for checker in checkers])
        winners = [one for one in ended if isinstance(one, Approval)]
        losers = [one for one in ended if isinstance(one, refusals.ApprovalEnded)]
        assert (len(winners), len(losers)) == (1, AT_ONCE - 1)
        lit = AuditEvent.objects.filter(action="lamp.lit", object_id=made.target_id)
        assert lit.count() == 1
        assert Approval.objects.get(pk=made.pk).checker == winners[0].checker

    def test_of_approve_reject_and_withdraw_one_goes_through(self, committed_db, lamp):
        maker = make_staff("race-maker", roles.OPERATIONS)
        first, second = (make_staff("race-checker", roles.OPERATIONS) for _ in range(2))
        for turn in range(5):
            made = propose(maker, target=f"race-{maker.pk}-{turn}")
            ended = all_at_once(
                [
                    lambda one=made: approve(one, first),
                    lambda one=made: services.reject(
                        one.public_id, checker=second, comment=REASON, actor=actor_of(second)
                    ),
                    lambda one=made: services.withdraw(
                        one.public_id, maker=maker, actor=actor_of(maker)
                    ),
                ]
            )
            assert len([one for one in ended if isinstance(one, Approval)]) == 1
            kept = Approval.objects.get(pk=made.pk)
            lit = AuditEvent.objects.filter(action="lamp.lit", object_id=made.target_id).count()
            assert lit == (kept.state == Approval.State.EXECUTED)
            assert (
                len(lamp.ended)
                == turn
                + 1
                - AuditEvent.objects.filter(
                    action="lamp.lit", object_id__startswith=f"race-{maker.pk}-"
                ).count()
            )

    def test_the_same_proposal_twice_at_once_is_made_once(self, committed_db, lamp):
        maker = make_staff("race-maker", roles.OPERATIONS)
        target = f"race-{maker.pk}"
        ended = all_at_once([lambda: propose(maker, target=target)] * 8)
        assert len([one for one in ended if isinstance(one, Approval)]) == 1
        assert len([one for one in ended if isinstance(one, refusals.ApprovalExists)]) == 7
        assert Approval.objects.filter(target_id=target).count() == 1
