"""A world in which whatever anybody may write is a script, if a page took it for one."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from coinhub.approvals import services as approvals
from coinhub.core import vault
from coinhub.core.actor import Actor
from coinhub.core.ids import new_public_id
from coinhub.people import invitations, locks
from coinhub.users import roles
from coinhub.users.models import User
from coinhub.users.services import api_keys
from integrity.models import Finding
from integrity.services.check import check
from kyc.models import Case, Document, DocumentFile
from kyc.services import cases, decisions, documents, reviews
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.journeys.scripts import MARK, PROBES, SHARES
from tests.kyc.conftest import ADA, NEEDED, picture
from tests.wallets.leaving import due, enrol, withdraw
from wallets.ledger.request import MoneyRequest
from wallets.models import Destination, Freeze
from wallets.rails.base import Arrival, Finality
from wallets.rails.configured import rail_named
from wallets.services import (
    adjustments,
    freezes,
    payouts,
    proposed_terms,
    receipts,
    refunds,
    reversals,
    stops,
    terms,
    transfers,
    withdrawal_decisions,
)


class Round:
    """Some probes in every field: a customer, a friend and what both and staff wrote and did.

    Where a field is too short for all of them, there is a row for each.
    """

    def __init__(self, number: int, probes: tuple[str, ...], office: "Office") -> None:
        self.number, self.probes, self.office = number, probes, office
        self.probe = " ".join(probes)
        self.why = f"{self.probe} and ten more"
        self.user = enrol(self._customer("ann"))
        self.friend = self._customer("bob")
        self.wallet = wallet_of(self.user, funded="100.00")
        self.rows: list[Any] = [self.user, self.friend, self.wallet]
        self._writes()
        self._pays()
        self._leaves()
        self._is_judged()

    def _customer(self, name: str) -> User:
        """Make one whose name, and quoted e-mail, are the probe as far as they may be."""
        user = make_customer(name)
        quoted = f'"<img/src=x/onerror={MARK}{self.number}()>{name}"@example.com'
        User.objects.filter(pk=user.pk).update(name=self.probe, email=quoted)
        user.emailaddress_set.update(email=quoted)
        user.refresh_from_db()
        return user

    @property
    def by(self) -> Actor:
        return Actor(kind="customer", user_id=self.user.pk, request_id=self.probes[0])

    @property
    def staff(self) -> Actor:
        return Actor(kind="staff", user_id=self.office.maker.pk, request_id=self.probes[1])

    def pages(self) -> list[str]:
        """Give the pages about one thing that show the customer words."""
        wallet = f"/wallets/{self.wallet.public_id}/"
        return [wallet, f"{wallet}statement.csv", f"/transactions/{self.paid.public_id}/"]

    def _writes(self) -> None:
        for probe in self.probes:
            self._writes_short(probe)
        self.place = self.rows[-1]

    def _writes_short(self, probe: str) -> None:
        api_keys.create(
            user=self.user,
            wish=api_keys.Wish(label=probe),
            confirmation_id=None,
            actor=self.by,
        )
        UserSession.objects.create(
            user=self.user,
            session_key=f"{MARK}{hashlib.sha256(probe.encode()).hexdigest()[:30]}",
            ip="192.0.2.1",
            user_agent=probe,
            data={"device": probe},
        )
        Authenticator.objects.create(
            user=self.user, type="webauthn", data={"name": probe, "credential": {}}
        )
        self.rows.append(
            Destination.objects.create(
                public_id=new_public_id(),
                customer=self.user,
                label=probe,
                currency_id="GBP",
                network="iban",
                address=probe,
                memo=probe,
                fingerprint=hashlib.sha256(probe.encode()).digest(),
                masked=probe[:40],
                active_from=timezone.now() - timedelta(days=2),
            )
        )

    def _pays(self) -> None:
        key = f"{self.probe:_<16}"[:64].replace(" ", "_").encode("ascii", "replace").decode()
        named = MoneyRequest(
            caller=self.user.pk, key=key, fingerprint=hashlib.sha256(key.encode()).digest()
        )
        paid = transfers.transfer(
            payer=self.wallet,
            payee=wallet_of(self.friend),
            amount=gbp("9.00"),
            note=self.probe,
            actor=self.by,
            request=named,
        ).transaction
        refunds.refund(
            owner_id=self.friend.pk,
            transaction_id=paid.public_id,
            amount="1.00",
            actor=Actor(kind="customer", user_id=self.friend.pk, request_id="t"),
            request=MoneyRequest(caller=self.friend.pk, key=key, fingerprint=named.fingerprint),
        )
        for account in (str(self.user.pk), self.probe):
            arrival = Arrival(
                f"{self.probe} {account == self.probe}",
                account,
                Decimal("5.00"),
                "GBP",
                Finality.FINAL,
                0,
            )
            receipts.take_arrival(
                rail=rail_named("sandbox"), arrival=arrival, actor=Actor(kind="rail")
            )
        self.reversal = reversals.propose(
            original_id=paid.public_id,
            amount=Decimal("2.00"),
            terms=reversals.Terms(),
            reason=self.why,
            maker=self.office.maker,
            actor=self.staff,
        )
        self.paid = paid
        self.rows += [paid, self.reversal]

    def _leaves(self) -> None:
        left = withdraw(self.user, "3.00", self.place)
        withdrawal_decisions.approve(
            transaction_id=left.public_id, checker=self.office.checker, actor=self.staff
        )
        waits = withdraw(self.user, "4.00", self.place)
        due(left)
        payouts.send_due()
        self.rows += [left, waits]
        self.refused = waits

    def _is_judged(self) -> None:
        office, ends = self.office, timezone.now() + timedelta(days=9)
        exception = {
            "name": "volume_24h",
            "customer": str(self.user.pk),
            "maximum": "5000",
            "expires_at": ends.isoformat(),
        }
        terms.set_limit(payload=exception | {"reason": self.why}, actor=self.staff)
        self.rows += [
            freezes.freeze(
                customer_id=self.friend.pk,
                kind=Freeze.Kind.DEBIT,
                reason=self.why,
                actor=self.staff,
            ),
            proposed_terms.propose_limit(
                payload=exception,
                reason=self.why,
                maker=office.maker,
                actor=self.staff,
            ),
            adjustments.propose(
                kind="goodwill",
                amount=gbp("1.00"),
                customer_id=self.user.pk,
                reason=self.why,
                maker=office.maker,
                actor=self.staff,
            ),
        ]
        approvals.reject(
            self.reversal.public_id, checker=office.checker, comment=self.why, actor=self.staff
        )
        withdrawal_decisions.reject(
            transaction_id=self.refused.public_id,
            reason=self.why,
            checker=office.checker,
            actor=self.staff,
        )
        locks.lock(
            person=self._customer("eve"), reason=self.why, maker=office.maker, actor=self.staff
        )
        office.invite(self.probe, self.number)
        judged = [self._case(answer) for answer in ("again", "no")]
        self.judged = [case.customer for case in judged]
        self.rows += judged

    def _case(self, answer: str) -> Case:
        """Have papers judged whose words are the probe."""
        user = make_customer("carl", kyc="not_started")
        User.objects.filter(pk=user.pk).update(name=self.probe)
        told = dict.fromkeys(("full_name", "street", "city", "postcode", "tax_id"), self.probe)
        person = replace(ADA, **told, source_of_funds=self.probe)
        mine = Actor(kind="customer", user_id=user.pk, request_id=self.probes[2])
        cases.save_details(customer_id=user.pk, person=person, tier=1, actor=mine)
        for kind in NEEDED:
            self.office.paper(user, kind)
        cases.submit(customer_id=user.pk, actor=mine)
        wallet_of(user, funded="1.00")
        judge = Actor(kind="staff", user_id=self.office.reviewer.pk, request_id="t")
        asked = {"customer_id": user.pk, "actor": judge}
        if answer == "again":
            (front,) = Document.objects.filter(case__customer=user, kind="id_front")
            reviews.request_changes(**asked, documents={str(front.pk): ("other", self.why)})
        else:
            decisions.reject(**asked, reason="other", note=self.why)
        return Case.objects.get(customer=user)


class Office:
    """Staff whose names are probes, and what there is once."""

    def __init__(self) -> None:
        self.maker, self.checker = (make_staff(n, roles.OPERATIONS) for n in ("mia", "chris"))
        self.reviewer = make_staff("kim", roles.KYC)
        self.boss = make_staff("ari", superuser=True)
        self.by = Actor(kind="staff", user_id=self.maker.pk, request_id="t")

    def everybody(self) -> list[User]:
        return [self.maker, self.checker, self.reviewer, self.boss]

    def invite(self, probe: str, number: int) -> None:
        invitations.invite(
            email=f'"<svg/onload={MARK}{number}()>"@example.com',
            name=probe,
            roles=[roles.AUDITOR],
            reason=f"{probe} and ten more",
            maker=self.maker,
            actor=self.by,
        )

    def paper(self, user: User, kind: str) -> None:
        """Keep a picture as if it had been made of an upload; making one takes a second."""
        row = Document.objects.create(
            case=Case.objects.get(customer=user),
            kind=kind,
            upload_type="png",
            upload_hash=vault.lookup(f"{user.pk}{kind}", purpose=documents.UPLOAD),
            size=1,
            width=1,
            height=1,
        )
        key, sealed = vault.seal_file(picture(), purpose=documents.purpose_of(row))
        DocumentFile.objects.create(document=row, sealed_key=key, sealed=sealed)

    def drafting(self, probe: str) -> User:
        """Make a customer who has begun to say who they are."""
        user = make_customer("dana", kyc="not_started")
        cases.save_details(
            customer_id=user.pk,
            person=replace(ADA, full_name=probe, city=probe),
            tier=1,
            actor=Actor(kind="customer", user_id=user.pk, request_id="t"),
        )
        return user

    def find(self, probe: str) -> None:
        """Keep a run of the check with a finding."""
        run = check(actor=self.by, trigger="api").run
        Finding.objects.create(run=run, check_name="x", source="x", is_cause=True, place=probe)

    def stop(self, probe: str) -> None:
        stops.engage(
            scope="operation",
            value="refund",
            reason=f"{probe} and more",
            message=probe,
            actor=self.by,
        )


# What a rail, a source of prices or an administrator of the database says, where no use case of
# ours takes words from them: column by column.
OTHERS_SAY = {
    "integrity_finding.place": 200,
    "users_user.external_ref": 120,
    "wallets_currency.name": 60,
    "wallets_holdcondition.note": 200,
    "wallets_limit.reason": 200,
    "wallets_price.source": 60,
    "wallets_withdrawal.external_ref": 200,
    "wallets_withdrawalattempt.said": 200,
}


def say_the_rest(admin: Any) -> None:
    """Write probes into the columns that no customer and no member of staff fills.

    A table may have no more rows than there are rounds: the first rows hold a round's share each.
    """
    for place, longest in OTHERS_SAY.items():
        table, column = place.split(".")
        admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        keys = admin.execute(f"SELECT ctid::text FROM {table} LIMIT {len(PROBES)}").fetchall()
        for number, (key,) in enumerate(keys):
            share = " ".join(SHARES[number]) if number < len(SHARES) else PROBES[number]
            said = share if len(share) <= longest else PROBES[number][:longest]
            admin.execute(f"UPDATE {table} SET {column} = %s WHERE ctid = %s::tid", [said, key])
