"""Which operation leads to which: what an answer names, and where it can be asked for."""

from typing import Any

ID = "$response.body#/id"
FIRST = "$response.body#/results/0/id"

# operation -> the operations that take what its answer (of success) holds: parameter, where it is.
LINKS: dict[str, dict[str, tuple[str, str]]] = {
    "transfer": {
        "transaction": ("transaction_id", ID),
        "transfer_recall": ("transaction_id", ID),
    },
    "withdraw": {
        "transaction": ("transaction_id", ID),
        "cancel_withdrawal": ("transaction_id", ID),
    },
    "deposit": {"transaction": ("transaction_id", ID)},
    "transaction_refund": {"transaction": ("transaction_id", ID)},
    "transactions": {
        "transaction": ("transaction_id", FIRST),
        "transaction_refund": ("transaction_id", FIRST),
    },
    "wallets": {
        "wallet": ("wallet_id", FIRST),
        "wallet_holds": ("wallet_id", FIRST),
        "wallet_entries": ("wallet_id", FIRST),
        "wallet_statement": ("wallet_id", FIRST),
    },
    "add_destination": {
        "destination": ("destination_id", ID),
        "remove_destination": ("destination_id", ID),
    },
    "make_api_key": {"revoke_api_key": ("key_id", ID)},
    "confirmations": {"confirm": ("challenge_id", FIRST)},
    "me": {"integrity_check_customer": ("user_id", ID)},
}


def add_links(operation: dict[str, Any]) -> None:
    """Write an operation's links to its answers of success."""
    links = {
        target: {"operationId": target, "parameters": {name: where}}
        for target, (name, where) in LINKS.get(operation["operationId"], {}).items()
    }
    for status, answer in operation["responses"].items():
        if links and status in ("200", "201"):
            answer["links"] = links
