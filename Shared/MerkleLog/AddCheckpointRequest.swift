public import Cryptography

/// What a log sends to a witness to have a checkpoint cosigned: the body of `add-checkpoint` (c2sp.org/tlog-witness).
///
/// `old <size>`, the consistency path from that size with one base64 hash a line, an empty line, the signed checkpoint.
public struct AddCheckpointRequest: Hashable, Sendable {
  /// The specification's limit of proof lines; a path is never longer.
  public static let pathMax = 63
  /// A checkpoint with 64 signatures of the types in use has under 16 KiB.
  public static let bytesMax = 64 * 1024

  /// The size of the tree that the witness cosigned last, as far as the log knows; 0 for none.
  public let old: UInt64
  public let path: [Digest32]
  public let note: SignedNote

  public init(old: UInt64, path: [Digest32], note: SignedNote) {
    self.old = old
    self.path = path
    self.note = note
  }

  public var encoded: [UInt8] {
    let head = ["old \(old)\n"] + path.map { Base64Line.encode($0.bytes) + "\n" } + ["\n"]
    return Array(head.joined().utf8) + note.encoded
  }

  /// Reads a body that may come from anyone; what is accepted has exactly one spelling. Errors: ``WitnessRefusal``.
  public init(parsing bytes: [UInt8]) throws(WitnessRefusal) {
    guard bytes.count <= Self.bytesMax else {
      throw .malformed("the body has \(bytes.count) bytes, and the limit is \(Self.bytesMax)")
    }
    // No line of the head is empty, so the first empty line ends it.
    guard let blank = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0a && bytes[$0 + 1] == 0x0a }) else {
      throw .malformed("no empty line stands between the proof and the checkpoint")
    }
    let lines = bytes[..<blank].split(separator: SignedNote.newline, omittingEmptySubsequences: false)
    let word = Array("old ".utf8)
    guard let first = lines.first, first.starts(with: word), let old = Decimal.parse(bytes: first.dropFirst(word.count))
    else { throw .malformed("the first line is not \"old \" and a canonical decimal") }
    guard lines.count - 1 <= Self.pathMax else {
      throw .malformed("the proof has \(lines.count - 1) lines, and the limit is \(Self.pathMax)")
    }
    var path: [Digest32] = []
    for (number, line) in lines.dropFirst().enumerated() {
      guard let hash = Base64Line.digest(line) else {
        throw .malformed("line \(number + 1) of the proof is not the canonical base64 of 32 bytes")
      }
      path.append(hash)
    }
    do {
      self.init(old: old, path: path, note: try SignedNote(parsing: Array(bytes[(blank + 2)...])))
    } catch {
      throw .malformed("\(error)")
    }
  }
}

/// A tree size as a witness tells it with status 409: decimal and a newline, of media type `text/x.tlog.size`.
public enum TreeSizeText {
  public static let mediaType = "text/x.tlog.size"

  public static func encode(_ size: UInt64) -> String { "\(size)\n" }

  /// Nil for any other spelling.
  public static func parse(_ bytes: [UInt8]) -> UInt64? {
    bytes.last == SignedNote.newline ? Decimal.parse(bytes: bytes.dropLast()) : nil
  }
}
