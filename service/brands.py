"""The brands that a command is about."""

from domain.brand import Brand
from domain.errors import WrongUse
from flows.house import House


def chosen(house: House, brand: str | None) -> list[Brand]:
    """Return the brand of this name, or each where none is named; raises WrongUse where there is no such brand."""
    names = [each.name for each in house.brands]
    if brand is not None and brand not in names:
        raise WrongUse(f"There is no brand {brand!r}; the settings have: {', '.join(names)}.")
    return [each for each in house.brands if brand in {None, each.name}]
