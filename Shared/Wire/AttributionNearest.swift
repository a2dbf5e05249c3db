// Proto/colophon/attribution/v1/attribution.proto. The registered records nearest to an answer.

internal import CWire

/// Asks for the registered records nearest to an answer.
public struct FindNearestRequest: WireMessage, Equatable {
  /// Of the answer's choices in order, UTF-8: bytes, as an answer may hold U+0000.
  public var texts: [[UInt8]]
  /// By the registry of at most so many entries; 0: as far as the log is followed now.
  public var logSize: UInt64

  public init(texts: [[UInt8]] = [], logSize: UInt64 = 0) {
    self.texts = texts
    self.logSize = logSize
  }
}

extension FindNearestRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FindNearestRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__find_nearest_request__init(twin)
  }

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

/// The nearest records of FORMAT section 2.
public struct FindNearestResponse: WireMessage, Equatable {
  public var nearest: [UInt8]

  public init(nearest: [UInt8] = []) {
    self.nearest = nearest
  }
}

extension FindNearestResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FindNearestResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__find_nearest_response__init(twin)
  }

  init(lifting twin: Twin) {
    nearest = [UInt8](twin.nearest)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.nearest = try arena.data(nearest)
  }
}
