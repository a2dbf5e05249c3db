/// A blob that was refused, or that the store cannot give back.
public enum BlobError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLarge(bytes: Int, max: Int)
  case missing(BlobName)
  /// The stored bytes have another digest than their name: the disk changed them.
  case damaged(BlobName, found: BlobName)

  public var description: String {
    switch self {
    case .tooLarge(let bytes, let max): "a blob of \(bytes) bytes is above the limit of \(max)"
    case .missing(let name): "there is no blob \(name)"
    case .damaged(let name, let found):
      "blob \(name) is damaged: its bytes are those of \(found); put it again or restore it from a backup"
    }
  }
}
