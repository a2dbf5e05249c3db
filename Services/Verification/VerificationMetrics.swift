internal import Metrics

/// What operators see of verification. No label holds anything of a request.
struct VerificationMetrics: Sendable {
  let passed = Counter(label: "colophon_verification_verdicts_total", dimensions: [("result", "pass")])
  let failed = Counter(label: "colophon_verification_verdicts_total", dimensions: [("result", "fail")])
  /// Of one answer, from when its model was there: among others that share its passes no longer than with them.
  let duration = Metrics.Timer(label: "colophon_verification_reexecution_seconds")
  /// Answers that were executed again together, a histogram with one observation for each batch.
  let batchSize = Recorder(label: "colophon_verification_batch_size")
  /// Models whose weights were fetched from storage.
  let modelFetches = Counter(label: "colophon_verification_model_fetches_total")
  let scoring = Metrics.Timer(label: "colophon_verification_scoring_seconds")
  let queued = Gauge(label: "colophon_verification_queue_jobs")
  let waiting = Gauge(label: "colophon_verification_requests_waiting")
}
