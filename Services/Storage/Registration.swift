internal import Codec
internal import Cryptography
internal import Glibc
internal import Receipts
internal import Synchronization

/// The registration policy as its file says now: read again whenever the file has changed. While the file cannot be
/// read nothing is admitted by it, so that a typo never keeps a key alive that was struck from the list.
final class Registration: Sendable {
  private struct Stamp: Equatable {
    let inode: UInt64
    let bytes: Int64
    let seconds: Int
    let nanoseconds: Int
  }

  private let path: String
  private let custodian: RegistrationPolicy.Issuer
  private let current: Mutex<(stamp: Stamp?, policy: RegistrationPolicy)>

  /// Storage's own key is always admitted for custody and for tombstones. A file that is not there yet admits nobody
  /// else.
  init(path: String, custodian: (issuer: String, key: VerifyingKey)) throws {
    self.path = path
    self.custodian = RegistrationPolicy.Issuer(
      issuer: custodian.issuer, key: custodian.key, kinds: [.custody, .tombstone])
    current = Mutex((try Self.stamp(of: path), try Self.read(path, self.custodian)))
  }

  func admit(_ statement: SignedStatement) throws {
    let now = try Self.stamp(of: path)
    let policy = try current.withLock { current in
      if now != current.stamp { current = (now, try Self.read(path, custodian)) }
      return current.policy
    }
    // Outside of the lock: the signature is the dearest part of an append, and all cores may check some.
    try policy.admit(statement)
  }

  private static func read(_ path: String, _ custodian: RegistrationPolicy.Issuer) throws -> RegistrationPolicy {
    var issuers = try bytes(of: path).map { try RegistrationPolicy.Issuer.list($0, path: path) } ?? []
    // A policy may list storage itself for more kinds.
    let own = issuers.firstIndex { $0.key == custodian.key }
    let kinds = own.map { issuers.remove(at: $0).kinds } ?? []
    issuers.append(.init(issuer: custodian.issuer, key: custodian.key, kinds: kinds.union(custodian.kinds)))
    return try RegistrationPolicy(issuers, path: path)
  }

  private static func stamp(of path: String) throws -> Stamp? {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw failure("stat", path) }
      return nil
    }
    return Stamp(
      inode: UInt64(status.st_ino), bytes: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }

  /// Nil when there is no such file.
  private static func bytes(of path: String) throws -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      guard errno == ENOENT else { throw failure("open", path) }
      return nil
    }
    defer { close(file) }
    let max = RegistrationPolicy.bytesMax
    var bytes = [UInt8](repeating: 0, count: max + 1)
    var filled = 0
    while filled < bytes.count {
      let got = bytes[filled...].withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if got == 0 { break }
      if got < 0 {
        guard errno == EINTR else { throw failure("read", path) }
      } else {
        filled += got
      }
    }
    guard filled <= max else { throw RegistrationError.policy(path: path, why: "is larger than \(max) bytes") }
    return Array(bytes[..<filled])
  }

  private static func failure(_ operation: String, _ path: String) -> RegistrationError {
    .policy(path: path, why: "\(operation) failed: \(String(cString: strerror(errno)))")
  }
}
