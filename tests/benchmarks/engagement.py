"""How well drastic changes of customers are found, on a simulated panel whose true changes are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from crm.drastic_changes import LEAST_DAYS, UNREMARKABLE, Habits, chances, change, habits_of
from domain.engagement import Actions, BehaviourPolicy, ChangeKind
from tests.benchmarks.figure import Figure, at_least, shown
from tests.simulated_customers import DAYS, Panel, simulate

CUSTOMERS, REPORTED, TUNED = 4_000, 2, 1
"""The seed that figures are reported on, and the one that parameters were chosen on."""

FIRST_LOOK, WEEK = 70, 7
"""Everybody is looked at on each Monday from this day on."""

UNIT = 35
"""What is judged: five weeks of a customer, in which at most one flag is raised."""

LATE = 56
"""A flag so long after a change is about something else."""

Score = Callable[[Actions, Habits], float]
"""How surely somebody has dropped, the higher the surer."""


def by_tail(actions: Actions, habits: Habits) -> float:
    """Score by the rule in use."""
    return 1 - chances(actions, habits, but_for=UNREMARKABLE)[0]


def by_ratio(actions: Actions, _: Habits) -> float:
    """Score by how much less she does than before, as a simple rule would."""
    usual = actions.before / actions.days_before * actions.days
    return 1 - actions.recent / usual if usual else -1.0


def by_smoothed_ratio(actions: Actions, _: Habits) -> float:
    """Score by the same with three added to both, the number that is best on the seed TUNED."""
    usual = actions.before / actions.days_before * actions.days
    return 1 - (actions.recent + 3) / (usual + 3)


def looks(panel: Panel, *, policy: BehaviourPolicy) -> dict[int, list[Actions]]:
    """Give what is known of everybody on each Monday, in the panel's order; the day of a look is not in it."""
    sums = np.concatenate([np.zeros((len(panel.counts), 1), int), panel.counts.cumsum(axis=1)], axis=1)
    first = np.where(panel.counts.any(axis=1), (panel.counts > 0).argmax(axis=1), DAYS)
    found = {}
    for look in range(FIRST_LOOK, DAYS + 1, WEEK):
        middle = look - policy.days
        since = np.minimum(np.maximum(first, middle - policy.history_days), middle)
        before = sums[np.arange(len(sums)), middle] - sums[np.arange(len(sums)), since]
        recent = sums[:, look] - sums[:, middle]
        found[look] = [
            Actions(str(number), int(b), int(middle - s), int(r), policy.days)
            for number, (b, s, r) in enumerate(zip(before, since, recent, strict=True))
        ]
    return found


@dataclass(slots=True)
class Judged:
    """Scores with whether a drop was there: of units of five weeks, and of single looks."""

    units: list[tuple[float, bool]] = field(default_factory=list)
    single: list[tuple[float, bool]] = field(default_factory=list)


def judge(panel: Panel, score: Score, *, policy: BehaviourPolicy) -> Judged:
    """Score every customer on every look.

    A unit's score is that of its surest look. A true one begins with the drop; others end before it, or are of
    customers who never dropped. A single look is true where it is the first whose stretch lies after the drop, and
    false before.
    """
    seen = looks(panel, policy=policy)
    habits = {look: habits_of(known) for look, known in seen.items()}
    judged = Judged()
    for number, (changed, part) in enumerate(zip(panel.changes, panel.parts, strict=True)):
        dropped = part < 1
        scores = {
            look: score(known[number], habit) if known[number].days_before >= LEAST_DAYS else -1.0
            for look, known in seen.items()
            if (habit := habits[look])
        }
        blocks = [(start, start + UNIT, False) for start in range(FIRST_LOOK - 1, DAYS - UNIT + 1, UNIT)]
        if dropped:
            blocks = [block for block in blocks if block[1] <= changed] + [(changed, changed + UNIT, True)]
        for start, end, true in blocks:
            judged.units.append((max(scores[look] for look in scores if start < look <= end), true))
        after = [look for look in scores if look - policy.days >= changed]
        judged.single += [(scores[look], False) for look in scores if not dropped or look <= changed]
        judged.single += [(scores[look], True) for look in after[:1] if dropped]
    return judged


def average_precision(scored: Sequence[tuple[float, bool]]) -> float:
    """Sum precision x the gain in recall, from the surest down; equal scores count as one step."""
    ordered = sorted(scored, key=lambda one: -one[0])
    true, total, seen, hits, before = 0.0, sum(hit for _, hit in ordered), 0, 0, 0
    for number, (score, hit) in enumerate(ordered):
        seen, hits = seen + 1, hits + hit
        if number + 1 == len(ordered) or ordered[number + 1][0] != score:
            true += (hits - before) / total * hits / seen
            before = hits
    return true


@dataclass(slots=True)
class Raised:
    """What a service that looks every Monday raises: flags right and wrong, by kind, and how soon drops were seen."""

    right: int = 0
    false: int = 0
    false_rises: int = 0
    customer_weeks: int = 0
    drops: int = 0
    found: int = 0
    delays: list[int] = field(default_factory=list)


def serve(panel: Panel, *, policy: BehaviourPolicy) -> Raised:
    """Raise flags week by week as the bot does: what a customer did before her last flag's stretch counts no more."""
    seen = looks(panel, policy=policy)
    sums = np.concatenate([np.zeros((len(panel.counts), 1), int), panel.counts.cumsum(axis=1)], axis=1)
    since: dict[int, int] = {}
    raised = Raised(drops=int((panel.parts < 1).sum()))
    found: set[int] = set()
    for look, known in seen.items():
        habits, middle = habits_of(known), look - policy.days
        for number, whole in enumerate(known):
            actions = whole
            if number in since:
                start = max(since[number], middle - whole.days_before)
                before = int(sums[number, middle] - sums[number, start]) if start < middle else 0
                actions = replace(whole, before=before, days_before=middle - start)
            raised.customer_weeks += actions.days_before >= LEAST_DAYS
            flag = change(actions, habits, policy=policy) if habits else None
            if flag is None:
                continue
            since[number] = middle
            changed, part = int(panel.changes[number]), panel.parts[number]
            rose = flag.kind is ChangeKind.RISE
            right = changed < look <= changed + LATE and (part > 1) == rose
            raised.right += right
            raised.false += not right and not rose
            raised.false_rises += not right and rose
            if right and not rose and number not in found:
                found.add(number)
                raised.delays.append(look - changed)
    raised.found = len(found)
    return raised


def measure() -> list[Figure]:
    """Measure on the seed that nothing was chosen on."""
    policy = BehaviourPolicy()
    panel = simulate(CUSTOMERS, seed=REPORTED)
    tail, ratio, smoothed = (judge(panel, rule, policy=policy) for rule in (by_tail, by_ratio, by_smoothed_ratio))
    raised = serve(panel, policy=policy)
    per_week = 1_000 / raised.customer_weeks
    share = sum(hit for _, hit in tail.units) / len(tail.units) * 100
    return [
        shown("customers, of whom 6 % drop, 2 % leave and 2 % rise once in 26 weeks", CUSTOMERS, "customers"),
        shown("of five weeks of a customer, begin with a drop", share, "%"),
        at_least("average precision over these", average_precision(tail.units), 0.60, ""),
        shown("the same of a rule by the ratio to before", average_precision(ratio.units), ""),
        shown("the same of that ratio with 3 added to both sides", average_precision(smoothed.units), ""),
        shown(
            "average precision over single looks, of which few come after a drop", average_precision(tail.single), ""
        ),
        shown("the same of the ratio rule", average_precision(ratio.single), ""),
        shown("the same of the ratio with 3 added", average_precision(smoothed.single), ""),
        shown("false drop flags per 1,000 customers and week", raised.false * per_week, "flags"),
        shown("false rise flags per 1,000 customers and week", raised.false_rises * per_week, "flags"),
        shown("drops and departures that were flagged", raised.found / raised.drops * 100, "%"),
        shown("days until then, median", float(np.median(raised.delays)), "days"),
    ]
