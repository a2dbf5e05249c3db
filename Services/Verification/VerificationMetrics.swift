internal import Metrics

/// What operators see of verification. No label holds anything of a request.
struct VerificationMetrics: Sendable {
  let passed = Counter(label: "colophon_verification_verdicts_total", dimensions: [("result", "pass")])
  let failed = Counter(label: "colophon_verification_verdicts_total", dimensions: [("result", "fail")])
  let duration = Metrics.Timer(label: "colophon_verification_reexecution_seconds")
  let scoring = Metrics.Timer(label: "colophon_verification_scoring_seconds")
  let queued = Gauge(label: "colophon_verification_queue_jobs")
  let waiting = Gauge(label: "colophon_verification_requests_waiting")
}
