public import Codec
public import Cryptography
internal import MerkleLog

/// A span's line and its place in the tree, for the contributor it is about.
public struct SpanProof: Sendable, Equatable {
  public var line: SpanLine
  public let salt: [UInt8]
  /// Lines of the tree.
  public let size: Int
  public let path: [Digest32]

  /// Errors: ``ReceiptError`` where this does not lead to the stated root.
  public func verify(_ stated: StatedSpans) throws(ReceiptError) {
    guard size == stated.spans, salt.count == Opening.saltBytes else {
      throw .field("span proof", why: "is of another tree than the statement's")
    }
    let leaf = try line.leaf(salt: salt)
    do {
      try InclusionProof(index: UInt64(line.span), size: UInt64(size), path: path)
        .verify(leafHash: leaf, root: stated.root)
    } catch { throw .field("span proof", why: "does not lead to the statement's root: \(error)") }
  }

  /// `{"line", "path", "salt", "size"}`.
  public var json: JSON {
    [
      "line": line.json, "path": .array(path.map { .digest($0) }), "salt": .string(Hex.encode(salt)),
      "size": .integer(size),
    ]
  }

  init(line: SpanLine, salt: [UInt8], size: Int, path: [Digest32]) {
    self.line = line
    self.salt = salt
    self.size = size
    self.path = path
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "span proof")
    line = try SpanLine(try fields.fields("line"))
    let salt = try fields.string("salt")
    guard let bytes = Hex.decode(salt) else { throw .field("span proof.salt", why: "must be hexadecimal") }
    self.salt = bytes
    size = try fields.count("size")
    var path: [Digest32] = []
    for value in try fields.array("path", max: 14) { path.append(try Fields.digest(value, "span proof.path")) }
    self.path = path
    try fields.end()
  }
}
