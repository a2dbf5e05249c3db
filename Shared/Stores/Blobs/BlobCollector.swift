public import Receipts

/// Ends references that are past their time, and removes what nothing refers to.
///
/// A removal goes: the row is closed in the transaction that found no reference (from then on nobody may put the blob or
/// refer to it) -> the bytes are removed -> the row is forgotten, under a new generation. So a reference either comes
/// before and keeps the blob, or is refused and the blob is put again. Whatever a crash leaves is finished by the next run.
public struct BlobCollector: Sendable {
  /// For how long references of each class keep a blob; a class without a number keeps it for ever.
  public typealias Lifetimes = [RetentionClass: Duration]

  /// How young a stored blob without a row may be: whoever put it may be about to refer to it.
  static let graceMs: Int64 = 24 * 3600 * 1000
  private static let batch = 256

  public struct Report: Equatable, Sendable {
    public var removed = 0
    /// Of those, the ones that never had a reference.
    public var unknown = 0
  }

  let store: BlobStore
  let lifetimes: Lifetimes
  let unixMs: @Sendable () -> Int64

  public init(_ store: BlobStore, lifetimes: Lifetimes, unixMs: @escaping @Sendable () -> Int64) {
    self.store = store
    self.lifetimes = lifetimes
    self.unixMs = unixMs
  }

  /// Finishes what a crash interrupted, expires every class, and searches one of 256 parts for blobs without a row.
  public func run() async throws -> Report {
    var report = Report()
    report.removed += try await settle()
    for (retention, lifetime) in lifetimes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let limit = unixMs() - lifetime.components.seconds * 1000
      var more = true
      while more {
        let closed: [BlobName]
        (closed, more) = try await store.catalogue.expire(retention, before: limit, max: Self.batch)
        if !closed.isEmpty { try store.fault(.removalMarked) }
        for name in closed { try await remove(name) }
        report.removed += closed.count
      }
    }
    report.unknown = try await sweep(part: try await store.catalogue.nextPart())
    report.removed += report.unknown
    return report
  }

  /// Ends one reference, and removes the blob when it was the last. Returns whether there was that reference.
  public func release(_ name: BlobName, _ retention: RetentionClass, holder: String) async throws -> Bool {
    guard let closed = try await store.catalogue.release(name, retention, holder: holder) else { return false }
    if !closed.isEmpty { try store.fault(.removalMarked) }
    for name in closed { try await remove(name) }
    return true
  }

  /// Finishes removals, moves and erasures that were begun. Returns how many blobs it removed.
  public func settle() async throws -> Int {
    var removed = 0
    for (name, state) in try await store.catalogue.unsettled() {
      switch state {
      case .removing:
        if try await remove(name) { removed += 1 }
      case .damaged: try await store.setDamagedAside(name)
      case .erasing: try await store.finishErasure(of: name)
      case .present, .aside, .erased: break
      }
    }
    return removed
  }

  /// Removes the blobs of one part that have no row and are older than a day.
  func sweep(part: UInt8) async throws -> Int {
    var old: [BlobName: UInt64] = [:]
    for item in try await store.backend.objects(beginning: part) where item.changedUnixMs < unixMs() - Self.graceMs {
      old[item.object.name] = max(old[item.object.name] ?? 0, item.object.part == .bytes ? item.bytes : 0)
    }
    let closed = try await store.catalogue.closeUnknown(old)
    if !closed.isEmpty { try store.fault(.removalMarked) }
    for name in closed { try await remove(name) }
    return closed.count
  }

  /// Whether this call did it, and not another that was there first.
  @discardableResult
  private func remove(_ name: BlobName) async throws -> Bool {
    try await store.alone(with: name, in: .removing) {
      for part in BlobObject.Part.allCases { try await store.backend.remove(BlobObject(name, part)) }
      try store.fault(.removalDone)
      try await store.catalogue.forget(name)
      store.observed(.removed(name))
      try store.fault(.removalForgotten)
    }
  }
}
