import Foundation
import TestKit

/// The seeds of a run of fault tests: COLOPHON_TEST_SEED and those after it, so that a failing seed, which its test
/// prints, is repeated by setting the variable to it.
enum FaultSeeds {
  /// 64, or 2,000 in a long run.
  static let all: Range<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["COLOPHON_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 32)
    return first..<first + TestSize.pick(64, long: 2000)
  }()
}
