"""Commands about queries: try, save and list them."""

from typing import Annotated

import typer

from domain.clock import system_clock
from service.verbs.options import DEFAULT_CONFIG, Config

Query = Annotated[str, typer.Argument(help="In Earshot's language, see docs/queries.md; in single quotes.")]
QueryBrand = Annotated[str | None, typer.Option("--brand", help="One brand; default: the first.")]


def try_query(
    text: Query,
    config: Config = DEFAULT_CONFIG,
    brand: QueryBrand = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Try a query on the posts of the last 30 days: counts, samples, searches and cost. Nothing is saved."""
    from config.load import load
    from service.queries import trier_for, try_and_print

    settings, secrets = load(config)
    try_and_print(text, trier_for(settings, secrets, brand=brand, clock=system_clock), as_json=as_json)


def save_query(
    name: Annotated[str, typer.Argument(help="As in lumora-churn.")],
    text: Query,
    config: Config = DEFAULT_CONFIG,
    brand: QueryBrand = None,
) -> None:
    """Save the next version of a query, for streams with saved_query."""
    from config.load import load
    from service.queries import save_and_print, trier_for

    settings, secrets = load(config)
    save_and_print(name, text, trier_for(settings, secrets, brand=brand, clock=system_clock))


def list_queries(config: Config = DEFAULT_CONFIG) -> None:
    """Print the newest version of every saved query, one JSON line each."""
    from config.load import load
    from service.queries import print_newest

    print_newest(*load(config), clock=system_clock)


def query_history(
    name: Annotated[str, typer.Argument(help="The query's name.")], config: Config = DEFAULT_CONFIG
) -> None:
    """Print every version of a query, the newest first, one JSON line each."""
    from config.load import load
    from service.queries import print_versions

    print_versions(name, *load(config), clock=system_clock)
