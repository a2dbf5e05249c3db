internal import Metrics

/// What operators see of the log as attribution follows it. No label names a contributor.
struct RegistryMetrics: Sendable {
  /// Entries followed.
  let size = Gauge(label: "colophon_attribution_log_size")
  /// 1 while the log contradicts what was seen of it, and nothing is taken from it.
  let refused = Gauge(label: "colophon_attribution_log_refused")
  let failures = Counter(label: "colophon_attribution_log_failures_total")
  let contributions = Counter(label: "colophon_attribution_contributions_total")
  /// Entries whose statements were erased.
  let unread = Counter(label: "colophon_attribution_unread_entries_total")
}
