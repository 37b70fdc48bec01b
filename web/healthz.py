"""`/healthz`: 200 where Earshot works, 503 where a restart or a person is needed, with the reasons as JSON."""

import json
from collections.abc import Callable
from datetime import timedelta

from domain.clock import iso
from domain.vitals import Vitals
from web.server import Request, Response


def healthz(vitals: Callable[[], Vitals]) -> Callable[[Request], Response]:
    """Return what answers `/healthz`."""

    def answer(_request: Request) -> Response:
        now = vitals()
        dead, ill = reasons(now), complaints(now)
        status = "failing" if dead else "degraded" if ill else "ok"
        said = {"status": status, "at": iso(now.at), "leading": now.pulse.leading, "reasons": [*dead, *ill]}
        body = json.dumps(said, ensure_ascii=False).encode()
        return Response(503 if dead else 200, body, "application/json")

    return answer


def reasons(vitals: Vitals) -> list[str]:
    """Say why Earshot does not do its work; empty where it does."""
    pulse = vitals.pulse
    found = [] if pulse.running else ["the schedule does not run"]
    if vitals.health is None:
        found.append(f"the database does not answer: {vitals.fault}")
    elif not vitals.led:
        found.append("no process polls and posts: the lease is free")
    if not pulse.connected:
        found.append("Slack cannot reach us")
    found += [f"{name} was not polled for a long time" for name in pulse.stalled]
    streams = vitals.health.streams if vitals.health else ()
    if pulse.leading and streams and all(stream.failing_since is not None and not stream.rests for stream in streams):
        found.append("no source can be read")
    return found


def complaints(vitals: Vitals) -> list[str]:
    """Say what goes wrong that a restart would not mend."""
    found = [f"the job {name} fails" for name in vitals.pulse.failing]
    for stream in vitals.health.streams if vitals.health else ():
        if stream.failing_since is not None:
            found.append(f"{stream.stream} cannot be read since {iso(stream.failing_since)}")
        elif stream.silent_since is not None:
            found.append(f"{stream.stream} brings nothing, which is unusual")
        expires = stream.headroom.secret_until
        if expires is not None and expires - vitals.at < _SOON:
            found.append(f"the credentials of {stream.stream} expire {iso(expires)}")
    return found


_SOON = timedelta(days=7)
