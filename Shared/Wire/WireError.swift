/// Why bytes are not the message that they should be, or a value cannot become bytes.
public enum WireError: Error, Sendable, Equatable {
  case tooLarge(bytes: Int, limit: Int)
  case tooManyFields(limit: Int)
  case tooDeep(limit: Int)
  case truncated
  case malformed
  /// Decoding names the field, encoding the message, both as the proto does.
  case invalidText(in: String)
  /// libprotobuf-c 1.4.1 merges the two otherwise than protobuf says, so neither is believed.
  case repeatedMessage(field: String)
  case outOfMemory(limit: Int)
}

extension WireError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let bytes, let limit):
      "message of \(bytes) bytes is over the limit of \(limit) (maxBytes): send less at once"
    case .tooManyFields(let limit):
      "message has more than \(limit) fields (maxFields): split its lists"
    case .tooDeep(let limit):
      "messages are nested deeper than \(limit) (maxDepth): flatten them"
    case .truncated:
      "message ends inside a field: send all of its bytes"
    case .malformed:
      "bytes are not this protobuf message: check that both ends use the same Proto/"
    case .invalidText(let place):
      "text in \(place) is not UTF-8 without U+0000: put such data in a bytes field"
    case .repeatedMessage(let field):
      "\(field) is there more than once: send it once"
    case .outOfMemory(let limit):
      "message needs more than \(limit) bytes of memory (maxMemory): send less at once"
    }
  }
}
