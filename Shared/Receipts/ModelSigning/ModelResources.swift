internal import Codec
public import Cryptography

/// The files of a model, or the shards of these, with their digests, as an OpenSSF model signature (version 1) lists them: an
/// in-toto statement whose subject is the SHA-256 over the digests, in order of the files' names.
public struct ModelResources: Sendable, Equatable {
  public static let countMax = 100_000
  public static let nameBytesMax = 4096

  /// For people: what the folder or file was called. It says nothing about what is in it.
  public let model: String
  public let serialization: ModelSerialization
  /// In the order of the standard. Of shards, those of a file are all there and none overlaps another.
  public let resources: [Resource]
  /// Paths below the folder whose files are not listed.
  public let ignored: [String]
  /// Whether links to files were followed.
  public let followsLinks: Bool

  /// Errors: ``ReceiptError`` for a path that leads out of the folder or stands twice, for shards that do not make up their
  /// file, for digests of another length than the hash has, and for too many.
  public init(
    model: String, serialization: ModelSerialization = .files, resources: [Resource], ignored: [String] = [],
    followsLinks: Bool = false
  ) throws(ReceiptError) {
    guard resources.count <= Self.countMax else { throw Self.tooMany(resources.count) }
    guard !resources.isEmpty else {
      throw .field("model signature: resources", why: "is empty: a model has a file, and shards a byte")
    }
    let isOneFile = resources.allSatisfy { $0.path.hasSameBytes(as: ".") }
    for resource in resources {
      guard isOneFile || Self.isPath(resource.path, in: serialization) else {
        throw Self.refuse(resource, "is no path below the model's folder")
      }
      guard resource.digest.count == serialization.hash.algorithm.byteCount else {
        throw Self.refuse(resource, "has a digest that is no \(serialization.hash.rawValue)")
      }
    }
    self.model = model
    self.serialization = serialization
    self.resources = resources.sorted { Self.precedes($0, $1) }
    self.ignored = ignored
    self.followsLinks = followsLinks
    try checkSequence()
  }

  /// SHA-256 over the digests in order, whatever hash these are of.
  public var root: Digest32 { Self.root(resources) }

  static func root(_ resources: [Resource]) -> Digest32 { SHA256.hash(resources.flatMap(\.digest)) }

  static func tooMany(_ count: Int) -> ReceiptError { .limit(name: "files of a model", limit: countMax, got: count) }

  private static func refuse(_ resource: Resource, _ why: String) -> ReceiptError {
    .field("model signature: resources", why: "has \(resource.name.prefix(80)), which \(why)")
  }

  private static func isPath(_ path: String, in serialization: ModelSerialization) -> Bool {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && !part.contains(0)
    }
    // A colon would end the path in the name of a shard.
    let isNameable = serialization.shardSize == nil || !path.utf8.contains(UInt8(ascii: ":"))
    return isPlain && isNameable && path.utf8.count <= nameBytesMax
  }

  /// Once a file; of shards, from a file's first byte to its last one without a gap, and all but the last of full size.
  private func checkSequence() throws(ReceiptError) {
    var last: Resource?
    for resource in resources {
      let before = last.flatMap { $0.path.hasSameBytes(as: resource.path) ? $0 : nil }
      last = resource
      switch (serialization.shardSize, resource.shard) {
      case (nil, nil):
        guard before == nil else { throw Self.refuse(resource, "is there twice") }
      case (let size?, let shard?):
        let isNext = shard.start == before?.shard?.end ?? 0 && shard.start.isMultiple(of: size)
        guard isNext, shard.end > shard.start, shard.end - shard.start <= size else {
          throw Self.refuse(resource, "does not follow the shard before it, of \(size) bytes each")
        }
      default: throw Self.refuse(resource, "is of another method than \(serialization.algorithm)")
      }
    }
  }
}
