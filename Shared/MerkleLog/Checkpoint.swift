public import Cryptography

/// A tree head of a log: the text that its key signs (c2sp.org/tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
  public let origin: String
  public let size: UInt64
  public let root: Digest32
  /// Opaque lines after the root. This suite writes none, and reads them only when asked to.
  public let extensions: [String]

  /// Errors: ``CheckpointError`` for an origin, an extension line or an empty tree's root that may not be.
  public init(origin: String, size: UInt64, root: Digest32, extensions: [String] = []) throws(CheckpointError) {
    guard NoteName.isValid(origin) else { throw .origin(origin) }
    guard size > 0 || root == TreeHash.empty else { throw .emptyTreeRoot }
    for (position, line) in extensions.enumerated() {
      let isLine = !line.isEmpty && line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
      guard isLine else { throw .extensionLine(position + 4) }
    }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// The note text: origin, size and root, each on its line.
  public var text: String {
    ([origin, "\(size)", Base64Line.encode(root.bytes)] + extensions).map { $0 + "\n" }.joined()
  }

  /// Reads a note text; only the one canonical spelling is accepted. Errors: ``CheckpointError``.
  public init(text: String, allowingExtensions: Bool = false) throws(CheckpointError) {
    let bytes = Array(text.utf8)
    let lines = bytes.split(separator: SignedNote.newline, omittingEmptySubsequences: false)
    guard bytes.last == SignedNote.newline, lines.count >= 4 else { throw .lines(lines.count - 1) }
    guard let origin = String(validating: lines[0], as: UTF8.self) else { throw .origin("") }
    guard let size = Decimal.parse(bytes: lines[1]) else {
      throw .size(String(decoding: lines[1].prefix(40), as: UTF8.self))
    }
    guard let root = Base64Line.digest(lines[2]) else { throw .root }
    let extensions = lines[3...].dropLast().map { String(decoding: $0, as: UTF8.self) }
    guard extensions.isEmpty || allowingExtensions else { throw .extensionLine(4) }
    try self.init(origin: origin, size: size, root: root, extensions: extensions)
  }

  /// The checkpoint as a note signed by the log. Errors: ``NoteError``.
  public func signed(by signer: NoteSigner) throws(NoteError) -> SignedNote {
    try SignedNote(text: text, signatures: [signer.sign(text)])
  }
}
