# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures for Prometheus, on the loopback interface only, and only if ``metrics.port`` is set.

No label names a person, an address or a clerk, and no two labels together can single anybody out: outcomes are
counted by reason and queue, never by language and time. Counters and histograms grow where things happen and cost
about a microsecond; gauges are set from the ledger with each look at the service's health (every 30 s), so that a
scrape never touches the ledger.
"""

import datetime as dt
from typing import Self
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from intake import __version__
from intake.errors import ConfigurationError

ADDRESS = "127.0.0.1"
ACKNOWLEDGED_IN = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400)
"""Seconds; INTERNALDATE counts whole seconds, so that what is below one is only roughly right."""
READ_IN = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10)


class Metrics:
    """Every figure; each daemon has its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        Gauge("intake_info", "The running version.", ["version"], registry=registry).labels(__version__).set(1)
        self._messages = Counter(
            "intake_messages", "Messages recorded, by outcome.", ["reason", "queue"], registry=registry
        )
        self._acknowledgement = Histogram(
            "intake_acknowledgement_seconds",
            "From the message's INTERNALDATE until the relay accepted its acknowledgement.",
            buckets=ACKNOWLEDGED_IN,
            registry=registry,
        )
        self._detector = Histogram(
            "intake_detector_seconds", "Recognising the language of a message.", buckets=READ_IN, registry=registry
        )
        self._decision = Histogram(
            "intake_decision_seconds",
            "Reading a message and deciding about it, recognising its language included.",
            buckets=READ_IN,
            registry=registry,
        )
        self._refused = Counter("intake_mails_refused", "Outgoing mails that failed for good.", registry=registry)
        self.mailbox_up = Gauge(
            "intake_mailbox_up", "1 if the mailbox can be reached, else 0.", ["mailbox"], registry=registry
        )
        self.last_fetch = Gauge(
            "intake_mailbox_last_fetch_timestamp_seconds",
            "When the mailbox was looked at last; 0: never.",
            ["mailbox"],
            registry=registry,
        )
        self.backlog = Gauge(
            "intake_mailbox_to_be_filed",
            "Messages recorded and not in their queue folder yet.",
            ["mailbox"],
            registry=registry,
        )
        self.outbox = Gauge("intake_outbox_mails", "Mails not sent yet, by state.", ["state"], registry=registry)
        self.outbox_age = Gauge(
            "intake_outbox_oldest_seconds",
            "How long the oldest mail has been waiting; 0: none waits.",
            registry=registry,
        )
        self.recordings = Gauge(
            "intake_recordings_waiting", "Voicemail that is not in its queue folder yet.", registry=registry
        )
        self.recordings_age = Gauge(
            "intake_recordings_oldest_seconds",
            "How long the oldest voicemail has been waiting; 0: none waits.",
            registry=registry,
        )
        self.notices = Gauge("intake_notices_open", "Open notices, by cause.", ["cause"], registry=registry)
        self.holds = Gauge("intake_holds", "Holds that stop acknowledging.", registry=registry)

    def recorded(self, reason: str, queue: str) -> None:
        """A message was recorded."""
        self._messages.labels(reason, queue).inc()

    def read(self, detector: float, decision: float) -> None:
        """A message was read; seconds."""
        self._detector.observe(detector)
        self._decision.observe(decision)

    def acknowledged(self, received: dt.datetime | None, now: dt.datetime) -> None:
        """The relay accepted an acknowledgement of a message that the mailbox received then."""
        if received is not None:
            self._acknowledgement.observe(max((now - received).total_seconds(), 0.0))

    def refused(self) -> None:
        """An outgoing mail failed for good."""
        self._refused.inc()


class Exporter:
    """The page ``/metrics`` for as long as the ``with`` block lasts; none where ``port`` is ``None``."""

    def __init__(self, metrics: Metrics, port: int | None) -> None:
        self._metrics = metrics
        self._port = port
        self._server: WSGIServer | None = None

    def __enter__(self) -> Self:
        """Raises :class:`ConfigurationError` where the port cannot be had."""
        if self._port is not None:
            try:
                self._server, _ = start_http_server(self._port, ADDRESS, self._metrics.registry)
            except OSError as error:
                raise ConfigurationError(
                    f"metrics.port: the port {self._port} of {ADDRESS} cannot be had ({error.strerror}); choose another"
                ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
