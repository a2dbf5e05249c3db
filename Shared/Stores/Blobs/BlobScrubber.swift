/// Reads every blob again, in order of name, and moves aside what is not what its name says.
public struct BlobScrubber: Sendable {
  private static let batch = 64

  private let store: BlobStore

  public init(_ store: BlobStore) { self.store = store }

  /// Goes on where the last call ended, also after a restart, until a round is complete.
  /// Returns the damaged blobs that it found.
  ///
  /// - Parameter pause: called with the bytes of each read; it sets the pace, and ends the round by throwing.
  public func round(pause: (Int) async throws -> Void) async throws -> [BlobName] {
    var damaged: [BlobName] = []
    var last = try await store.catalogue.lastScrubbed()
    while true {
      let names = try await store.catalogue.present(after: last, max: Self.batch)
      if names.isEmpty { break }
      last = names.last
      for name in names where try await isDamaged(name, pause) { damaged.append(name) }
      try await store.catalogue.scrubbed(to: last)
    }
    try await store.catalogue.scrubbed(to: nil)
    return damaged
  }

  private func isDamaged(_ name: BlobName, _ pause: (Int) async throws -> Void) async throws -> Bool {
    // Another state meanwhile: somebody else's business.
    guard let object = try await store.catalogue.object(name), object.state == .present else { return false }
    defer { store.observed(.scrubbed(bytes: object.bytes)) }
    if try await store.isWhole(name, object, pause: pause) { return false }
    return try await store.damaged(name, object, found: nil) == .damaged(name, found: nil)
  }
}
