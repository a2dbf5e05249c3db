internal import Codec

extension ModelResources {
  /// One digest of the list: of a file, or of a part of one.
  public struct Resource: Sendable, Equatable {
    /// The bytes from `start` to before `end`.
    public struct Shard: Sendable, Equatable {
      public let start, end: Int

      public init(start: Int, end: Int) {
        self.start = start
        self.end = end
      }
    }

    /// The file's path below the model's folder, with `/`; `.` for a model that is one file.
    public let path: String
    /// Nil for all of the file.
    public let shard: Shard?
    public let digest: [UInt8]

    public init(path: String, shard: Shard? = nil, digest: [UInt8]) {
      self.path = path
      self.shard = shard
      self.digest = digest
    }

    /// How the standard names it: the path, and of a shard `path:start:end`.
    public var name: String { path + (shard.map { ":\($0.start):\($0.end)" } ?? "") }

    /// Reads such a name. Nil for a shard whose name has not these three parts, each in its one spelling.
    init?(name: String, in serialization: ModelSerialization, digest: [UInt8]) {
      guard serialization.shardSize != nil else {
        self.init(path: name, digest: digest)
        return
      }
      let parts = name.split(separator: ":")
      guard parts.count == 3, let start = Int(parts[1]), let end = Int(parts[2]) else { return nil }
      self.init(path: String(parts[0]), shard: Shard(start: start, end: end), digest: digest)
      guard self.name.hasSameBytes(as: name) else { return nil }
    }
  }

  /// By path, then by place in the file.
  static func precedes(_ a: Resource, _ b: Resource) -> Bool {
    guard a.path.hasSameBytes(as: b.path), let first = a.shard, let second = b.shard else {
      return precedes(a.path, b.path)
    }
    return first.start < second.start
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
