internal import Glibc

/// The host's clock: a claim of this service, as every time in a statement is.
public enum UnixClock {
  /// Seconds since 1970.
  public static let seconds: @Sendable () -> Int64 = { Int64(time(nil)) }
}
