/// A proof file that was refused.
public enum TlogProofError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLong(bytes: Int, max: Int)
  case header
  case extra
  case index
  case pathLine(Int)
  case pathTooLong(max: Int)
  case noCheckpoint
  case checkpoint(CheckpointError)
  case inclusion(ProofError)

  public var description: String {
    switch self {
    case .tooLong(let bytes, let max): "the proof has \(bytes) bytes, and the limit is \(max)"
    case .header: "the first line is not \"\(TlogProof.header)\": this is no such proof"
    case .extra: "the proof has an \"extra\" line, which nothing authenticates: remove it"
    case .index: "the proof has no line \"index\" with a canonical decimal where it must stand"
    case .pathLine(let line): "line \(line) of the path is not the canonical base64 of 32 bytes"
    case .pathTooLong(let max): "the path has more than \(max) hashes"
    case .noCheckpoint: "the proof ends before its checkpoint"
    case .checkpoint(let error): "checkpoint: \(error)"
    case .inclusion(let error): "inclusion: \(error)"
    }
  }
}
