"""Addresses of messages in Slack, for whoever is told of them elsewhere."""

from flows.house import House
from storage import messages
from storage.database import Tx


def card_url(tx: Tx, case_id: str | None, house: House) -> str | None:
    """Link to a case's card; None where it has none or Slack's address is not known."""
    card = messages.for_case(tx, case_id) if case_id else None
    return message_url(card.channel, card.ts, house) if card and card.ts else None


def card_address(case_id: str, *, house: House) -> str | None:
    """Look `card_url` up for somebody who may not be shown the card here: Slack decides whether she reads it there."""
    with house.database.read() as tx:
        return card_url(tx, case_id, house)


def message_url(channel: str, ts: str, house: House) -> str | None:
    """Link to a message, in the form that Slack's own "Copy link" has."""
    return f"{house.workspace_url}archives/{channel}/p{ts.replace('.', '')}" if house.workspace_url else None
