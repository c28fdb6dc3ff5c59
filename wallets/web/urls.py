"""The customer's pages."""

from django.urls import path

from wallets.web import deposit, destinations, download, history, refund, send, views, withdraw

urlpatterns = [
    path("", views.Overview.as_view(), name="overview"),
    path("wallets/", views.WalletList.as_view(), name="wallets"),
    path("wallets/<uuid:public_id>/", views.WalletDetail.as_view(), name="wallet"),
    path(
        "wallets/<uuid:public_id>/statement.csv",
        download.WalletCsv.as_view(),
        name="wallet_csv",
    ),
    path("transactions/", history.TransactionList.as_view(), name="transactions"),
    path("transactions/<uuid:public_id>/", views.TransactionDetail.as_view(), name="transaction"),
    path("transactions/<uuid:public_id>/refund/", refund.Refund.as_view(), name="refund"),
    path("transactions/<uuid:public_id>/recall/", refund.Recall.as_view(), name="recall"),
    path("send/", send.Send.as_view(), name="send"),
    path("deposit/", deposit.Deposit.as_view(), name="deposit"),
    path("withdraw/", withdraw.Withdraw.as_view(), name="withdraw"),
    path(
        "withdraw/<uuid:public_id>/cancel/",
        withdraw.Cancel.as_view(),
        name="withdraw_cancel",
    ),
    path("destinations/", destinations.DestinationList.as_view(), name="destinations"),
    path("destinations/add/", destinations.DestinationAdd.as_view(), name="destination_add"),
    path(
        "destinations/<uuid:public_id>/remove/",
        destinations.DestinationRemove.as_view(),
        name="destination_remove",
    ),
]
