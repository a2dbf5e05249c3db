/// A checkpoint or checkpoint policy that was refused.
public enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  case origin(String)
  case lines(Int)
  case size(String)
  case root
  case emptyTreeRoot
  case extensionLine(Int)
  case originMismatch(found: String, expected: String)
  case note(NoteError)
  case notSignedByLog(String)
  case quorum(found: Int, needed: Int)
  case policyLogKey(String)
  case policyWitness(String, why: String)
  case policyQuorum(Int, witnesses: Int)

  public var description: String {
    switch self {
    case .origin(let origin):
      "log origin \"\(origin)\" is not 1 to \(NoteName.bytesMax) bytes without spaces, plus signs or control characters"
    case .lines(let count): "the checkpoint has \(count) lines, and needs origin, size and root, each with a newline"
    case .size(let text): "tree size \"\(text)\" is not a canonical decimal below 2^64"
    case .root: "the root hash is not the canonical base64 of 32 bytes"
    case .emptyTreeRoot: "a checkpoint of size 0 must have the root of the empty tree"
    case .extensionLine(let line): "checkpoint line \(line) is an extension, and this log has none (or it is empty)"
    case .originMismatch(let found, let expected): "the checkpoint is of log \"\(found)\", not \"\(expected)\""
    case .note(let error): "\(error)"
    case .notSignedByLog(let name): "the checkpoint has no signature by the log key \"\(name)\""
    case .quorum(let found, let needed): "\(found) trusted witnesses cosigned, and the policy needs \(needed)"
    case .policyLogKey(let name): "the log key \"\(name)\" is not of signature type 1: give the log's own vkey"
    case .policyWitness(let name, let why): "the witness key \"\(name)\" \(why)"
    case .policyQuorum(let quorum, let witnesses): "a quorum of \(quorum) of \(witnesses) witnesses is impossible"
    }
  }
}
