internal import Codec
public import Cryptography

/// Which registry was asked: that of the first `size` entries of the log, whose tree has this root.
public struct RegistrySnapshot: Sendable, Hashable {
  public let size: UInt64
  public let root: Digest32

  public init(size: UInt64, root: Digest32) {
    self.size = size
    self.root = root
  }

  /// `{"root", "size"}`.
  var json: JSON { ["root": .digest(root), "size": .decimal(size)] }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    size = try fields.decimal("size")
    root = try fields.digest("root")
    try fields.end()
  }
}
