internal import HTTPTypes
internal import Synchronization

/// Bounds how many requests are worked on at once. What is over the bound is told so at once instead of waiting unseen.
final class RequestSlots: Sendable {
  private let free: Mutex<Int>

  init(count: Int) { free = Mutex(count) }

  /// One slot, given back when the last reference to it goes.
  final class Slot: Sendable {
    private let slots: RequestSlots

    fileprivate init(_ slots: RequestSlots) { self.slots = slots }

    deinit { slots.free.withLock { $0 += 1 } }
  }

  /// Errors: 429 when none is free.
  func take() throws(APIError) -> Slot {
    let isFree = free.withLock { free in
      guard free > 0 else { return false }
      free -= 1
      return true
    }
    guard isFree else {
      throw APIError(
        .tooManyRequests, code: "rate_limit_exceeded", "This server is at its limit of requests; ask again soon.")
    }
    return Slot(self)
  }
}
