public import Cryptography

/// What a blob is called: `sha256:` and the 64 lower-case hexadecimal digits of its digest, and nothing else.
public struct BlobName: Hashable, Sendable, Comparable, CustomStringConvertible {
  private static let prefix = "sha256:"

  public let digest: Digest32

  public init(_ digest: Digest32) { self.digest = digest }

  /// The name of these bytes.
  public init(of bytes: [UInt8]) { digest = SHA256.hash(bytes) }

  /// Nil for any other spelling.
  public init?(_ text: String) {
    guard text.utf8.starts(with: Self.prefix.utf8), let hex = String(text.utf8.dropFirst(Self.prefix.utf8.count)),
      let digest = try? Digest32(hex: hex)
    else { return nil }
    self.digest = digest
  }

  public var description: String { Self.prefix + digest.hex }

  public static func < (a: BlobName, b: BlobName) -> Bool { a.digest < b.digest }
}
