internal import Exact
internal import Metrics

/// What operators see of the engine. No label holds anything of a request.
struct InferenceMetrics: Sendable {
  let tokensGenerated = Counter(label: "colophon_inference_tokens_generated_total")
  let promptTokens = Counter(label: "colophon_inference_prompt_tokens_total")
  /// From the queue to the first token.
  let prefill = Metrics.Timer(label: "colophon_inference_prefill_seconds")
  /// From the first token to the last.
  let decode = Metrics.Timer(label: "colophon_inference_decode_seconds")
  let waiting = Gauge(label: "colophon_inference_requests_waiting")
  let running = Gauge(label: "colophon_inference_sequences_running")
  /// Tokens chosen in one pass, on average since the start.
  let batchMean = Gauge(label: "colophon_inference_batch_mean")
  let preemptions = Gauge(label: "colophon_inference_preemptions")
  let promptTokensShared = Gauge(label: "colophon_inference_prompt_tokens_shared")
  let refusedFull = Counter(label: "colophon_inference_requests_refused_full_total")
  let textsEmbedded = Counter(label: "colophon_inference_texts_embedded_total")

  func record(_ report: ServingReport) {
    waiting.record(report.waiting)
    running.record(report.running)
    batchMean.record(report.batchMean)
    preemptions.record(report.preemptions)
    promptTokensShared.record(report.promptTokensShared)
  }
}
