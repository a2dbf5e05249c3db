/// How a token is chosen from logits (EXACT1.md, "Sampling"). Every field takes part in the result.
public struct SamplingParameters: Sendable, Equatable {
  /// 0: the largest logit, nothing random. Otherwise 0.001 to 100.
  public var temperature: Float
  /// Keep the k most likely tokens; 0: all.
  public var topK: Int
  /// Keep the most likely tokens up to and including the one at which their sum reaches p; 1: all.
  public var topP: Float
  /// Drop tokens less likely than this fraction of the most likely one; 0: none.
  public var minP: Float
  public var seed: UInt64

  public static let greedy = SamplingParameters(temperature: 0, seed: 0)

  public init(temperature: Float, topK: Int = 0, topP: Float = 1, minP: Float = 0, seed: UInt64) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.seed = seed
  }

  /// - Throws: the first field that is out of range. A NaN is in no range.
  public func validate() throws(SamplingError) {
    guard temperature == 0 || (0.001...100).contains(temperature) else { throw .temperature(temperature) }
    guard topK >= 0 else { throw .topK(topK) }
    guard (0...1).contains(topP) else { throw .topP(topP) }
    guard (0...1).contains(minP) else { throw .minP(minP) }
  }
}

/// Why parameters or logits were refused.
public enum SamplingError: Error, Equatable, Sendable {
  case temperature(Float)
  case topK(Int)
  case topP(Float)
  case minP(Float)
  case noLogits
  /// A logit is NaN or infinite, or becomes so by the division by the temperature.
  case nonFiniteLogit(token: UInt32)
}

extension SamplingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .temperature(let value): "temperature is \(value), allowed are 0 and 0.001 to 100"
    case .topK(let value): "top_k is \(value), allowed are 0 (off) and above"
    case .topP(let value): "top_p is \(value), allowed are 0 to 1"
    case .minP(let value): "min_p is \(value), allowed are 0 to 1"
    case .noLogits: "there are no logits to choose from"
    case .nonFiniteLogit(let token): "the logit of token \(token) is not finite at this temperature"
    }
  }
}
