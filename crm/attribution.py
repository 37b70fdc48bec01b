"""Which of our brands a text speaks of, by the names that the settings give."""

import re
from functools import lru_cache

from domain.brand import Account, Brand, Rival
from domain.prediction import BrandName, Reading


def named_brands(text: str, brands: tuple[Brand, ...]) -> tuple[Brand, ...]:
    """Return the brands whose name, alias or account stands in the text as a word of its own, in any case."""
    return tuple(brand for brand in brands if _pattern(_names(brand)).search(text))


def reading(text: str, brand: Brand) -> Reading:
    """See a text from one brand: what the model is asked."""
    return Reading(
        text, BrandName(brand.name, _names(brand)), tuple(BrandName(r.name, _names(r)) for r in brand.rivals)
    )


def masked(text: str, brand: Brand) -> str:
    """Write the brand's names as `ourbrand` and those of its rivals as `rivalco`: what is said, whoever it is about."""
    for rival in brand.rivals:
        text = _pattern(_names(rival)).sub(" rivalco ", text)
    return _pattern(_names(brand)).sub(" ourbrand ", text)


def _names(owner: Brand | Rival) -> tuple[str, ...]:
    accounts: tuple[Account, ...] = owner.accounts
    return tuple(dict.fromkeys((owner.name, *owner.aliases, *(account.handle for account in accounts))))


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    words = sorted((r"\s*".join(map(re.escape, name.split())) for name in names), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?:'?s)?(?!\w)", re.IGNORECASE)
