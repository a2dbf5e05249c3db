// Proto/colophon/attribution/v1/attribution.proto. Which words of an answer stand in registered texts.

internal import CWire

/// Asks which words of an answer stand in registered texts.
public struct FindSpansRequest: WireMessage, Equatable {
  /// Of the answer's choices in order, UTF-8: bytes, as an answer may hold U+0000.
  public var texts: [[UInt8]]
  /// By the registry of at most so many entries; 0: as far as the log is followed now.
  public var logSize: UInt64

  public init(texts: [[UInt8]] = [], logSize: UInt64 = 0) {
    self.texts = texts
    self.logSize = logSize
  }
}

extension FindSpansRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FindSpansRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__find_spans_request__init(twin) }

  init(lifting twin: Twin) {
    texts = lift(twin.texts, twin.n_texts)
    logSize = twin.log_size
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_texts = texts.count
    twin.pointee.texts = try arena.list(texts)
    twin.pointee.log_size = logSize
  }
}

/// The spans of FORMAT section 2.
public struct FindSpansResponse: WireMessage, Equatable {
  /// Empty when no log is followed.
  public var spans: [UInt8]

  public init(spans: [UInt8] = []) {
    self.spans = spans
  }
}

extension FindSpansResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FindSpansResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__find_spans_response__init(twin)
  }

  init(lifting twin: Twin) {
    spans = [UInt8](twin.spans)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.spans = try arena.data(spans)
  }
}
