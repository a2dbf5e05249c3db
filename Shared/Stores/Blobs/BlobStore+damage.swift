internal import MerkleLog
internal import Synchronization

extension BlobStore {
  /// Looks again at a blob that was read wrong, moves it aside when it is, and returns the error that says what it was.
  ///
  /// - Parameter object: its row as it was before it was read. One that was removed and put again since is another.
  func damaged(_ name: BlobName, _ object: BlobCatalogue.Object, found: BlobName?) async throws -> BlobError {
    if try await isWhole(name, object) { return .misread(name) }
    if try await catalogue.move(name, from: .present, to: .damaged, generation: object.generation) {
      try fault(.damageMarked)
      observe(.damaged(name))
      try await setDamagedAside(name)
      return .damaged(name, found: found)
    }
    let now = try await catalogue.object(name)
    return now == nil || now?.state == .removing ? .missing(name) : .damaged(name, found: found)
  }

  /// Whether all of a blob is there and right. An unreadable sector is damage as much as a changed one.
  func isWhole(
    _ name: BlobName, _ object: BlobCatalogue.Object, pause: (Int) async throws -> Void = { _ in }
  ) async throws -> Bool {
    do { return try await digest(name, bytes: object.bytes, pause: pause)?.name == name } catch let error
      as StoreFileError
    {
      guard error.isDamage else { throw error }
      return false
    }
  }

  /// The second half of ``damaged(_:_:found:)``, done again after a crash.
  func setDamagedAside(_ name: BlobName) async throws {
    try await alone(with: name, in: .damaged) {
      try await backend.setAside(BlobObject(name))
      try await backend.remove(BlobObject(name, .tree))
      try fault(.damageMoved)
      _ = try await catalogue.move(name, from: .damaged, to: .aside)
      try fault(.damageRecorded)
    }
  }

  /// Runs `work` when the blob is in this state and nobody else is removing or moving its bytes: whoever comes second
  /// could take away what was put again after the first. Returns whether it ran.
  @discardableResult
  func alone(
    with name: BlobName, in state: BlobCatalogue.State, _ work: () async throws -> Void
  ) async throws -> Bool {
    guard claims.withLock({ $0.insert(name).inserted }) else { return false }
    defer { claims.withLock { _ = $0.remove(name) } }
    guard try await catalogue.object(name)?.state == state else { return false }
    try await work()
    return true
  }
}
