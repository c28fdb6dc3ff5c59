"""The table of contents of the wallets' API."""

from django.conf import settings
from django.urls import path

from wallets.api import (
    deposits,
    destinations,
    me,
    office,
    rail_notices,
    refunds,
    sandbox,
    statements,
    transactions,
    transfers,
    wallets,
    withdrawals,
)

urlpatterns = [
    path("transfer", transfers.Transfer.as_view(), name="transfer"),
    path("me", me.Me.as_view(), name="me"),
    path("wallets", wallets.WalletList.as_view(), name="wallets"),
    path("wallets/<uuid:wallet_id>", wallets.WalletDetail.as_view(), name="wallet"),
    path("wallets/<uuid:wallet_id>/holds", wallets.WalletHolds.as_view(), name="holds"),
    path("wallets/<uuid:wallet_id>/entries", wallets.WalletEntries.as_view(), name="entries"),
    path(
        "wallets/<uuid:wallet_id>/statement",
        statements.WalletStatement.as_view(),
        name="statement",
    ),
    path("transactions", transactions.TransactionList.as_view(), name="transactions"),
    path(
        "transactions/<uuid:transaction_id>",
        transactions.TransactionDetail.as_view(),
        name="transaction",
    ),
    path("withdraw", withdrawals.Withdraw.as_view(), name="withdraw"),
    path(
        "withdraw/<uuid:transaction_id>/cancel",
        withdrawals.Cancel.as_view(),
        name="withdraw-cancel",
    ),
    path(
        "crypto-bank/withdraw",
        withdrawals.CryptoBankWithdraw.as_view(),
        name="crypto-bank-withdraw",
    ),
    path("rails/<str:rail>/notices", rail_notices.RailNotices.as_view(), name="rail-notices"),
    path(
        "transfer/<uuid:transaction_id>/recall",
        transfers.Recall.as_view(),
        name="transfer-recall",
    ),
    path(
        "transactions/<uuid:transaction_id>/refund",
        refunds.Refund.as_view(),
        name="transaction-refund",
    ),
    path("admin/wallet/balance", office.HouseBalances.as_view(), name="admin-wallet-balance"),
    path("admin/wallets", office.StaffWallets.as_view(), name="admin-wallets"),
    path("admin/users/<uuid:user_id>/points", office.Points.as_view(), name="admin-points"),
    path(
        "admin/transactions/<uuid:transaction_id>/refund",
        office.Refund.as_view(),
        name="admin-refund",
    ),
    path(
        "admin/transactions/<uuid:transaction_id>/reverse",
        office.Reverse.as_view(),
        name="admin-reverse",
    ),
    path("destinations", destinations.DestinationList.as_view(), name="destinations"),
    path(
        "destinations/<uuid:destination_id>",
        destinations.DestinationDetail.as_view(),
        name="destination",
    ),
]
if settings.SANDBOX:
    urlpatterns.append(path("deposit", deposits.Deposit.as_view(), name="deposit"))
    urlpatterns.append(path("test/credit", sandbox.TestCredit.as_view(), name="test-credit"))
