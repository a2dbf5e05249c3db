import CKernels
import Synchronization

/// Whether any piece of a parallel loop met a non-finite number.
final class Failures: Sendable {
  private let flag = Atomic<Bool>(false)

  var any: Bool { flag.load(ordering: .acquiring) }

  func note(_ status: Int32) {
    if status != Int32(EXACT_OK) { flag.store(true, ordering: .releasing) }
  }

  func reset() { flag.store(false, ordering: .releasing) }
}
