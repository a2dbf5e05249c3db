internal import Glibc

/// The host's clock: a claim of this service, as every time in a statement is.
public enum StorageClock {
  /// Milliseconds since 1970.
  public static let unixMs: @Sendable () -> Int64 = {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }
}
