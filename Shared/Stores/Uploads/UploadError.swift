/// An upload that was refused or cannot go on.
public enum UploadError: Error, Equatable, Sendable, CustomStringConvertible {
  case id(String)
  case unknown(id: String)
  /// The id is taken by an upload of something else.
  case conflict(id: String)
  case tooMany(max: Int)
  case quota(caller: String, used: UInt64, bytes: UInt64, max: UInt64)
  case partTooLarge(bytes: Int, max: Int)
  /// Parts come in order: this is where the next one begins.
  case offset(UInt64, received: UInt64)
  case beyondEnd(offset: UInt64, bytes: UInt64)
  case incomplete(received: UInt64, bytes: UInt64)
  /// The bytes are not those of the digest. The upload is gone.
  case digest(expected: BlobName, found: BlobName)

  public var description: String {
    switch self {
    case .id(let id): "upload id \"\(id.prefix(80))\" is not 1 to 64 characters of a-z, 0-9 and -"
    case .unknown(let id): "there is no upload \(id): it was committed, aborted, or abandoned too long; begin it again"
    case .conflict(let id): "upload \(id) is of other bytes or another class: abort it or choose another id"
    case .tooMany(let max): "\(max) uploads of this caller are open, the limit: commit or abort one"
    case .quota(let caller, let used, let bytes, let max):
      "caller \(caller) keeps \(used) bytes, and \(bytes) more would pass its quota of \(max): release blobs first"
    case .partTooLarge(let bytes, let max): "a part of \(bytes) bytes is above the limit of \(max)"
    case .offset(let offset, let received): "the part begins at \(offset), and \(received) bytes were received"
    case .beyondEnd(let offset, let bytes): "the part ends at \(offset), beyond the \(bytes) bytes that were announced"
    case .incomplete(let received, let bytes): "\(received) of \(bytes) bytes were received: send the rest, then commit"
    case .digest(let expected, let found):
      "the uploaded bytes are \(found) and not \(expected): the upload is discarded; send them again"
    }
  }
}
