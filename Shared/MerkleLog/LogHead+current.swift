extension LogHead {
  /// The head that a log shows now: signed by its key, of the log that was seen before, and proven to continue what was
  /// seen of it. Whoever keeps a head asks for the next one so.
  ///
  /// - Parameters:
  ///   - kept: the largest head that was seen; nil at first contact, which pins the log.
  ///   - origin: what the log says that it is, and with `vkey` the key that it says it signs with.
  ///   - note: its published checkpoint, as text. Lines of witnesses are passed over.
  ///   - path: gives the consistency proof between two sizes.
  /// - Throws: ``LogHeadError``, and what `path` throws.
  public static func current(
    continuing kept: LogHead?, origin: String, vkey: String, note: String,
    path: (_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]]
  ) async throws -> LogHead {
    try kept?.requireLog(origin: origin, vkey: vkey)
    let head: LogHead
    do {
      let policy = try CheckpointPolicy(origin: origin, logKey: NoteVerifierKey(vkey))
      head = LogHead(try policy.verify(SignedNote(parsing: Array(note.utf8))).checkpoint, vkey: vkey)
    } catch { throw LogHeadError.unsigned(why: "\(error)") }
    try await kept?.requireContinuation(to: head, path: path)
    return head
  }
}
