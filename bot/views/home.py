"""Everybody's own home tab: her cases, the team's state, the KPIs, what she is told directly, and the settings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, CheckboxesElement, Option
from slack_sdk.models.views import View

from bot.views.elements import (
    button,
    buttons,
    count,
    header,
    inline,
    line,
    named,
    paragraphs,
    plain,
    small,
    within,
    words,
)
from bot.views.health import health_text
from bot.views.kpi import kpi_line
from bot.views.muting import mute_block
from bot.views.queue import case_blocks
from domain.outcome import Kpi
from domain.preference import DirectKind, Preferences
from domain.setting import Setting
from domain.team import BrandState
from flows.home import Home

REFRESH, PREFERENCES = "home_refresh", "home_preferences"
OPEN_HOURS_ONLY = "open_hours_only"
BRANDS_SHOWN, MUTES_SHOWN = 8, 10
_SETTINGS_ROOM = 12_000  # UTF-16 units; a view may have 250 kB

_KPIS = ("response_rate", "first_response_median", "answered_within_1h", "identity_coverage")
_TOLD = {
    DirectKind.ASSIGNED: "Somebody assigned me a case",
    DirectKind.AWAKE: "A snooze of mine is over",
    DirectKind.DUE_SOON: "A case of mine must be answered soon",
    DirectKind.SENT_BACK: "Somebody wants a reply of mine changed",
}


def home_view(home: Home, *, now: datetime, settings: Sequence[Setting] = ()) -> View:
    """Show one person's home tab."""
    blocks: list[Block] = [
        header("Earshot"),
        *buttons([button("Refresh", action_id=REFRESH)]),
        *(_mine(home, now) if home.works_on_cases else []),
        header("The team"),
        *paragraphs(_state(state) for state in home.team[:BRANDS_SHOWN]),
        header("KPIs since Monday"),
        *paragraphs(said for brand, kpis in home.kpis[:BRANDS_SHOWN] for said in _kpis(brand, kpis)),
        small(words(f"{_lamp(home)} How Earshot hears: {health_text(home.health)} `/earshot health` tells more.")),
        header("What Earshot tells me directly"),
        _preferences(home.preferences),
    ]
    if home.mutes is not None:
        blocks += [header("Muted"), *(mute_block(mute) for mute in home.mutes[:MUTES_SHOWN])]
        blocks.append(small(words(_muted_words(len(home.mutes)))))
    if home.may_see_settings and settings:
        blocks += [header("Settings"), *_settings(settings)]
    return View(type="home", blocks=blocks)


def stranger_view(admins: Sequence[str]) -> View:
    """Say kindly to whoever has no role whom to ask."""
    ask = f"Please ask {named(' '.join(admins))}" if admins else "Please ask whoever runs Earshot here"
    return View(
        type="home",
        blocks=[
            header("Earshot"),
            line("I listen to what people say about us, and tell those who answer."),
            line(f"You have no role here yet, so there is nothing for me to show you. {ask} if you should have one."),
            *buttons([button("Refresh", action_id=REFRESH)]),
        ],
    )


def trouble_view(told: str) -> View:
    """Say why there is nothing to see."""
    return View(type="home", blocks=[header("Earshot"), line(told), *buttons([button("Refresh", action_id=REFRESH)])])


def chosen_preferences(ticked: Sequence[str]) -> Preferences:
    """Read the boxes: each that is not ticked is something that she does not want to be told."""
    off = frozenset(kind for kind in DirectKind if kind.value not in ticked)
    return Preferences(off, open_hours_only=OPEN_HOURS_ONLY in ticked)


def _mine(home: Home, now: datetime) -> list[Block]:
    if not home.mine_total:
        return [header("My cases"), line("You have no open case. `/earshot queue` shows what waits.")]
    blocks: list[Block] = [header("My cases")]
    for file in home.mine:
        blocks += case_blocks(file, now=now)
    hidden = home.mine_total - len(home.mine)
    return [*blocks, small(words(f"and {hidden:,} more: `/earshot mine 2`"))] if hidden > 0 else blocks


def _state(state: BrandState) -> str:
    parts = [f"*{inline(state.brand)}*: {count(state.open, 'open case')}"]
    parts += [f"⏰ {state.overdue:,} overdue"] if state.overdue else []
    parts += [f"{state.unowned:,} without an owner"] if state.unowned else []
    parts += ["🌊 a surge goes on"] if state.surging else []
    parts += [f"🕯️ {count(state.silent, 'complaint')} waiting and nobody is on"] if state.silent else []
    return ", ".join(parts)


def _kpis(brand: str, kpis: Sequence[Kpi]) -> list[str]:
    """Say the KPIs that matter most in two lines."""
    known = {kpi.name: kpi for kpi in kpis}
    told = [kpi_line(replace(known[name], note="")) for name in _KPIS if name in known]
    return [f"*{inline(brand)}* · {' · '.join(told[:2])}", " · ".join(told[2:])] if told else []


def _lamp(home: Home) -> str:
    failing = any(stream.failing_since is not None for stream in home.health.streams)
    return "🔴" if failing or home.health.messages_failed else "🟢"


def _preferences(chosen: Preferences) -> ActionsBlock:
    told = [Option(text=plain(text), value=kind.value) for kind, text in _TOLD.items()]
    later = Option(text=plain("… but only while the brand is open"), value=OPEN_HOURS_ONLY)
    ticked = [option for option in told if DirectKind(option.value) not in chosen.off]
    boxes = CheckboxesElement(
        action_id=PREFERENCES,
        options=[*told, later],
        initial_options=[*ticked, later] if chosen.open_hours_only else ticked or None,
    )
    return ActionsBlock(elements=[boxes], block_id=PREFERENCES)


def _muted_words(muted: int) -> str:
    if not muted:
        return "Nothing is muted."
    return f"and {muted - MUTES_SHOWN:,} more: `/earshot mute`" if muted > MUTES_SHOWN else "They make no cards."


def _settings(settings: Sequence[Setting]) -> list[Block]:
    lines = [f"• *{inline(each.title)}*: {_value(each)}  `{inline(each.key)}`" for each in settings]
    where = small(words("They stand in the settings file; beside each is its key there."))
    return [*paragraphs(within(lines, room=_SETTINGS_ROOM)), where]


def _value(setting: Setting) -> str:
    parts = [named(" ".join(setting.ids[:20]))] if setting.ids else []
    parts += [inline(setting.text, limit=300)] if setting.text else []
    return " · ".join(parts) or "not set"
