import Foundation

/// How much of a test is run: what every run can afford, or all of it.
public enum TestSize {
  /// Whether COLOPHON_TEST_LONG is set, which `./Tests/run --all` does.
  public static let isLong = ProcessInfo.processInfo.environment["COLOPHON_TEST_LONG"] != nil

  /// `short`, or `long` in a long run.
  public static func pick<Value>(_ short: @autoclosure () -> Value, long: @autoclosure () -> Value) -> Value {
    isLong ? long() : short()
  }

  /// Where a test of every byte or place looks: in a long run at all, and where COLOPHON_TEST_PLACES is set (what counts
  /// mutants is short otherwise); in a short one at one of three. Three shares no divisor with 7 or 8, so that all bits of a
  /// byte have their turn; COLOPHON_TEST_SEED says at which of the first three places a run begins.
  public static func places(_ all: Range<Int>) -> [Int] {
    everywhere || all.count < 48 ? Array(all) : Array(stride(from: all.lowerBound + start, to: all.upperBound, by: 3))
  }

  private static let everywhere = isLong || ProcessInfo.processInfo.environment["COLOPHON_TEST_PLACES"] != nil

  private static let start = Int(
    (ProcessInfo.processInfo.environment["COLOPHON_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<3)) % 3)
}
