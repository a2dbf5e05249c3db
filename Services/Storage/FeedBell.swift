internal import Synchronization

/// Stands where the sequencer is told whom to ring before there is anybody.
final class FeedBell: Sendable {
  private let feeds = Mutex<(witnesses: WitnessFeed?, timestamps: TimestampFeed?)>((nil, nil))

  func connect(_ witnesses: WitnessFeed?, _ timestamps: TimestampFeed?) {
    feeds.withLock { $0 = (witnesses, timestamps) }
  }

  /// A head was published.
  func ring() {
    let (witnesses, timestamps) = feeds.withLock { $0 }
    witnesses?.ring()
    timestamps?.ring()
  }
}
