import CKernels
import Synchronization

/// A step of a pass at which a number may turn out not to be finite.
enum PassStage: Int {
  case attentionNorm, scores, attentionOutput, feedForwardNorm, feedForward, finalHidden, logits

  var description: String {
    switch self {
    case .attentionNorm: "the attention norm"
    case .scores: "the attention scores"
    case .attentionOutput: "the attention output"
    case .feedForwardNorm: "the feed-forward norm"
    case .feedForward: "the feed-forward activation"
    case .finalHidden: "the final hidden state"
    case .logits: "the logits"
    }
  }
}

/// The first place at which each sequence of a pass met a non-finite number. A sequence that failed is computed on to
/// no purpose and disturbs no other.
final class PassFailures {
  /// 0, or 1 + stage + 16 * (1 + layer).
  private let codes: UnsafeMutablePointer<Atomic<Int>>
  private let count: Int

  init(segments: Int) {
    count = segments
    codes = .allocate(capacity: max(1, segments))
    for index in 0..<max(1, segments) { (codes + index).initialize(to: Atomic(0)) }
  }

  deinit {
    codes.deinitialize(count: max(1, count))
    codes.deallocate()
  }

  /// Phases are ordered by barriers, so the first note of a sequence is of the first phase that failed.
  @inline(__always)
  func note(_ status: Int32, segment: Int, _ stage: PassStage, layer: Int?) {
    guard status != Int32(EXACT_OK) else { return }
    let code = 1 + stage.rawValue + 16 * (layer.map { $0 + 1 } ?? 0)
    _ = codes[segment].compareExchange(expected: 0, desired: code, ordering: .acquiringAndReleasing)
  }

  subscript(segment: Int) -> ModelError? {
    let code = codes[segment].load(ordering: .acquiring)
    guard code > 0, let stage = PassStage(rawValue: (code - 1) % 16) else { return nil }
    let layer = (code - 1) / 16
    return .nonFinite(stage: stage.description, layer: layer == 0 ? nil : layer - 1)
  }
}
