internal import Codec

/// What a request asks of the sampler; nil where it is silent.
public struct RequestedParameters: Sendable, Equatable {
  public var temperature: Real?
  public var topP: Real?
  public var minP: Real?
  public var topK: Int?
  public var maxTokens: Int?
  public var seed: UInt64?
  /// Members that change nothing in the answer and that this server does not act on.
  public var ignored: [String] = []
}

/// Every parameter with its default filled in: what was really used, as the execution statement says it.
public struct EffectiveParameters: Sendable, Equatable {
  public static let temperatureDefault = Real(1, literal: "1")
  public static let topPDefault = Real(1, literal: "1")
  public static let minPDefault = Real(0, literal: "0")

  public var temperature: Real
  public var topP: Real
  public var minP: Real
  /// 0: no limit.
  public var topK: Int
  public var maxTokens: Int
  public var seed: UInt64
  public var seedDrawn: Bool
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
    seed = requested.seed ?? drawnSeed
    seedDrawn = requested.seed == nil
    ignored = requested.ignored
  }

  /// Whether these are the parameters that the request leads to, given the recorded seed.
  public func follow(from requested: RequestedParameters, room: Int) -> Bool {
    // As JSON, whose equality is of bytes.
    json == EffectiveParameters(requested, drawnSeed: seed, room: room).json
  }

  var json: JSON {
    [
      "temperature": temperature.json, "top_p": topP.json, "min_p": minP.json, "top_k": .integer(topK),
      "max_tokens": .integer(maxTokens), "n": 1, "seed": .decimal(seed),
      "seed_source": .string(seedDrawn ? "drawn" : "request"), "ignored": .array(ignored.map { .string($0) }),
    ]
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    temperature = try Real(try fields.json("temperature"), "parameters.temperature")
    topP = try Real(try fields.json("top_p"), "parameters.top_p")
    minP = try Real(try fields.json("min_p"), "parameters.min_p")
    topK = try fields.count("top_k")
    maxTokens = try fields.count("max_tokens")
    guard try fields.count("n") == 1 else { throw .field("parameters.n", why: "must be 1") }
    seed = try fields.decimal("seed")
    switch try fields.string("seed_source") {
    case "drawn": seedDrawn = true
    case "request": seedDrawn = false
    default: throw .field("parameters.seed_source", why: "must be drawn or request")
    }
    ignored = []
    for name in try fields.array("ignored", max: 64) {
      guard let text = name.stringValue else { throw .field("parameters.ignored", why: "must hold strings") }
      ignored.append(text)
    }
    try fields.end()
  }
}
