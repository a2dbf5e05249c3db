internal import Metrics

/// What operators see of attributions that come after their receipts. No label names a receipt.
struct LaterMetrics: Sendable {
  let pending = Gauge(label: "colophon_orchestrator_attributions_pending")
  /// Scores or spans were found after the receipt, or none were.
  let found = Counter(label: "colophon_orchestrator_later_attributions_total", dimensions: [("found", "yes")])
  let unfound = Counter(label: "colophon_orchestrator_later_attributions_total", dimensions: [("found", "no")])
  let failures = Counter(label: "colophon_orchestrator_later_attribution_failures_total")
}
