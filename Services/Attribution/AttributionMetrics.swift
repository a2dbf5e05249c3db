internal import Metrics

/// What operators see of the ledger. No label names a contributor or a receipt.
struct AttributionMetrics: Sendable {
  let attributions = Counter(label: "colophon_attribution_attributions_total")
  let settlements = Counter(label: "colophon_attribution_settlements_total")
  let nanoUnitsSettled = Counter(label: "colophon_attribution_settled_nano_units_total")
  let payouts = Counter(label: "colophon_attribution_payouts_total")
  let disputes = Counter(label: "colophon_attribution_disputes_total")
  let adjustments = Counter(label: "colophon_attribution_adjustments_total")
}
