// Proto/colophon/storage/v1/storage.proto. Blobs. The log is in Log.swift.

internal import CWire

/// Why a blob is kept, which decides for how long.
public enum Retention: UInt32, CaseIterable, Sendable {
  case unspecified = 0
  case statement = 1
  case opening = 2
  case content = 3
  case model = 4
  case evidence = 5

  /// A value of a newer proto is `unspecified`.
  init(wire: Colophon__Storage__V1__Retention) { self = Retention(rawValue: wire.rawValue) ?? .unspecified }

  var wire: Colophon__Storage__V1__Retention { Colophon__Storage__V1__Retention(rawValue: rawValue) }
}

/// `Blob` of the proto: bytes to keep, and the rule that says for how long.
public struct WireBlob: WireMessage, Equatable {
  public var retention: Retention
  public var data: [UInt8]

  public init(retention: Retention = .unspecified, data: [UInt8] = []) {
    self.retention = retention
    self.data = data
  }
}

extension WireBlob: WireTwin {
  typealias Twin = Colophon__Storage__V1__Blob
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__blob__init(twin) }

  init(lifting twin: Twin) {
    retention = Retention(wire: twin.retention)
    data = [UInt8](twin.data)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.retention = retention.wire
    twin.pointee.data = try arena.data(data)
  }
}

/// Asks to store blobs durably and to sign their custody.
public struct KeepRequest: WireMessage, Equatable {
  public var receiptID: String
  /// Execution digest first, receipt digest for a later custody.
  public var subjectDigest: [UInt8]
  public var blobs: [WireBlob]

  public init(receiptID: String = "", subjectDigest: [UInt8] = [], blobs: [WireBlob] = []) {
    self.receiptID = receiptID
    self.subjectDigest = subjectDigest
    self.blobs = blobs
  }
}

extension KeepRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__KeepRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__keep_request__init(twin) }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    subjectDigest = [UInt8](twin.subject_digest)
    blobs = lift(twin.blobs, twin.n_blobs)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.subject_digest = try arena.data(subjectDigest)
    twin.pointee.n_blobs = blobs.count
    twin.pointee.blobs = try arena.list(blobs)
  }
}

/// The signed custody of the blobs.
public struct KeepResponse: WireMessage, Equatable {
  /// COSE_Sign1.
  public var custodyStatement: [UInt8]
  /// SHA-256 of each blob, in the order given.
  public var digests: [[UInt8]]

  public init(custodyStatement: [UInt8] = [], digests: [[UInt8]] = []) {
    self.custodyStatement = custodyStatement
    self.digests = digests
  }
}

extension KeepResponse: WireTwin {
  typealias Twin = Colophon__Storage__V1__KeepResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__keep_response__init(twin) }

  init(lifting twin: Twin) {
    custodyStatement = [UInt8](twin.custody_statement)
    digests = lift(twin.digests, twin.n_digests)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.custody_statement = try arena.data(custodyStatement)
    twin.pointee.n_digests = digests.count
    twin.pointee.digests = try arena.list(digests)
  }
}

/// Asks for the blob of a digest.
public struct GetBlobRequest: WireMessage, Equatable {
  public var digest: [UInt8]

  public init(digest: [UInt8] = []) {
    self.digest = digest
  }
}

extension GetBlobRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetBlobRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_blob_request__init(twin) }

  init(lifting twin: Twin) {
    digest = [UInt8](twin.digest)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.digest = try arena.data(digest)
  }
}

/// A blob.
public struct GetBlobResponse: WireMessage, Equatable {
  public var data: [UInt8]
  public var retention: Retention

  public init(data: [UInt8] = [], retention: Retention = .unspecified) {
    self.data = data
    self.retention = retention
  }
}

extension GetBlobResponse: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetBlobResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_blob_response__init(twin) }

  init(lifting twin: Twin) {
    data = [UInt8](twin.data)
    retention = Retention(wire: twin.retention)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.data = try arena.data(data)
    twin.pointee.retention = retention.wire
  }
}
