"""What comes from outside of Slack: health, metrics, and the posts that others deliver."""

from collections.abc import Callable

import structlog

from config.secrets import Secrets
from config.settings import Settings
from domain.brand import SourceKind, Stream
from domain.errors import SettingsError
from domain.mention import Batch
from domain.seams import Classify, Explain
from domain.vitals import Vitals
from flows.behaviour import take_events
from flows.house import House
from flows.ingest import receive
from listeners import webhook
from service.assembly import platform_settings
from web.deliveries import deliveries
from web.events import event_deliveries
from web.healthz import healthz
from web.metrics import metrics
from web.server import Handler, Routes, WebServer, serve

log = structlog.get_logger(__name__)


def serve_web(
    settings: Settings,
    secrets: Secrets,
    streams: tuple[Stream, ...],
    *,
    look: Callable[[], Vitals],
    classify: Classify,
    explain: Explain,
    house: House,
) -> WebServer | None:
    """Answer health, metrics and deliveries where the settings name a port.

    Raises:
        SettingsError: posts or events shall be delivered, but there is no port, or no secret, or a place is that of
            two streams.
    """
    sources = settings.behaviour.sources
    inbound = [stream for stream in streams if stream.kind is SourceKind.INBOUND]
    if settings.web.port is None:
        if inbound:
            raise SettingsError(f"Posts of the stream {inbound[0].name} are delivered by HTTP: set port under [web].")
        if sources:
            raise SettingsError(f"Events of {sources[0]} are delivered by HTTP: set port under [web].")
        return None
    routes: Routes = {("GET", "/healthz"): healthz(look), ("GET", "/metrics"): metrics(look)}
    for stream in inbound:
        own = platform_settings(stream.platform, settings, secrets)
        webhook.check(own)
        handler = _deliveries(stream, own, classify, explain, house)
        own_routes = {("POST", f"/webhooks/{place}"): handler for place in stream.places}
        if taken := sorted(path for _, path in own_routes.keys() & routes.keys()):
            raise SettingsError(f"{taken[0]} cannot lead to two streams: give {stream.name} a place of its own.")
        routes = {**routes, **own_routes}
    if sources:
        own = platform_settings(webhook.NAME, settings, secrets)
        webhook.check(own)
        routes = {**routes, **{("POST", f"/events/{source}"): _events(source, own, house) for source in sources}}
    server = serve(routes, host=settings.web.host, port=settings.web.port)
    log.info("web", address=server.address)
    return server


def _events(source: str, own: webhook.Settings, house: House) -> Handler:
    return event_deliveries(
        source,
        verify=lambda headers, body: webhook.verify(own, headers, body, now=house.clock()),
        take=lambda events: take_events(events, house=house),
        clock=house.clock,
    )


def _deliveries(stream: Stream, own: webhook.Settings, classify: Classify, explain: Explain, house: House) -> Handler:
    def read(body: bytes) -> Batch:
        found = webhook.mentions_from_response(body, seen_at=house.clock())
        return Batch(found.mentions, None, removals=found.removals)

    return deliveries(
        stream.name,
        verify=lambda headers, body: webhook.verify(own, headers, body, now=house.clock()),
        read=read,
        take=lambda batch: receive(stream, batch, classify=classify, explain=explain, house=house),
    )
