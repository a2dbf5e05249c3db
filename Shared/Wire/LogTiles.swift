// Proto/colophon/storage/v1/storage.proto. Checkpoint, tiles and keys of the log.

internal import CWire

/// Asks for the newest published checkpoint.
public struct GetCheckpointRequest: WireMessage, Equatable {
  public init() {}
}

extension GetCheckpointRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetCheckpointRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_checkpoint_request__init(twin) }
  init(lifting twin: Twin) {}
  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) {}
}

/// `Checkpoint` of the proto: a C2SP signed note.
public struct CheckpointNote: WireMessage, Equatable {
  public var note: String

  public init(note: String = "") {
    self.note = note
  }
}

extension CheckpointNote: WireTwin {
  typealias Twin = Colophon__Storage__V1__Checkpoint
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__checkpoint__init(twin) }

  init(lifting twin: Twin) {
    note = lift(twin.note)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.note = try lowered(note, in: arena)
  }
}

/// Asks for a tile or an entry bundle.
public struct GetTileRequest: WireMessage, Equatable {
  /// C2SP path below the log's prefix, as `tile/0/000`.
  public var path: String

  public init(path: String = "") {
    self.path = path
  }
}

extension GetTileRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetTileRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_tile_request__init(twin) }

  init(lifting twin: Twin) {
    path = lift(twin.path)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.path = try lowered(path, in: arena)
  }
}

/// A tile or an entry bundle.
public struct GetTileResponse: WireMessage, Equatable {
  public var data: [UInt8]

  public init(data: [UInt8] = []) {
    self.data = data
  }
}

extension GetTileResponse: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetTileResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_tile_response__init(twin) }

  init(lifting twin: Twin) {
    data = [UInt8](twin.data)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.data = try arena.data(data)
  }
}

/// Asks for the log's keys.
public struct GetLogKeysRequest: WireMessage, Equatable {
  public init() {}
}

extension GetLogKeysRequest: WireTwin {
  typealias Twin = Colophon__Storage__V1__GetLogKeysRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__get_log_keys_request__init(twin) }
  init(lifting twin: Twin) {}
  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) {}
}

/// The log's name and keys.
public struct LogKeys: WireMessage, Equatable {
  public var origin: String
  /// The verifier key of the checkpoints, as C2SP signed-note writes it.
  public var checkpointVkey: String
  /// Ed25519 public key of the COSE Receipts.
  public var receiptKey: [UInt8]
  /// `iss` of the COSE Receipts.
  public var receiptIssuer: String
  /// The verifier keys of the witnesses that storage asks. What they are worth is for the reader's policy to say.
  public var witnessVkeys: [String]
  /// DER of the root certificates of storage's timestamping authority.
  public var timestampRoots: [[UInt8]]

  public init(
    origin: String = "", checkpointVkey: String = "", receiptKey: [UInt8] = [], receiptIssuer: String = "",
    witnessVkeys: [String] = [], timestampRoots: [[UInt8]] = []
  ) {
    self.timestampRoots = timestampRoots
    self.witnessVkeys = witnessVkeys
    self.origin = origin
    self.checkpointVkey = checkpointVkey
    self.receiptKey = receiptKey
    self.receiptIssuer = receiptIssuer
  }
}

extension LogKeys: WireTwin {
  typealias Twin = Colophon__Storage__V1__LogKeys
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__storage__v1__log_keys__init(twin) }

  init(lifting twin: Twin) {
    origin = lift(twin.origin)
    checkpointVkey = lift(twin.checkpoint_vkey)
    receiptKey = [UInt8](twin.receipt_key)
    receiptIssuer = lift(twin.receipt_issuer)
    witnessVkeys = lift(twin.witness_vkeys, twin.n_witness_vkeys)
    timestampRoots = lift(twin.timestamp_roots, twin.n_timestamp_roots)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.origin = try lowered(origin, in: arena)
    twin.pointee.checkpoint_vkey = try lowered(checkpointVkey, in: arena)
    twin.pointee.receipt_key = try arena.data(receiptKey)
    twin.pointee.receipt_issuer = try lowered(receiptIssuer, in: arena)
    twin.pointee.n_witness_vkeys = witnessVkeys.count
    twin.pointee.witness_vkeys = try lowered(witnessVkeys, in: arena)
    twin.pointee.n_timestamp_roots = timestampRoots.count
    twin.pointee.timestamp_roots = try arena.list(timestampRoots)
  }
}
