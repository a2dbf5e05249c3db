// Proto/colophon/inference/v1/inference.proto. A piece of an answer.

internal import CWire

/// What became of one choice since its last delta.
public struct Delta: WireMessage, Equatable {
  public var choice: UInt32
  public var text: String
  /// Tokens that this piece holds.
  public var tokens: UInt32
  /// One for each of them, when asked for; none for the token that ends a turn.
  public var logprobs: [WireLogprobs]
  /// Calls that are whole now.
  public var toolCalls: [WireToolCall]

  public init(
    choice: UInt32 = 0, text: String = "", tokens: UInt32 = 0, logprobs: [WireLogprobs] = [],
    toolCalls: [WireToolCall] = []
  ) {
    self.choice = choice
    self.text = text
    self.tokens = tokens
    self.logprobs = logprobs
    self.toolCalls = toolCalls
  }
}

extension Delta: WireTwin {
  typealias Twin = Colophon__Inference__V1__Delta
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__delta__init(twin) }

  init(lifting twin: Twin) {
    choice = twin.choice
    text = lift(twin.text)
    tokens = twin.tokens
    logprobs = lift(twin.logprobs, twin.n_logprobs)
    toolCalls = lift(twin.tool_calls, twin.n_tool_calls)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.choice = choice
    twin.pointee.text = try lowered(text, in: arena)
    twin.pointee.tokens = tokens
    twin.pointee.n_logprobs = logprobs.count
    twin.pointee.logprobs = try arena.list(logprobs)
    twin.pointee.n_tool_calls = toolCalls.count
    twin.pointee.tool_calls = try arena.list(toolCalls)
  }
}

/// `TokenLogprobs` of the proto: how likely one token was, and which were the likeliest.
public struct WireLogprobs: WireMessage, Equatable {
  public var chosen: WireLogprob?
  /// In order.
  public var top: [WireLogprob]

  public init(chosen: WireLogprob? = nil, top: [WireLogprob] = []) {
    self.chosen = chosen
    self.top = top
  }
}

extension WireLogprobs: WireTwin {
  typealias Twin = Colophon__Inference__V1__TokenLogprobs
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__token_logprobs__init(twin) }

  init(lifting twin: Twin) {
    chosen = lift(twin.chosen)
    top = lift(twin.top, twin.n_top)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    if let chosen { twin.pointee.chosen = try chosen.lowered(in: arena) }
    twin.pointee.n_top = top.count
    twin.pointee.top = try arena.list(top)
  }
}

/// `TokenLogprob` of the proto.
public struct WireLogprob: WireMessage, Equatable {
  /// What the token spells: not always UTF-8.
  public var token: [UInt8]
  /// Natural logarithm.
  public var logprob: Float

  public init(token: [UInt8] = [], logprob: Float = 0) {
    self.token = token
    self.logprob = logprob
  }
}

extension WireLogprob: WireTwin {
  typealias Twin = Colophon__Inference__V1__TokenLogprob
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__token_logprob__init(twin) }

  init(lifting twin: Twin) {
    token = [UInt8](twin.token)
    logprob = twin.logprob
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.token = try arena.data(token)
    twin.pointee.logprob = logprob
  }
}

/// `ToolCall` of the proto: the call of a function.
public struct WireToolCall: WireMessage, Equatable {
  public var id: String
  public var name: String
  /// Text of a JSON object.
  public var arguments: String

  public init(id: String = "", name: String = "", arguments: String = "") {
    self.id = id
    self.name = name
    self.arguments = arguments
  }
}

extension WireToolCall: WireTwin {
  typealias Twin = Colophon__Inference__V1__ToolCall
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__tool_call__init(twin) }

  init(lifting twin: Twin) {
    id = lift(twin.id)
    name = lift(twin.name)
    arguments = lift(twin.arguments)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.id = try lowered(id, in: arena)
    twin.pointee.name = try lowered(name, in: arena)
    twin.pointee.arguments = try lowered(arguments, in: arena)
  }
}
