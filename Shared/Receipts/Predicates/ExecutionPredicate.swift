public import Codec
public import Cryptography

/// What inference signs of one execution (FORMAT section 2). Commitments hide content; nothing here is an unsalted
/// digest of it.
public struct ExecutionPredicate: Sendable, Equatable {
  public static let profileExact = "exact/1"
  /// Profiles whose executions cannot be done again bit by bit.
  static let profilesNotReproducible: Set<String> = ["opaque/1", "tolerant/1"]
  static let nonceBytesMax = 64

  public var receiptID: ReceiptID
  /// Of the client, base64url; nil when it gave none.
  public var nonce: String?
  public var request: Digest32
  /// Of the documents of collections; nil where the request names none.
  public var retrieved: Digest32?
  public var messages: [Digest32]
  public var content: Digest32
  public var tokens: Digest32
  public var model: String
  public var manifest: Digest32
  public var profile: String
  public var build: String
  public var parameters: EffectiveParameters
  public var promptTokens: Int
  public var completionTokens: Int
  public var finishReason: FinishReason
  public var startedUnixMs: UInt64
  public var endedUnixMs: UInt64
  /// Head of the activation chain.
  public var activation: Digest32
  /// Of the evidence document of the key's epoch; nil where the executor has no evidence of trusted hardware.
  public var evidence: Digest32?

  public init(
    receiptID: ReceiptID, nonce: String?, request: Digest32, messages: [Digest32], content: Digest32, tokens: Digest32,
    model: String, manifest: Digest32, profile: String, build: String, parameters: EffectiveParameters,
    promptTokens: Int, completionTokens: Int, finishReason: FinishReason, startedUnixMs: UInt64, endedUnixMs: UInt64,
    activation: Digest32, evidence: Digest32? = nil, retrieved: Digest32? = nil
  ) {
    self.retrieved = retrieved
    self.evidence = evidence
    self.receiptID = receiptID
    self.nonce = nonce
    self.request = request
    self.messages = messages
    self.content = content
    self.tokens = tokens
    self.model = model
    self.manifest = manifest
    self.profile = profile
    self.build = build
    self.parameters = parameters
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.finishReason = finishReason
    self.startedUnixMs = startedUnixMs
    self.endedUnixMs = endedUnixMs
    self.activation = activation
  }

  public var json: JSON {
    .members([
      ("receipt_id", .string(receiptID.description)), ("nonce", nonce.map { .string($0) }),
      (
        "commitments",
        .members([
          ("request", .digest(request)), ("retrieved", retrieved.map { .digest($0) }),
          ("messages", .array(messages.map { .digest($0) })), ("content", .digest(content)),
          ("tokens", .digest(tokens)),
        ])
      ),
      ("model", ["id": .string(model), "manifest": .digest(manifest)]), ("profile", .string(profile)),
      ("engine", ["build": .string(build)]), ("parameters", parameters.json),
      ("usage", ["prompt_tokens": .integer(promptTokens), "completion_tokens": .integer(completionTokens)]),
      ("finish_reason", .string(finishReason.rawValue)), ("started_unix_ms", .decimal(startedUnixMs)),
      ("ended_unix_ms", .decimal(endedUnixMs)), ("activation", .digest(activation)),
      ("evidence", evidence.map { .digest($0) }),
    ])
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "execution")
    receiptID = try fields.receiptID("receipt_id")
    nonce = try fields.optionalString("nonce")
    if let nonce {
      guard let bytes = try? Base64URL.decode(nonce), (1...Self.nonceBytesMax).contains(bytes.count) else {
        throw .field("execution.nonce", why: "must be base64url of 1 to \(Self.nonceBytesMax) bytes")
      }
    }
    var commitments = try fields.fields("commitments")
    request = try commitments.digest("request")
    retrieved = try commitments.optionalDigest("retrieved")
    messages = []
    for (index, value) in try commitments.array("messages", max: ChatRequest.messagesMax).enumerated() {
      messages.append(try Fields.digest(value, "execution.commitments.messages[\(index)]"))
    }
    content = try commitments.digest("content")
    tokens = try commitments.digest("tokens")
    try commitments.end()
    var model = try fields.fields("model")
    self.model = try model.name("id")
    manifest = try model.digest("manifest")
    try model.end()
    profile = try fields.name("profile")
    var engine = try fields.fields("engine")
    build = try engine.name("build")
    try engine.end()
    parameters = try EffectiveParameters(try fields.fields("parameters"))
    var usage = try fields.fields("usage")
    promptTokens = try usage.count("prompt_tokens")
    completionTokens = try usage.count("completion_tokens")
    try usage.end()
    let reason = try fields.string("finish_reason")
    guard let finishReason = FinishReason(rawValue: reason) else {
      throw .field("execution.finish_reason", why: "\"\(reason)\" is unknown")
    }
    self.finishReason = finishReason
    startedUnixMs = try fields.decimal("started_unix_ms")
    endedUnixMs = try fields.decimal("ended_unix_ms")
    activation = try fields.digest("activation")
    evidence = try fields.optionalDigest("evidence")
    try fields.end()
  }

  /// The commitment to a field, where this predicate has one.
  public func commitment(to field: CommittedField) -> Digest32? {
    switch field {
    case .request: request
    case .retrieved: retrieved
    case .message(let index): messages.indices.contains(index) ? messages[index] : nil
    case .content: content
    case .tokens: tokens
    case .activation, .wire, .stream, .scores, .spans, .nearest: nil
    }
  }
}

extension Fields {
  mutating func receiptID(_ name: String) throws(ReceiptError) -> ReceiptID {
    let text = try string(name)
    guard let id = ReceiptID(text) else { throw .field(name, why: "\"\(text)\" is no UUIDv7") }
    return id
  }
}
