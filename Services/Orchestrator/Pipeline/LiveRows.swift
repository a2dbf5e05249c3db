internal import Logging
internal import Receipts
internal import Synchronization

/// The rows that some task drives now: a live request its own, recovery the others. No row has two drivers.
final class LiveRows: Sendable {
  private let held = Mutex<Set<ReceiptID>>([])

  /// The right to drive one row, given back when the last reference to it goes.
  final class Hold: Sendable {
    private let rows: LiveRows
    private let id: ReceiptID

    fileprivate init(_ rows: LiveRows, _ id: ReceiptID) {
      self.rows = rows
      self.id = id
    }

    deinit { _ = rows.held.withLock { $0.remove(id) } }
  }

  /// Nil when another task has the row.
  func hold(_ id: ReceiptID) -> Hold? {
    held.withLock { $0.insert(id).inserted } ? Hold(self, id) : nil
  }
}
