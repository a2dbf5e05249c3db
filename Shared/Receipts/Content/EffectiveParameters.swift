internal import Codec

/// Every parameter with its default filled in: what was really used, as the execution statement says it.
///
/// Stop strings, schemas, tools and documents are content. Their number or kind is stated; the request's commitment covers them.
public struct EffectiveParameters: Sendable, Equatable {
  public static let temperatureDefault = Real(1, literal: "1")
  public static let topPDefault = Real(1, literal: "1")
  public static let minPDefault = Real(0, literal: "0")
  public static let penaltyDefault = Real(0, literal: "0")
  public static let repetitionPenaltyDefault = Real(1, literal: "1")

  public var temperature: Real
  public var topP: Real
  public var minP: Real
  /// 0: no limit.
  public var topK: Int
  /// Of one choice.
  public var maxTokens: Int
  /// Choices.
  public var n: Int
  public var seed: UInt64
  public var seedDrawn: Bool
  public var presencePenalty: Real
  public var frequencyPenalty: Real
  public var repetitionPenalty: Real
  public var logitBias: [LogitBias]
  /// How many stop strings.
  public var stops: Int
  /// Likeliest tokens reported with each token; nil: no log-probabilities.
  public var topLogprobs: Int?
  /// `text`, `json_object`, `json_schema`.
  public var format: String
  /// How many tools the model was shown.
  public var tools: Int
  /// `none`, `auto`, `required`, `function`.
  public var toolChoice: String
  public var parallelToolCalls: Bool
  /// How many documents the model was shown.
  public var documents: Int
  public var ignored: [String]

  /// - Parameters:
  ///   - drawnSeed: used when the request names none, from the system's random source.
  ///   - room: tokens left in the context behind the prompt: the limit of an answer that states none.
  public init(_ requested: RequestedParameters, drawnSeed: UInt64, room: Int) {
    temperature = requested.temperature ?? Self.temperatureDefault
    topP = requested.topP ?? Self.topPDefault
    minP = requested.minP ?? Self.minPDefault
    topK = requested.topK ?? 0
    maxTokens = min(requested.maxTokens ?? room, room)
    n = requested.n ?? 1
    seed = requested.seed ?? drawnSeed
    seedDrawn = requested.seed == nil
    presencePenalty = Self.stated(requested.presencePenalty, Self.penaltyDefault)
    frequencyPenalty = Self.stated(requested.frequencyPenalty, Self.penaltyDefault)
    repetitionPenalty = Self.stated(requested.repetitionPenalty, Self.repetitionPenaltyDefault)
    logitBias = requested.logitBias
    stops = requested.stop.count
    topLogprobs = requested.topLogprobs
    format = requested.format.kind
    tools = requested.tools.count
    toolChoice = requested.toolChoice.kind
    parallelToolCalls = requested.parallelToolCalls
    documents = requested.documents.count
    ignored = requested.ignored
  }

  /// However a request spells what is the default, a statement is silent of it.
  private static func stated(_ requested: Real?, _ neutral: Real) -> Real {
    guard let requested, requested.value != neutral.value else { return neutral }
    return requested
  }

  /// Whether these are the parameters that the request leads to, given the recorded seed.
  public func follow(from requested: RequestedParameters, room: Int) -> Bool {
    // As JSON, whose equality is of bytes.
    json == EffectiveParameters(requested, drawnSeed: seed, room: room).json
  }

  /// Names of what differs from `other`, in the order in which a statement holds them.
  public func names(differingFrom other: EffectiveParameters) -> [String] {
    let (mine, others) = (json, other.json)
    var names: [String] = []
    for member in (mine.objectValue ?? []) + (others.objectValue ?? [])
    where mine[member.name] != others[member.name] {
      // Where a seed came from is a part of the seed.
      let name = member.name == "seed_source" ? "seed" : member.name
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}
