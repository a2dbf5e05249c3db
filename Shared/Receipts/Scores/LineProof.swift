public import Codec
public import Cryptography
internal import MerkleLog

/// What credit is made of, line by line: a leaf of a tree whose root an attribution statement has.
public protocol CreditLine: Sendable, Equatable {
  associatedtype Stated: StatedLines
  /// As errors name it.
  static var name: String { get }
  /// Digests of a path in the largest tree.
  static var pathMax: Int { get }
  /// Its place in the tree.
  var place: Int { get }
  var json: JSON { get }
  /// - Parameter path: of the object, as errors name it.
  init(_ json: JSON, _ path: String) throws(ReceiptError)
}

/// What an attribution statement says of such a tree.
public protocol StatedLines {
  var lineCount: Int { get }
  var root: Digest32 { get }
}

/// A line and its place in the tree, for the contributor it is about.
public struct LineProof<Line: CreditLine>: Sendable, Equatable {
  public var line: Line
  public let salt: [UInt8]
  /// Lines of the tree.
  public let size: Int
  public let path: [Digest32]

  init(line: Line, salt: [UInt8], size: Int, path: [Digest32]) {
    self.line = line
    self.salt = salt
    self.size = size
    self.path = path
  }

  private static var name: String { "\(Line.name) proof" }

  /// Errors: ``ReceiptError`` where this does not lead to the stated root.
  public func verify(_ stated: Line.Stated) throws(ReceiptError) {
    guard size == stated.lineCount, salt.count == Opening.saltBytes else {
      throw .field(Self.name, why: "is of another tree than the statement's")
    }
    let leaf = try line.leaf(salt: salt)
    do {
      try InclusionProof(index: UInt64(line.place), size: UInt64(size), path: path)
        .verify(leafHash: leaf, root: stated.root)
    } catch { throw .field(Self.name, why: "does not lead to the statement's root: \(error)") }
  }

  /// `{"line", "path", "salt", "size"}`.
  public var json: JSON {
    [
      "line": line.json, "path": .array(path.map { .digest($0) }), "salt": .string(Hex.encode(salt)),
      "size": .integer(size),
    ]
  }

  public init(_ json: JSON) throws(ReceiptError) {
    let name = Self.name
    var fields = try Fields(json, name)
    line = try Line(try fields.json("line"), "\(name).line")
    let salt = try fields.string("salt")
    guard let bytes = Hex.decode(salt) else { throw .field("\(name).salt", why: "must be hexadecimal") }
    self.salt = bytes
    size = try fields.count("size")
    var path: [Digest32] = []
    for value in try fields.array("path", max: Line.pathMax) { path.append(try Fields.digest(value, "\(name).path")) }
    self.path = path
    try fields.end()
  }
}
