import Foundation

/// How much of a test is run: what every run can afford, or all of it.
public enum TestSize {
  /// Whether COLOPHON_TEST_LONG is set, which `./Tests/run --all` does.
  public static let isLong = ProcessInfo.processInfo.environment["COLOPHON_TEST_LONG"] != nil

  /// `short`, or `long` in a long run.
  public static func pick<Value>(_ short: @autoclosure () -> Value, long: @autoclosure () -> Value) -> Value {
    isLong ? long() : short()
  }
}
