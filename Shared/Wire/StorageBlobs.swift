// Proto/colophon/storage/v1/storage.proto. Blobs by range.

internal import CWire

/// What is told of a blob.
public struct BlobInfo: WireMessage, Equatable {
  public var digest: [UInt8]
  public var bytes: UInt64
  /// Of the RFC 9162 tree over chunks of 2^20 bytes.
  public var root: [UInt8]
  public var retention: Retention

  public init(digest: [UInt8] = [], bytes: UInt64 = 0, root: [UInt8] = [], retention: Retention = .unspecified) {
    self.digest = digest
    self.bytes = bytes
    self.root = root
    self.retention = retention
  }
}

extension BlobInfo: WireTwin {
  typealias Twin = Colophon__Storage__V1__BlobInfo
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__blob_info__init(twin) }

  init(lifting twin: Twin) {
    digest = [UInt8](twin.digest)
    bytes = twin.bytes
    root = [UInt8](twin.root)
    retention = Retention(wire: twin.retention)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.digest = try arena.data(digest)
    twin.pointee.bytes = bytes
    twin.pointee.root = try arena.data(root)
    twin.pointee.retention = retention.wire
  }
}

/// Asks what a blob is.
public struct GetBlobInfoRequest: WireMessage, Equatable {
  public var digest: [UInt8]

  public init(digest: [UInt8] = []) {
    self.digest = digest
  }
}

extension GetBlobInfoRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetBlobInfoRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_blob_info_request__init(twin) }

  init(lifting twin: Twin) {
    digest = [UInt8](twin.digest)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.digest = try arena.data(digest)
  }
}

/// Asks for the chunks that hold a range.
public struct ReadBlobRequest: WireMessage, Equatable {
  public var digest: [UInt8]
  public var offset: UInt64
  /// 0: to the end.
  public var length: UInt64

  public init(digest: [UInt8] = [], offset: UInt64 = 0, length: UInt64 = 0) {
    self.digest = digest
    self.offset = offset
    self.length = length
  }
}

extension ReadBlobRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__ReadBlobRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__read_blob_request__init(twin) }

  init(lifting twin: Twin) {
    digest = [UInt8](twin.digest)
    offset = twin.offset
    length = twin.length
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.digest = try arena.data(digest)
    twin.pointee.offset = offset
    twin.pointee.length = length
  }
}

/// One chunk and the path that proves it.
public struct BlobChunk: WireMessage, Equatable {
  public var index: UInt64
  public var data: [UInt8]
  public var path: [[UInt8]]

  public init(index: UInt64 = 0, data: [UInt8] = [], path: [[UInt8]] = []) {
    self.index = index
    self.data = data
    self.path = path
  }
}

extension BlobChunk: WireTwin {
  typealias Twin = Colophon__Storage__V1__BlobChunk
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__blob_chunk__init(twin) }

  init(lifting twin: Twin) {
    index = twin.index
    data = [UInt8](twin.data)
    path = lift(twin.path, twin.n_path)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.index = index
    twin.pointee.data = try arena.data(data)
    twin.pointee.n_path = path.count
    twin.pointee.path = try arena.list(path)
  }
}
