internal import Metrics

/// What operators see of the engine. No label holds anything of a request.
struct InferenceMetrics: Sendable {
  let tokensGenerated = Counter(label: "colophon_inference_tokens_generated_total")
  let promptTokens = Counter(label: "colophon_inference_prompt_tokens_total")
  /// From the start on the engine's thread to the first token.
  let prefill = Metrics.Timer(label: "colophon_inference_prefill_seconds")
  /// From the first token to the last.
  let decode = Metrics.Timer(label: "colophon_inference_decode_seconds")
  let waiting = Gauge(label: "colophon_inference_requests_waiting")
  let refusedFull = Counter(label: "colophon_inference_requests_refused_full_total")
}
