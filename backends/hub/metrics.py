"""What a hub tells Prometheus: one registry per hub, read from the parts when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from agent_tui.backends.hub.server import ServerStats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class HubMetrics:
    """`stats`: the desk server's counts. `connectors`: account -> "" when well, else what is wrong. `queues`: lengths
    by name. `commit_seconds.observe(s)` is called by the store's writer for each commit."""

    def __init__(
        self,
        stats: Callable[[], ServerStats],
        connectors: Callable[[], Mapping[str, str]] = dict,
        queues: Callable[[], Mapping[str, int]] = dict,
        head: Callable[[], int] | None = None,
    ) -> None:
        self.registry = CollectorRegistry()
        self.commit_seconds = Histogram(
            "agent_tui_commit_seconds",
            "Time of one commit to disk",
            buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
            registry=self.registry,
        )
        self.registry.register(_Parts(stats, connectors, queues, head))

    def text(self) -> bytes:
        """The exposition, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Parts(Collector):
    def __init__(
        self,
        stats: Callable[[], ServerStats],
        connectors: Callable[[], Mapping[str, str]],
        queues: Callable[[], Mapping[str, int]],
        head: Callable[[], int] | None,
    ) -> None:
        self._stats = stats
        self._connectors = connectors
        self._queues = queues
        self._head = head

    def collect(self) -> Iterable[Metric]:
        now = self._stats()
        yield GaugeMetricFamily("agent_tui_desks", "Desks connected", value=now.desks)
        yield GaugeMetricFamily("agent_tui_desks_live", "Desks that have caught up", value=now.live)
        yield CounterMetricFamily("agent_tui_events", "Events given to desks", value=now.events)
        yield CounterMetricFamily("agent_tui_deliveries", "Events sent, counted once per desk", value=now.deliveries)
        yield CounterMetricFamily("agent_tui_desk_cuts", "Desks cut: too slow, too fast, or broken", value=now.cuts)
        yield CounterMetricFamily("agent_tui_orders", "Orders received from desks", value=now.orders)
        yield CounterMetricFamily("agent_tui_queries", "Queries received from desks", value=now.queries)
        if self._head is not None:
            yield GaugeMetricFamily("agent_tui_log_seq", "Last event of the log", value=self._head())
        up = GaugeMetricFamily("agent_tui_connector_up", "1 when the connector is well", labels=["account"])
        for account, trouble in self._connectors().items():
            up.add_metric([account], 0 if trouble else 1)
        yield up
        lengths = GaugeMetricFamily("agent_tui_queue_length", "Things waiting in a queue", labels=["queue"])
        for name, length in self._queues().items():
            lengths.add_metric([name], length)
        yield lengths
