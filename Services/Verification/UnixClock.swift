#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

enum UnixClock {
  /// Milliseconds since 1970.
  static func milliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
