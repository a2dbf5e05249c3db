// Proto/colophon/inference/v1/inference.proto. One answer, from its request to its end.

internal import CWire

/// Fresh random bytes, 32 each, one for every commitment that the execution statement signs.
public struct Salts: WireMessage, Equatable {
  public var request: [UInt8]
  /// One for each message, in order.
  public var messages: [[UInt8]]
  public var content: [UInt8]
  public var tokens: [UInt8]
  public var activation: [UInt8]
  /// Empty where the request asks for no collection.
  public var retrieved: [UInt8]

  public init(
    request: [UInt8] = [], messages: [[UInt8]] = [], content: [UInt8] = [], tokens: [UInt8] = [],
    activation: [UInt8] = [], retrieved: [UInt8] = []
  ) {
    self.retrieved = retrieved
    self.request = request
    self.messages = messages
    self.content = content
    self.tokens = tokens
    self.activation = activation
  }
}

extension Salts: WireTwin {
  typealias Twin = Colophon__Inference__V1__Salts
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__salts__init(twin) }

  init(lifting twin: Twin) {
    request = [UInt8](twin.request)
    messages = lift(twin.messages, twin.n_messages)
    content = [UInt8](twin.content)
    tokens = [UInt8](twin.tokens)
    activation = [UInt8](twin.activation)
    retrieved = [UInt8](twin.retrieved)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.request = try arena.data(request)
    twin.pointee.n_messages = messages.count
    twin.pointee.messages = try arena.list(messages)
    twin.pointee.content = try arena.data(content)
    twin.pointee.tokens = try arena.data(tokens)
    twin.pointee.activation = try arena.data(activation)
    twin.pointee.retrieved = try arena.data(retrieved)
  }
}

/// Asks for one answer.
public struct GenerateRequest: WireMessage, Equatable {
  /// UUIDv7.
  public var receiptID: String
  /// The decompressed body that the client sent, byte for byte.
  public var requestBody: [UInt8]
  public var salts: Salts?
  /// The nonce of the client; empty when it gave none.
  public var nonce: [UInt8]
  /// Who asks: requests of one owner may share what was computed of a common beginning; empty shares with none.
  public var sharingKey: [UInt8]
  /// Data of the opening `retrieved`; empty where the request asks for no collection.
  public var retrieved: [UInt8]

  public init(
    receiptID: String = "", requestBody: [UInt8] = [], salts: Salts? = nil, nonce: [UInt8] = [],
    sharingKey: [UInt8] = [], retrieved: [UInt8] = []
  ) {
    self.retrieved = retrieved
    self.receiptID = receiptID
    self.requestBody = requestBody
    self.salts = salts
    self.nonce = nonce
    self.sharingKey = sharingKey
  }
}

extension GenerateRequest: WireTwin {
  typealias Twin = Colophon__Inference__V1__GenerateRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__generate_request__init(twin) }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    requestBody = [UInt8](twin.request_body)
    salts = lift(twin.salts)
    nonce = [UInt8](twin.nonce)
    sharingKey = [UInt8](twin.sharing_key)
    retrieved = [UInt8](twin.retrieved)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.request_body = try arena.data(requestBody)
    if let salts { twin.pointee.salts = try salts.lowered(in: arena) }
    twin.pointee.nonce = try arena.data(nonce)
    twin.pointee.sharing_key = try arena.data(sharingKey)
    twin.pointee.retrieved = try arena.data(retrieved)
  }
}

/// One event of an answer: deltas first, `finished` last.
public struct GenerateEvent: WireMessage, Equatable {
  public enum Event: Equatable, Sendable {
    case delta(Delta)
    case finished(Finished)
  }

  public var event: Event?

  public init(event: Event? = nil) {
    self.event = event
  }
}

extension GenerateEvent: WireTwin {
  typealias Twin = Colophon__Inference__V1__GenerateEvent
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__generate_event__init(twin) }

  init(lifting twin: Twin) {
    event =
      switch twin.event_case {
      case COLOPHON__INFERENCE__V1__GENERATE_EVENT__EVENT_DELTA: lift(twin.delta).map { .delta($0) }
      case COLOPHON__INFERENCE__V1__GENERATE_EVENT__EVENT_FINISHED: lift(twin.finished).map { .finished($0) }
      default: nil
      }
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    switch event {
    case .delta(let delta):
      twin.pointee.event_case = COLOPHON__INFERENCE__V1__GENERATE_EVENT__EVENT_DELTA
      twin.pointee.delta = try delta.lowered(in: arena)
    case .finished(let finished):
      twin.pointee.event_case = COLOPHON__INFERENCE__V1__GENERATE_EVENT__EVENT_FINISHED
      twin.pointee.finished = try finished.lowered(in: arena)
    case nil:
      break
    }
  }
}

/// The end of an answer: what was committed to, and the signed execution statement.
public struct Finished: WireMessage, Equatable {
  /// COSE_Sign1.
  public var executionStatement: [UInt8]
  /// The committed content, all choices: JCS.
  public var content: [UInt8]
  /// The committed token ids: per choice u32 count, then u32 each, big-endian.
  public var tokenIDs: [UInt8]
  /// A_1 .. A_n over all choices, 32 bytes each.
  public var activationList: [UInt8]
  /// As the statement has it.
  public var finishReason: String
  public var promptTokens: UInt32
  /// Of all choices.
  public var completionTokens: UInt32
  public var manifestDigest: [UInt8]

  public init(
    executionStatement: [UInt8] = [], content: [UInt8] = [], tokenIDs: [UInt8] = [], activationList: [UInt8] = [],
    finishReason: String = "", promptTokens: UInt32 = 0, completionTokens: UInt32 = 0, manifestDigest: [UInt8] = []
  ) {
    self.executionStatement = executionStatement
    self.content = content
    self.tokenIDs = tokenIDs
    self.activationList = activationList
    self.finishReason = finishReason
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.manifestDigest = manifestDigest
  }
}

extension Finished: WireTwin {
  typealias Twin = Colophon__Inference__V1__Finished
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__finished__init(twin) }

  init(lifting twin: Twin) {
    executionStatement = [UInt8](twin.execution_statement)
    content = [UInt8](twin.content)
    tokenIDs = [UInt8](twin.token_ids)
    activationList = [UInt8](twin.activation_list)
    finishReason = lift(twin.finish_reason)
    promptTokens = twin.prompt_tokens
    completionTokens = twin.completion_tokens
    manifestDigest = [UInt8](twin.manifest_digest)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.execution_statement = try arena.data(executionStatement)
    twin.pointee.content = try arena.data(content)
    twin.pointee.token_ids = try arena.data(tokenIDs)
    twin.pointee.activation_list = try arena.data(activationList)
    twin.pointee.finish_reason = try lowered(finishReason, in: arena)
    twin.pointee.prompt_tokens = promptTokens
    twin.pointee.completion_tokens = completionTokens
    twin.pointee.manifest_digest = try arena.data(manifestDigest)
  }
}
