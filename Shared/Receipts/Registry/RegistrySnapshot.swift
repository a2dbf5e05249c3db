internal import Codec
public import Cryptography

/// Which registry was asked: that of the first `size` entries of the log, whose tree has this root; and among which texts near
/// copies were looked for (`RegisteredClasses`), nil where they were not.
public struct RegistrySnapshot: Sendable, Hashable {
  public let size: UInt64
  public let root: Digest32
  public let records: Digest32?

  public init(size: UInt64, root: Digest32, records: Digest32? = nil) {
    self.size = size
    self.root = root
    self.records = records
  }

  /// `{"records"?, "root", "size"}`.
  var json: JSON {
    .members([
      ("root", .digest(root)), ("size", .decimal(size)), ("records", records.map { .digest($0) }),
    ])
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    size = try fields.decimal("size")
    root = try fields.digest("root")
    records = try fields.optionalDigest("records")
    try fields.end()
  }
}
