/// A blob that was refused, or that the store cannot give back.
public enum BlobError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLarge(bytes: UInt64, max: UInt64)
  case missing(BlobName)
  /// The stored bytes have another digest than their name: the disk changed them. The name they should have is nil where
  /// only a part was read.
  case damaged(BlobName, found: BlobName?)
  /// It was read wrong once and right the next time: the way to it is at fault, not the blob.
  case misread(BlobName)
  /// It is being removed or moved aside just now: what was put may go with it.
  case moving(BlobName)
  /// It was erased for good.
  case erased(BlobName)
  case rangeBeyondEnd(BlobName, offset: UInt64, bytes: UInt64)

  public var description: String {
    switch self {
    case .tooLarge(let bytes, let max): "a blob of \(bytes) bytes is above the limit of \(max)"
    case .missing(let name): "there is no blob \(name)"
    case .damaged(let name, let found):
      "blob \(name) is damaged\(found.map { ": its bytes are those of \($0)" } ?? "")"
        + "; put it again or restore it from a backup"
    case .misread(let name):
      "blob \(name) was read wrong once and right the next time: ask again, and check the disk or the S3 store"
    case .moving(let name): "blob \(name) is being removed or moved aside: put it again"
    case .erased(let name): "blob \(name) was erased and cannot be kept again: 410 Gone"
    case .rangeBeyondEnd(let name, let offset, let bytes):
      "blob \(name) has \(bytes) bytes, and offset \(offset) is beyond them"
    }
  }
}
