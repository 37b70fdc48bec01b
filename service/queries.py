"""Queries on the command line: tried on what is stored, saved, listed."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from config.secrets import Secrets
from config.settings import Settings
from crm.query.parse import QueryError
from domain.brand import SourceKind
from domain.clock import Clock
from domain.errors import InputError, WrongUse
from domain.query import PlatformTrial, QueryTrial, SavedQuery
from flows import queries
from flows.queries import Trier
from service.assembly import open_house, search_platforms
from service.forget import OPERATOR

T = TypeVar("T")


def trier_for(settings: Settings, secrets: Secrets, *, brand: str | None, clock: Clock) -> Trier:
    """Open the house and take a brand of it, the first where none is named. Raises WrongUse."""
    house = open_house(settings, secrets, clock=clock)
    known = {each.name.casefold(): each for each in house.brands}
    if brand is not None and brand.casefold() not in known:
        raise WrongUse(f"There is no brand {brand!r}: {', '.join(each.name for each in house.brands)}.")
    chosen = known[brand.casefold()] if brand else house.brands[0]
    asked = {s.platform for s in settings.streams if s.brand == chosen.name and s.kind is SourceKind.SEARCH}
    return Trier(house, chosen, search_platforms(settings, secrets), tuple(sorted(asked)))


def try_and_print(text: str, trier: Trier, *, as_json: bool) -> None:
    """Try a query on the last days. Raises InputError with a mark under the place of a fault."""
    trial = _pointed(lambda: queries.try_query(text, person=OPERATOR, trier=trier))
    if as_json:
        print(json.dumps(_flat(trial), default=str, ensure_ascii=False))
    else:
        _print_trial(trial)


def save_and_print(name: str, text: str, trier: Trier) -> None:
    """Save a query. Raises InputError as `try_and_print`."""
    saved = _pointed(lambda: queries.save_query(name, text, person=OPERATOR, trier=trier))
    print(f"Saved {saved.name}, version {saved.version}. Streams read by it from the next start on.", file=sys.stderr)
    _print_saved([saved])


def print_newest(settings: Settings, secrets: Secrets, *, clock: Clock) -> None:
    """Print the newest version of every saved query."""
    _print_saved(queries.saved(person=OPERATOR, house=open_house(settings, secrets, clock=clock)))


def print_versions(name: str, settings: Settings, secrets: Secrets, *, clock: Clock) -> None:
    """Print every version of a query, the newest first. Raises InputError where there is none."""
    _print_saved(queries.versions(name, person=OPERATOR, house=open_house(settings, secrets, clock=clock)))


def _print_saved(found: Sequence[SavedQuery]) -> None:
    for each in found:
        print(json.dumps(asdict(each), default=str, ensure_ascii=False))


def _pointed(work: Callable[[], T]) -> T:
    try:
        return work()
    except QueryError as error:
        raise InputError(f"{error}\n{error.pointer}") from None


def _flat(trial: QueryTrial) -> dict[str, Any]:
    return {
        "query": trial.query,
        "brand": trial.brand,
        "looked_at": trial.looked_at,
        "found": trial.found,
        "monthly_usd": trial.monthly_usd,
        "days": {str(day): number for day, number in trial.days},
        "platforms": [
            {
                "platform": each.searches.platform,
                "found": each.kept,
                "read": each.read,
                "monthly_usd": each.monthly_usd,
                "searches": [native.text for native in each.searches.natives],
                "judged_here": list(each.searches.natives[0].left) if each.searches.natives else [],
                "problem": each.searches.problem,
            }
            for each in trial.platforms
        ],
        "samples": [asdict(sample) for sample in trial.samples],
    }


def _print_trial(trial: QueryTrial) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        escape(f"{trial.found:,} of {trial.looked_at:,} stored posts about {trial.brand} in {len(trial.days)} days")
    )
    days = Table("day", "posts")
    for day, number in trial.days:
        if number:
            days.add_row(str(day), f"{number:,}")
    if trial.found:
        console.print(days)
    platforms = Table("platform", "found", "read", "USD in 30 days", "searches")
    for each in trial.platforms:
        shown = [escape(part) for part in (each.searches.platform, f"{each.kept:,}", f"{each.read:,}")]
        platforms.add_row(*shown, f"{each.monthly_usd:,.2f}", escape(_asked(each)))
    console.print(platforms)
    for sample in trial.samples:
        console.print(
            escape(f"{sample.posted_at:%Y-%m-%d %H:%M} {sample.platform} {sample.author}: {sample.text[:200]!r}")
        )


def _asked(trial: PlatformTrial) -> str:
    if trial.searches.problem:
        return trial.searches.problem
    lines = [native.text for native in trial.searches.natives]
    left = trial.searches.natives[0].left if trial.searches.natives else ()
    return "\n".join([*lines, f"judged here: {', '.join(left)}"] if left else lines)
