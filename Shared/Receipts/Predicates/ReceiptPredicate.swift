public import Codec
public import Cryptography

/// How a request ended.
public enum Outcome: String, Sendable, CaseIterable { case answered, refused, failed, cancelled }

/// What was sent to the client, bound by the orchestrator.
public enum Delivery: Sendable, Equatable {
  /// One body: the commitment to it without its last member `receipt`.
  case body(Digest32)
  /// A stream: chunks before the one with `finish_reason`, and the head of their chain.
  case stream(chunks: UInt64, head: Digest32)
}

/// What the orchestrator signs: it binds the statements of one request, and is what the log holds.
public struct ReceiptPredicate: Sendable, Equatable {
  /// Digests of the other statements; those that do not exist are absent.
  public struct Statements: Sendable, Equatable {
    public var execution: Digest32
    public var custody: Digest32?
    public var attribution: Digest32?
    public var verdict: Digest32?

    public init(execution: Digest32, custody: Digest32?, attribution: Digest32?, verdict: Digest32?) {
      self.execution = execution
      self.custody = custody
      self.attribution = attribution
      self.verdict = verdict
    }
  }

  public var receiptID: ReceiptID
  public var outcome: Outcome
  public var sequence: UInt64
  /// Commitment to the request body: in every receipt, so that a refused one says of what.
  public var request: Digest32
  /// Nil when the request was never executed.
  public var statements: Statements?
  public var delivery: Delivery?
  /// Why nothing was executed: a code of the error object that the client received.
  public var errorCode: String?
  public var priceNano: UInt64
  public var acceptedUnixMs: UInt64
  /// When an executed answer is verified; nil where the verdict is bound here, or nothing is said.
  public var verification: VerificationPolicy?
  /// The price is not shared yet: who is credited a later statement in the log says.
  public var isAttributionPending: Bool

  public init(
    receiptID: ReceiptID, outcome: Outcome, sequence: UInt64, request: Digest32, statements: Statements?,
    delivery: Delivery?, errorCode: String?, priceNano: UInt64, acceptedUnixMs: UInt64,
    verification: VerificationPolicy? = nil, isAttributionPending: Bool = false
  ) {
    self.isAttributionPending = isAttributionPending
    self.receiptID = receiptID
    self.outcome = outcome
    self.sequence = sequence
    self.request = request
    self.statements = statements
    self.delivery = delivery
    self.errorCode = errorCode
    self.priceNano = priceNano
    self.acceptedUnixMs = acceptedUnixMs
    self.verification = verification
  }

  /// The digest of `subject[0]`: the execution, or the request that was never executed.
  public var subjectDigest: Digest32 { statements?.execution ?? request }

  public var json: JSON {
    .members([
      ("receipt_id", .string(receiptID.description)), ("outcome", .string(outcome.rawValue)),
      ("sequence", .decimal(sequence)), ("request", .digest(request)), ("statements", statements.map(Self.json)),
      ("delivery", delivery.map(Self.json)), ("error", errorCode.map { ["code": .string($0)] }),
      ("price_nano", .decimal(priceNano)), ("accepted_unix_ms", .decimal(acceptedUnixMs)),
      ("verification", verification?.json),
      ("attribution", isAttributionPending ? .string(Self.attributionPending) : nil),
    ])
  }

  private static func json(_ statements: Statements) -> JSON {
    .members([
      ("execution", .digest(statements.execution)), ("custody", statements.custody.map { .digest($0) }),
      ("attribution", statements.attribution.map { .digest($0) }), ("verdict", statements.verdict.map { .digest($0) }),
    ])
  }

  private static func json(_ delivery: Delivery) -> JSON {
    switch delivery {
    case .body(let commitment): ["mode": "body", "wire": .digest(commitment)]
    case .stream(let chunks, let head): ["mode": "stream", "chunks": .decimal(chunks), "chain": .digest(head)]
    }
  }

  private static let attributionPending = "pending"

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "receipt")
    receiptID = try fields.receiptID("receipt_id")
    let word = try fields.string("outcome")
    guard let outcome = Outcome(rawValue: word) else { throw .field("receipt.outcome", why: "\"\(word)\" is unknown") }
    self.outcome = outcome
    sequence = try fields.decimal("sequence")
    request = try fields.digest("request")
    if let value = fields.optional("statements") { statements = try Self.statements(value) }
    if let value = fields.optional("delivery") { delivery = try Self.delivery(value) }
    if let value = fields.optional("error") {
      var error = try Fields(value, "receipt.error")
      let code = try error.name("code", max: 64)
      guard code.utf8.allSatisfy(Self.isCodeCharacter) else {
        throw .field("receipt.error.code", why: "may hold a to z, 0 to 9, _ . and - only: it is no place for text")
      }
      errorCode = code
      try error.end()
    }
    priceNano = try fields.decimal("price_nano")
    acceptedUnixMs = try fields.decimal("accepted_unix_ms")
    if let value = fields.optional("verification") { verification = try VerificationPolicy(value) }
    let later = try fields.optionalString("attribution")
    guard later == nil || later?.hasSameBytes(as: Self.attributionPending) == true else {
      throw .field("receipt.attribution", why: "must be \(Self.attributionPending), or absent")
    }
    isAttributionPending = later != nil
    try fields.end()
    guard (statements == nil) == (errorCode != nil) else {
      throw .field("receipt", why: "must have either statements or an error")
    }
    guard outcome != .refused || statements == nil else {
      throw .field("receipt", why: "of a refusal binds an execution")
    }
    guard outcome != .answered || (statements != nil && delivery != nil) else {
      throw .field("receipt", why: "of an answer must bind an execution and its delivery")
    }
    guard verification == nil || (statements != nil && statements?.verdict == nil) else {
      throw .field("receipt.verification", why: "stands only beside an execution whose verdict is not bound")
    }
    guard !isAttributionPending || (statements != nil && statements?.attribution == nil) else {
      throw .field("receipt.attribution", why: "stands only beside an execution whose attribution is not bound")
    }
  }

  private static func isCodeCharacter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
  }

  private static func statements(_ json: JSON) throws(ReceiptError) -> Statements {
    var fields = try Fields(json, "receipt.statements")
    let result = Statements(
      execution: try fields.digest("execution"), custody: try fields.optionalDigest("custody"),
      attribution: try fields.optionalDigest("attribution"), verdict: try fields.optionalDigest("verdict"))
    try fields.end()
    return result
  }

  private static func delivery(_ json: JSON) throws(ReceiptError) -> Delivery {
    var fields = try Fields(json, "receipt.delivery")
    let result: Delivery
    switch try fields.string("mode") {
    case "body": result = .body(try fields.digest("wire"))
    case "stream": result = .stream(chunks: try fields.decimal("chunks"), head: try fields.digest("chain"))
    default: throw .field("receipt.delivery.mode", why: "must be body or stream")
    }
    try fields.end()
    return result
  }
}
