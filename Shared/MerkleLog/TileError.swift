/// A tile, tile path or entry bundle that was refused.
public enum TileError: Error, Equatable, Sendable, CustomStringConvertible {
  case level(Int)
  case width(Int)
  case beyondTree(level: Int, index: UInt64)
  case path(String)
  case length(path: String, expected: Int, actual: Int)
  case bundleCount(path: String, expected: Int)
  case bundleTrailing(path: String, count: Int)
  case entryTooLong(bytes: Int)
  case notHashes(path: String)
  case notEntries(path: String)

  public var description: String {
    switch self {
    case .level(let level): "tile level \(level) is not in 0...\(Tile.levelMax): a size is below 2^64"
    case .width(let width): "tile width \(width) is not in 1...\(Tile.widthMax)"
    case .beyondTree(let level, let index):
      "tile \(index) at level \(level) would hold hashes of leaves beyond 2^64"
    case .path(let path):
      "\"\(path)\" is no canonical tile path: expected tile/<level or entries>/<x-groups>[.p/<1-255>]"
    case .length(let path, let expected, let actual):
      "\(path) has \(actual) bytes, and its width needs exactly \(expected)"
    case .bundleCount(let path, let expected): "\(path) ends before its \(expected) entries do"
    case .bundleTrailing(let path, let count): "\(path) has \(count) bytes after its last entry"
    case .entryTooLong(let bytes): "an entry of \(bytes) bytes does not fit the bundle's limit of 65535"
    case .notHashes(let path): "\(path) holds entries, not hashes"
    case .notEntries(let path): "\(path) holds hashes, not entries"
    }
  }
}
