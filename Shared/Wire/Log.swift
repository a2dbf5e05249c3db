// Proto/colophon/storage/v1/storage.proto. Registration and proofs of the log. Its published face is in LogTiles.swift.

internal import CWire

/// Registers a statement in the log. Idempotent: the same statement has one index for ever.
public struct AppendRequest: WireMessage, Equatable {
  /// COSE_Sign1 with an empty unprotected header.
  public var statement: [UInt8]

  public init(statement: [UInt8] = []) {
    self.statement = statement
  }
}

extension AppendRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__AppendRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__append_request__init(twin) }

  init(lifting twin: Twin) {
    statement = [UInt8](twin.statement)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.statement = try arena.data(statement)
  }
}

/// The proof of a registered statement against a published tree.
public struct Inclusion: WireMessage, Equatable {
  public var index: UInt64
  public var treeSize: UInt64
  public var root: [UInt8]
  /// RFC 9942, detached payload.
  public var coseReceipt: [UInt8]
  /// C2SP tlog-proof@v1.
  public var tlogProof: String
  /// RFC 3161 token of the checkpoint's text; empty when it has none.
  public var timestamp: [UInt8]

  public init(
    index: UInt64 = 0, treeSize: UInt64 = 0, root: [UInt8] = [], coseReceipt: [UInt8] = [], tlogProof: String = "",
    timestamp: [UInt8] = []
  ) {
    self.timestamp = timestamp
    self.index = index
    self.treeSize = treeSize
    self.root = root
    self.coseReceipt = coseReceipt
    self.tlogProof = tlogProof
  }
}

extension Inclusion: WireTwin {
  typealias Twin = Colophon__Storage__V1__Inclusion
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__inclusion__init(twin) }

  init(lifting twin: Twin) {
    index = twin.index
    treeSize = twin.tree_size
    root = [UInt8](twin.root)
    coseReceipt = [UInt8](twin.cose_receipt)
    tlogProof = lift(twin.tlog_proof)
    timestamp = [UInt8](twin.timestamp)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.index = index
    twin.pointee.tree_size = treeSize
    twin.pointee.root = try arena.data(root)
    twin.pointee.cose_receipt = try arena.data(coseReceipt)
    twin.pointee.tlog_proof = try lowered(tlogProof, in: arena)
    twin.pointee.timestamp = try arena.data(timestamp)
  }
}

/// Asks for the proof of a registered statement against the newest published tree.
public struct GetInclusionRequest: WireMessage, Equatable {
  public var statementDigest: [UInt8]

  public init(statementDigest: [UInt8] = []) {
    self.statementDigest = statementDigest
  }
}

extension GetInclusionRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetInclusionRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_inclusion_request__init(twin) }

  init(lifting twin: Twin) {
    statementDigest = [UInt8](twin.statement_digest)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.statement_digest = try arena.data(statementDigest)
  }
}

/// Asks for the proof that one tree is the start of another.
public struct GetConsistencyRequest: WireMessage, Equatable {
  public var oldSize: UInt64
  /// 0: the newest published size.
  public var newSize: UInt64

  public init(oldSize: UInt64 = 0, newSize: UInt64 = 0) {
    self.oldSize = oldSize
    self.newSize = newSize
  }
}

extension GetConsistencyRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetConsistencyRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_consistency_request__init(twin) }

  init(lifting twin: Twin) {
    oldSize = twin.old_size
    newSize = twin.new_size
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.old_size = oldSize
    twin.pointee.new_size = newSize
  }
}

/// The proof that one tree is the start of another.
public struct Consistency: WireMessage, Equatable {
  public var oldSize: UInt64
  public var newSize: UInt64
  public var path: [[UInt8]]

  public init(oldSize: UInt64 = 0, newSize: UInt64 = 0, path: [[UInt8]] = []) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }
}

extension Consistency: WireTwin {
  typealias Twin = Colophon__Storage__V1__Consistency
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__consistency__init(twin) }

  init(lifting twin: Twin) {
    oldSize = twin.old_size
    newSize = twin.new_size
    path = lift(twin.path, twin.n_path)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.old_size = oldSize
    twin.pointee.new_size = newSize
    twin.pointee.n_path = path.count
    twin.pointee.path = try arena.list(path)
  }
}
