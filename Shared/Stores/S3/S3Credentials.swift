internal import Glibc

/// Who we are to an S3 store: an access key id and its secret, from a file that nobody else may read.
public struct S3Credentials: Sendable, CustomStringConvertible, CustomReflectable {
  static let fileBytesMax = 4096

  public let accessKey: String
  let secret: [UInt8]

  public init(accessKey: String, secret: String) {
    self.accessKey = accessKey
    self.secret = Array(secret.utf8)
  }

  /// Reads a file of two lines: the access key id, then the secret key. Errors: ``S3Error/keyFile(path:why:)``.
  public init(file path: String) throws(S3Error) {
    let handle = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard handle >= 0 else { throw .keyFile(path: path, why: String(cString: strerror(errno))) }
    defer { close(handle) }
    var status = stat()
    guard fstat(handle, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .keyFile(path: path, why: "is no regular file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw .keyFile(path: path, why: "may be read by others: chmod 600 it")
    }
    guard status.st_size <= Self.fileBytesMax else {
      throw .keyFile(path: path, why: "is larger than \(Self.fileBytesMax) bytes")
    }
    var bytes = [UInt8](repeating: 0, count: Self.fileBytesMax)
    let got = read(handle, &bytes, bytes.count)
    let lines = String(decoding: bytes.prefix(max(0, got)), as: UTF8.self).split(whereSeparator: \.isNewline)
    guard lines.count == 2,
      lines.allSatisfy({ $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } && $0.utf8.count >= 3 })
    else {
      throw .keyFile(path: path, why: "must have two lines, the access key id and the secret key")
    }
    self.init(accessKey: String(lines[0]), secret: String(lines[1]))
  }

  /// The secret is never shown, whoever logs this value.
  public var description: String { "S3Credentials(\(accessKey))" }
  public var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }
}
