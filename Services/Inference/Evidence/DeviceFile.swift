internal import Glibc

/// Files behind which there is a driver: no size, no seeking, one write is one request.
enum DeviceFile {
  /// Everything up to the end. Errors: a failed call, more than `limit`.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let got = part.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw failure("read", path) }
      guard got > 0 else { return bytes }
      bytes += part[..<got]
      guard bytes.count <= limit else {
        throw EvidenceFailure.refused("\(path) gives more than the limit of \(limit) bytes")
      }
    }
  }

  /// All bytes in one call: two would be two requests. The file is neither made nor cut.
  static func writeOnce(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { close(file) }
    var written: Int
    repeat {
      written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    } while written < 0
      && errno == EINTR
    guard written >= 0 else { throw failure("write", path) }
    guard written == bytes.count else {
      throw EvidenceFailure.refused("\(path) took \(written) of \(bytes.count) bytes")
    }
  }

  /// Of the call that just failed.
  static func failure(_ operation: String, _ path: String, hint: String? = nil) -> EvidenceFailure {
    let why = String(cString: strerror(errno))
    return .failed(operation: operation, path: path, why: hint.map { "\(why) (\($0))" } ?? why)
  }
}
