"""How names, handles and phone numbers are folded so that different spellings of one thing compare equal."""

import re
import unicodedata

PHONE_DIGITS = 9
"""So many last digits identify a phone number with or without its country code."""


def fold_name(text: str) -> str:
    """Fold case, accents and punctuation; words are separated by single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare))


def fold_handle(handle: str) -> str:
    """Fold a public handle's case, and drop a leading `@` or `u/`."""
    return handle.strip().casefold().removeprefix("@").removeprefix("u/")


def fold_email(address: str) -> str:
    """Fold an e-mail address's case."""
    return address.strip().casefold()


def fold_phone(number: str) -> str:
    """Keep a phone number's last digits, as different writings of the country code compare equal then."""
    return re.sub(r"\D", "", number)[-PHONE_DIGITS:]
