/// The transformer families that the engine runs, named as in `general.architecture`.
public enum ModelArchitecture: String, CaseIterable, Sendable {
  /// Touvron et al., 2023: RMS norm before each sublayer, SwiGLU, rotation of neighbouring elements.
  case llama
  /// Gemma Team, 2025: norms also after each sublayer and on queries and keys, GEGLU, windows on five of six layers.
  case gemma3

  /// Keys under the architecture's prefix that the engine understands. Any other may change the computation and is
  /// refused by name.
  var knownKeys: Set<String> {
    let common: Set<String> = [
      "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count",
      "attention.head_count_kv", "attention.layer_norm_rms_epsilon", "attention.key_length",
      "attention.value_length", "rope.dimension_count", "rope.freq_base", "rope.scaling.type", "vocab_size",
    ]
    return switch self {
    case .llama: common
    case .gemma3: common.union(["attention.sliding_window", "rope.scaling.factor"])
    }
  }

  var activation: FeedForwardActivation {
    switch self {
    case .llama: .silu
    case .gemma3: .gelu
    }
  }

  var ropeStyle: RopeStyle {
    switch self {
    case .llama: .pairs
    case .gemma3: .halves
    }
  }

  /// Whether queries and keys are normed per head, and the output of each sublayer before it is added.
  var hasInnerNorms: Bool { self == .gemma3 }
}

/// What the gate of a feed-forward layer passes through before it multiplies `up`.
public enum FeedForwardActivation: Sendable {
  /// x / (1 + exp(-x))
  case silu
  /// The tanh form of Hendrycks and Gimpel, 2016.
  case gelu
}
