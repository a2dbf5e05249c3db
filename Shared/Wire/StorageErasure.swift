// Proto/colophon/storage/v1/storage.proto. The release and the erasure of blobs.

internal import CWire

/// Ends the caller's own reference to a blob.
public struct ReleaseBlobRequest: WireMessage, Equatable {
  public var digest: [UInt8]
  public var retention: Retention

  public init(digest: [UInt8] = [], retention: Retention = .unspecified) {
    self.digest = digest
    self.retention = retention
  }
}

extension ReleaseBlobRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__ReleaseBlobRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__release_blob_request__init(twin) }

  init(lifting twin: Twin) {
    digest = [UInt8](twin.digest)
    retention = Retention(wire: twin.retention)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.digest = try arena.data(digest)
    twin.pointee.retention = retention.wire
  }
}

/// Whether there was such a reference.
public struct ReleaseBlobResponse: WireMessage, Equatable {
  public var released: Bool

  public init(released: Bool = false) {
    self.released = released
  }
}

extension ReleaseBlobResponse: WireTwin {
  typealias Twin = Colophon__Storage__V1__ReleaseBlobResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__release_blob_response__init(twin) }

  init(lifting twin: Twin) {
    released = twin.released != 0
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.released = released ? 1 : 0
  }
}

/// Asks to erase a blob for good.
public struct EraseBlobRequest: WireMessage, Equatable {
  public var digest: [UInt8]
  /// 1 to 1024 bytes, public: it stands in the tombstone.
  public var reason: String

  public init(digest: [UInt8] = [], reason: String = "") {
    self.digest = digest
    self.reason = reason
  }
}

extension EraseBlobRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__EraseBlobRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__erase_blob_request__init(twin) }

  init(lifting twin: Twin) {
    digest = [UInt8](twin.digest)
    reason = lift(twin.reason)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.digest = try arena.data(digest)
    twin.pointee.reason = try lowered(reason, in: arena)
  }
}

/// The tombstone, and the proof that it is registered.
public struct EraseBlobResponse: WireMessage, Equatable {
  /// COSE_Sign1.
  public var tombstoneStatement: [UInt8]
  public var inclusion: Inclusion?

  public init(tombstoneStatement: [UInt8] = [], inclusion: Inclusion? = nil) {
    self.tombstoneStatement = tombstoneStatement
    self.inclusion = inclusion
  }
}

extension EraseBlobResponse: WireTwin {
  typealias Twin = Colophon__Storage__V1__EraseBlobResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__erase_blob_response__init(twin) }

  init(lifting twin: Twin) {
    tombstoneStatement = [UInt8](twin.tombstone_statement)
    inclusion = lift(twin.inclusion)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.tombstone_statement = try arena.data(tombstoneStatement)
    if let inclusion { twin.pointee.inclusion = try inclusion.lowered(in: arena) }
  }
}
