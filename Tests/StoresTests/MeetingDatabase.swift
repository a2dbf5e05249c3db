import Synchronization

@testable import Stores

/// A database whose first write waits until it is let go, so that calls that come meanwhile meet.
final class MeetingDatabase: RowDatabase {
  private let inner: any RowDatabase
  private let writes = Mutex(0)
  private let isOpen = Mutex(false)

  init(_ inner: any RowDatabase) { self.inner = inner }

  /// Writes that were begun.
  var writeCount: Int { writes.withLock { $0 } }

  func letGo() { isOpen.withLock { $0 = true } }

  func write<T: Sendable>(
    _ isolation: Isolation, repeatable: Bool, _ body: @escaping @Sendable (any RowTransaction) throws -> T
  ) async throws -> T {
    writes.withLock { $0 += 1 }
    while !isOpen.withLock({ $0 }) { await Task.yield() }
    return try await inner.write(isolation, repeatable: repeatable, body)
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (any RowTransaction) throws -> T) async throws -> T {
    try await inner.read(body)
  }

  var place: String { inner.place }
  func damage(of table: String) async throws -> String? { try await inner.damage(of: table) }
  func overwriteDeleted() async throws { try await inner.overwriteDeleted() }
}
