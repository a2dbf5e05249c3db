// Proto/colophon/storage/v1/storage.proto. Uploads in parts.

internal import CWire

/// Begins an upload, or takes one up again.
public struct BeginUploadRequest: WireMessage, Equatable {
  /// The caller's own name for it: 1 to 64 of a-z, 0-9 and -.
  public var uploadID: String
  /// Of the whole blob.
  public var bytes: UInt64
  public var retention: Retention

  public init(uploadID: String = "", bytes: UInt64 = 0, retention: Retention = .unspecified) {
    self.uploadID = uploadID
    self.bytes = bytes
    self.retention = retention
  }
}

extension BeginUploadRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__BeginUploadRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__begin_upload_request__init(twin) }

  init(lifting twin: Twin) {
    uploadID = lift(twin.upload_id)
    bytes = twin.bytes
    retention = Retention(wire: twin.retention)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.upload_id = try lowered(uploadID, in: arena)
    twin.pointee.bytes = bytes
    twin.pointee.retention = retention.wire
  }
}

/// How far an upload is.
public struct UploadStatus: WireMessage, Equatable {
  /// The next part begins here.
  public var received: UInt64
  public var partBytesMax: UInt64

  public init(received: UInt64 = 0, partBytesMax: UInt64 = 0) {
    self.received = received
    self.partBytesMax = partBytesMax
  }
}

extension UploadStatus: WireTwin {
  typealias Twin = Colophon__Storage__V1__UploadStatus
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__upload_status__init(twin) }

  init(lifting twin: Twin) {
    received = twin.received
    partBytesMax = twin.part_bytes_max
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.received = received
    twin.pointee.part_bytes_max = partBytesMax
  }
}

/// The next part of an upload.
public struct PutPartRequest: WireMessage, Equatable {
  public var uploadID: String
  public var offset: UInt64
  public var data: [UInt8]

  public init(uploadID: String = "", offset: UInt64 = 0, data: [UInt8] = []) {
    self.uploadID = uploadID
    self.offset = offset
    self.data = data
  }
}

extension PutPartRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__PutPartRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__put_part_request__init(twin) }

  init(lifting twin: Twin) {
    uploadID = lift(twin.upload_id)
    offset = twin.offset
    data = [UInt8](twin.data)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.upload_id = try lowered(uploadID, in: arena)
    twin.pointee.offset = offset
    twin.pointee.data = try arena.data(data)
  }
}

/// Makes an upload a blob.
public struct CommitUploadRequest: WireMessage, Equatable {
  public var uploadID: String
  /// SHA-256 of the whole.
  public var digest: [UInt8]

  public init(uploadID: String = "", digest: [UInt8] = []) {
    self.uploadID = uploadID
    self.digest = digest
  }
}

extension CommitUploadRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__CommitUploadRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__commit_upload_request__init(twin) }

  init(lifting twin: Twin) {
    uploadID = lift(twin.upload_id)
    digest = [UInt8](twin.digest)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.upload_id = try lowered(uploadID, in: arena)
    twin.pointee.digest = try arena.data(digest)
  }
}

/// Discards an upload.
public struct AbortUploadRequest: WireMessage, Equatable {
  public var uploadID: String

  public init(uploadID: String = "") {
    self.uploadID = uploadID
  }
}

extension AbortUploadRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__AbortUploadRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__abort_upload_request__init(twin) }

  init(lifting twin: Twin) {
    uploadID = lift(twin.upload_id)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.upload_id = try lowered(uploadID, in: arena)
  }
}

/// The upload is gone.
public struct AbortUploadResponse: WireMessage, Equatable {
  public init() {}
}

extension AbortUploadResponse: WireTwin {
  typealias Twin = Colophon__Storage__V1__AbortUploadResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__abort_upload_response__init(twin) }

  init(lifting twin: Twin) {}

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {}
}
