"""What `check` verifies, each with the fix beside a failure. Nothing is posted, and no table is changed."""

from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

import listeners
from bot.checking import Finding, check_slack
from bot.identity import asking_client
from config.load import load
from config.secrets import Secrets
from config.settings import Settings
from domain.brand import SourceKind
from domain.clock import Clock
from domain.errors import CredentialsError, EarshotError, PlatformError, SettingsError
from domain.prediction import BrandName, Reading
from service.assembly import (
    build_model,
    build_polls,
    build_repliers,
    build_streams,
    build_templates,
    model_status,
    named_channels,
    platform_settings,
    reach_database,
    too_long_templates,
)
from service.running import slack_secrets


def check_all(config: Path, *, clock: Clock) -> list[Finding]:
    """Check everything that the settings name, going on after each failure."""
    try:
        settings, secrets = load(config)
    except EarshotError as error:
        return [Finding("settings", ok=False, fix=str(error))]
    return [Finding(f"settings {config}", ok=True), *_findings(settings, secrets, clock)]


def _findings(settings: Settings, secrets: Secrets, clock: Clock) -> Iterator[Finding]:
    yield from _tried("database", lambda: _try_database(settings, secrets))
    yield from _tried("model", lambda: _try_model(settings))
    yield from _tried("learned from people", lambda: model_status(settings.model))
    yield _key(secrets)
    yield from _slack(settings, secrets)
    yield from _tried("streams", lambda: _try_streams(settings, secrets, clock))
    yield from _tried("reply templates", lambda: _try_templates(settings, secrets, clock))
    for platform in sorted({stream.platform for stream in settings.streams}):
        module = listeners.load(platform)
        own = platform_settings(platform, settings, secrets)
        yield from _platform(platform, lambda m=module, o=own: m.check(o))  # type: ignore[misc]
    if not any(settings.roles.values()):
        yield Finding("roles", ok=False, fix="Nobody may do anything: name people under [roles], by Slack user id.")


def _tried(what: str, attempt: Callable[[], str]) -> Iterator[Finding]:
    try:
        yield Finding(f"{what}: {attempt()}", ok=True)
    except EarshotError as error:
        yield Finding(what, ok=False, fix=str(error))


def _platform(name: str, attempt: Callable[[], str]) -> Iterator[Finding]:
    try:
        yield Finding(f"{name}: {attempt()}", ok=True)
    except CredentialsError as error:
        yield Finding(name, ok=False, fix=str(error))
    except PlatformError as error:
        yield Finding(name, ok=False, fix=f"{error} If it stays so, check the network, the proxy and [{name}].")


def _try_database(settings: Settings, secrets: Secrets) -> str:
    database = reach_database(settings, secrets)
    try:
        awaited = database.awaited()
    finally:
        database.close()
    return f"{database.url}; the next start migrates it: {', '.join(awaited)}" if awaited else database.url


def _try_templates(settings: Settings, secrets: Secrets, clock: Clock) -> str:
    templates, repliers = build_templates(settings), build_repliers(settings, secrets, clock=clock)
    if faults := too_long_templates(templates, repliers):
        raise SettingsError("\n".join([f"Shorten these in {settings.replies.templates}:", *faults]))
    answers = ", ".join(f"{brand} on {platform}" for brand, platform in repliers) or "nowhere, for want of secrets"
    return f"{len(templates)}; Earshot can answer for {answers}"


def _try_streams(settings: Settings, secrets: Secrets, clock: Clock) -> str:
    database = reach_database(settings, secrets)
    try:
        prepared = not database.awaited()  # else there may be no table of saved queries yet
        streams = build_streams(settings, database=database) if prepared else settings.build_streams()
        polled = tuple(stream for stream in streams if stream.kind is not SourceKind.INBOUND)
    finally:
        database.close()
    return str(len(build_polls(settings, secrets, polled, clock=clock)))


def _try_model(settings: Settings) -> str:
    classify, _ = build_model(settings.model)
    (said,) = classify([Reading("I am leaving.", BrandName("Lumora"))])
    return ", ".join(f"{p.task} by {p.model}" for p in said.items)


def _key(secrets: Secrets) -> Finding:
    if secrets.value("EARSHOT_KEY"):
        return Finding("EARSHOT_KEY: personal data is encrypted", ok=True)
    return Finding(
        "EARSHOT_KEY: not set, so e-mails, phones, addresses and notes are stored in clear text. To change that, put a "
        "long random text there before the first import",
        ok=True,
    )


def _slack(settings: Settings, secrets: Secrets) -> Iterator[Finding]:
    try:
        bot_token, app_token, _ = slack_secrets(settings, secrets)
    except EarshotError as error:
        yield Finding("Slack's secrets", ok=False, fix=str(error))
        return
    client = asking_client(bot_token, api_url=settings.slack.api_url)
    socket_token = app_token if settings.slack.mode == "socket" else None
    yield from check_slack(client, channels=named_channels(settings), app_token=socket_token)


def print_findings(findings: list[Finding]) -> None:
    """Print one line for each finding, its fix below."""
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = "[green]ok  [/green]" if finding.ok else "[red]FAIL[/red]"
        console.print(f"{mark} {escape(finding.what)}")
        if finding.fix:
            console.print(escape("\n".join(f"       {line}" for line in finding.fix.splitlines())))
    failed = sum(not finding.ok for finding in findings)
    console.print(f"{len(findings) - failed} ok, {failed} failed")
