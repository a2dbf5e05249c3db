public import Cryptography

/// A head of a log that was seen, and the key that signed it, pinned at first contact: what a party keeps to notice that a
/// log became another history.
public struct LogHead: Hashable, Sendable {
  public let origin: String
  /// The checkpoint key as C2SP signed-note writes it.
  public let vkey: String
  public let size: UInt64
  public let root: Digest32

  public init(origin: String, vkey: String, size: UInt64, root: Digest32) {
    self.origin = origin
    self.vkey = vkey
    self.size = size
    self.root = root
  }

  public init(_ checkpoint: Checkpoint, vkey: String) {
    self.init(origin: checkpoint.origin, vkey: vkey, size: checkpoint.size, root: checkpoint.root)
  }

  /// Whether a log that calls itself this is the one whose head was seen. Errors: ``LogHeadError/otherLog(pinned:found:)``.
  public func requireLog(origin: String, vkey: String) throws(LogHeadError) {
    guard origin == self.origin, vkey == self.vkey else { throw .otherLog(pinned: self.vkey, found: vkey) }
  }

  /// Refuses a later head of the same log that is not proven to continue this one.
  ///
  /// - Parameter path: gives the consistency proof between two sizes (RFC 9162 section 2.1.4), of 32-byte hashes; not asked
  ///   when the sizes are equal.
  /// - Throws: ``LogHeadError``, and what `path` throws.
  public func requireContinuation(
    to head: LogHead, path: (_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]]
  ) async throws {
    guard head.size >= size else { throw LogHeadError.rolledBack(size: head.size, seen: size) }
    let hashes = head.size == size ? [] : try await path(size, head.size)
    do {
      try ConsistencyProof.verify(
        old: size, new: head.size, path: hashes.map { try Digest32($0) }, oldRoot: root, newRoot: head.root)
    } catch { throw LogHeadError.forked(size: head.size, seen: size, why: "\(error)") }
  }
}

/// Why a log is not the one that was seen.
public enum LogHeadError: Error, Equatable, Sendable, CustomStringConvertible {
  case otherLog(pinned: String, found: String)
  case rolledBack(size: UInt64, seen: UInt64)
  case forked(size: UInt64, seen: UInt64, why: String)
  case unsigned(why: String)

  public var description: String {
    switch self {
    case .otherLog(let pinned, let found): "the log is \(found), but at first contact it was \(pinned)"
    case .rolledBack(let size, let seen):
      "the log has \(size) entries, and \(seen) were seen before: it was rolled back. Restore a copy that is as new; if "
        + "there is none, start a new log under a new origin ('colophon up' with another --data)"
    case .forked(let size, let seen, let why):
      "the log's tree of \(size) entries does not continue the tree of \(seen) that was seen before: \(why)"
    case .unsigned(let why): "the log's checkpoint is not signed by its key: \(why)"
    }
  }
}
