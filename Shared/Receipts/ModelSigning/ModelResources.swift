internal import Codec
public import Cryptography

/// The files of a model with their digests, as an OpenSSF model signature (version 1) lists them: an in-toto statement whose
/// subject is the SHA-256 over the digests of the files, in order of their names.
public struct ModelResources: Sendable, Equatable {
  public struct Resource: Sendable, Equatable {
    /// Its path below the model's folder, with `/`; `.` for a model that is one file.
    public let name: String
    public let digest: Digest32

    public init(name: String, digest: Digest32) {
      self.name = name
      self.digest = digest
    }
  }

  public static let countMax = 100_000
  public static let nameBytesMax = 4096

  /// For people: what the folder or file was called. It says nothing about what is in it.
  public let model: String
  /// In the order of the standard.
  public let resources: [Resource]
  /// Paths below the folder whose files are not listed.
  public let ignored: [String]
  /// Whether links to files were followed.
  public let followsLinks: Bool

  /// Errors: ``ReceiptError`` for a name that leads out of the folder or stands twice, and for too many.
  public init(
    model: String, resources: [Resource], ignored: [String] = [], followsLinks: Bool = false
  ) throws(ReceiptError) {
    guard resources.count <= Self.countMax else {
      throw .limit(name: "files of a model", limit: Self.countMax, got: resources.count)
    }
    guard !resources.isEmpty else { throw .field("model signature: resources", why: "is empty: a model has a file") }
    var seen: Set<[UInt8]> = []
    for resource in resources {
      try Self.check(resource.name, alone: resources.count == 1)
      guard seen.insert(Array(resource.name.utf8)).inserted else {
        throw .field("model signature: resources", why: "has \(resource.name.prefix(80)) twice")
      }
    }
    self.model = model
    self.resources = resources.sorted { Self.precedes($0.name, $1.name) }
    self.ignored = ignored
    self.followsLinks = followsLinks
  }

  /// SHA-256 over the digests in order.
  public var root: Digest32 { Self.root(resources) }

  static func root(_ resources: [Resource]) -> Digest32 { SHA256.hash(resources.flatMap(\.digest.bytes)) }

  private static func check(_ name: String, alone: Bool) throws(ReceiptError) {
    if alone, name.hasSameBytes(as: ".") { return }
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && !part.contains(0)
    }
    guard isPlain, name.utf8.count <= nameBytesMax else {
      throw .field(
        "model signature: resources", why: "has the name \(name.prefix(80)), which is no path below the model's folder")
    }
  }

  /// Part by part, as Python orders its paths: `a/b` comes before `a-b`.
  static func precedes(_ a: String, _ b: String) -> Bool {
    let parts = (a.utf8.split(separator: UInt8(ascii: "/")), b.utf8.split(separator: UInt8(ascii: "/")))
    for (left, right) in zip(parts.0, parts.1) where !left.elementsEqual(right) {
      return left.lexicographicallyPrecedes(right)
    }
    return parts.0.count < parts.1.count
  }
}
