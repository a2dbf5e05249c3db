// Proto/colophon/attribution/v1/attribution.proto. Who owns the documents of a prompt.

internal import CWire

/// Asks who owns documents, by the registry of the log.
public struct FindOwnersRequest: WireMessage, Equatable {
  /// In the prompt, in order, each with its record.
  public var documents: [WireDocumentSource]
  /// By the registry of so many entries; 0: as far as the log is followed now.
  public var logSize: UInt64

  public init(documents: [WireDocumentSource] = [], logSize: UInt64 = 0) {
    self.documents = documents
    self.logSize = logSize
  }
}

extension FindOwnersRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FindOwnersRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__find_owners_request__init(twin) }

  init(lifting twin: Twin) {
    documents = lift(twin.documents, twin.n_documents)
    logSize = twin.log_size
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_documents = documents.count
    twin.pointee.documents = try arena.list(documents)
    twin.pointee.log_size = logSize
  }
}

/// The ownership of FORMAT section 2.
public struct FindOwnersResponse: WireMessage, Equatable {
  /// Empty when no log is followed.
  public var ownership: [UInt8]

  public init(ownership: [UInt8] = []) {
    self.ownership = ownership
  }
}

extension FindOwnersResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FindOwnersResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__find_owners_response__init(twin)
  }

  init(lifting twin: Twin) {
    ownership = [UInt8](twin.ownership)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.ownership = try arena.data(ownership)
  }
}
