/// Why parameters or logits were refused.
public enum SamplingError: Error, Equatable, Sendable {
  case temperature(Float)
  case topK(Int)
  case topP(Float)
  case minP(Float)
  case repetitionPenalty(Float)
  case presencePenalty(Float)
  case frequencyPenalty(Float)
  case tooManyBiases(Int)
  case bias(TokenBias)
  /// Biases are not ascending by token, or a token has two.
  case biasOrder(token: UInt32)
  case biasOutsideVocabulary(token: UInt32, vocabulary: Int)
  case noLogits
  /// A logit is NaN or infinite, or becomes so by a penalty, a bias or the division by the temperature.
  case nonFiniteLogit(token: UInt32)
  /// The output's grammar allows no token of the vocabulary here.
  case nothingAllowed
}

extension SamplingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .temperature(let value): "temperature is \(value), allowed are 0 and 0.001 to 100"
    case .topK(let value): "top_k is \(value), allowed are 0 (off) and above"
    case .topP(let value): "top_p is \(value), allowed are 0 to 1"
    case .minP(let value): "min_p is \(value), allowed are 0 to 1"
    case .repetitionPenalty(let value): "repetition_penalty is \(value), allowed are 0.01 to 100"
    case .presencePenalty(let value): "presence_penalty is \(value), allowed are -2 to 2"
    case .frequencyPenalty(let value): "frequency_penalty is \(value), allowed are -2 to 2"
    case .tooManyBiases(let count):
      "logit_bias names \(count) tokens, above the limit of \(SamplingParameters.biasesMax)"
    case .bias(let bias): "logit_bias of token \(bias.token) is \(bias.bias), allowed are -100 to 100"
    case .biasOrder(let token): "logit_bias must be ascending by token: token \(token) is out of order or named twice"
    case .biasOutsideVocabulary(let token, let vocabulary):
      "logit_bias names token \(token), but the model has tokens 0 to \(vocabulary - 1)"
    case .noLogits: "there are no logits to choose from"
    case .nonFiniteLogit(let token): "the logit of token \(token) is not finite with these parameters"
    case .nothingAllowed: "the grammar of the output allows no token of this model at this place"
    }
  }
}
