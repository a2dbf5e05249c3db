internal import Metrics

/// What operators see of attributions that come after their receipts. No label names a receipt.
struct LaterMetrics: Sendable {
  let pending = Gauge(label: "colophon_orchestrator_attributions_pending")
  let scored = Counter(label: "colophon_orchestrator_later_attributions_total", dimensions: [("scores", "yes")])
  let unscored = Counter(label: "colophon_orchestrator_later_attributions_total", dimensions: [("scores", "no")])
  let failures = Counter(label: "colophon_orchestrator_later_attribution_failures_total")
}
