/// All that turns logits into an answer: what is sampled, and where it ends.
public struct DecodingParameters: Sendable {
  public static let stopsMax = 4
  public static let stopBytesMax = 256

  public var sampling: SamplingParameters
  /// At least 1.
  public var maxTokens: Int
  /// Texts that end the answer and are not part of it; at most 4, of 1 to 256 bytes each.
  public var stop: [String]
  /// How many of the likeliest tokens are reported with each token, 0 to 20; nil: no log-probabilities at all.
  public var topLogprobs: Int?

  /// What the answer must be; nil: any text.
  public var grammar: OutputGrammar?
  /// How calls of tools are written in the answer; nil where there are no tools.
  public var toolCallForm: ToolCallForm?

  public init(
    sampling: SamplingParameters, maxTokens: Int, stop: [String] = [], topLogprobs: Int? = nil,
    grammar: OutputGrammar? = nil, toolCallForm: ToolCallForm? = nil
  ) {
    self.sampling = sampling
    self.maxTokens = maxTokens
    self.stop = stop
    self.topLogprobs = topLogprobs
    self.grammar = grammar
    self.toolCallForm = toolCallForm
  }

  /// Whether each token is picked from the model's own logits alone, and nothing else is asked of them.
  var picksByRow: Bool { !sampling.adjustsLogits && grammar == nil && topLogprobs == nil }
  /// Whether that is the one with the largest logit.
  var picksLargest: Bool { picksByRow && sampling.temperature == 0 }

  /// - Throws: `sampling`, `badMaxTokens`, `badStop`, `badTopLogprobs`.
  public func validate(vocabulary: Int) throws(GenerationError) {
    do { try sampling.validate() } catch { throw .sampling(error) }
    if let bias = sampling.logitBias.last, bias.token >= vocabulary {
      throw .sampling(.biasOutsideVocabulary(token: bias.token, vocabulary: vocabulary))
    }
    guard maxTokens > 0 else { throw .badMaxTokens(maxTokens) }
    guard stop.count <= Self.stopsMax else {
      throw .badStop(why: "has \(stop.count) texts, above the limit of \(Self.stopsMax)")
    }
    for text in stop where !(1...Self.stopBytesMax).contains(text.utf8.count) {
      throw .badStop(why: "has a text of \(text.utf8.count) bytes, it must have 1 to \(Self.stopBytesMax)")
    }
    if let topLogprobs, !(0...TokenLogprobs.topMax).contains(topLogprobs) { throw .badTopLogprobs(topLogprobs) }
  }
}
