import Foundation

/// Our side of `Tests/Benchmarks/run attribution`: works on files that the benchmark made, prints one JSON line of times
/// in milliseconds and of results, which the benchmark holds against the peers'.
@main
enum CreditBench {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch (arguments.first, arguments.count) {
    case ("neighbours", 3): try print(neighbours(arguments[2], neighbours: Int(arguments[3]) ?? 5))
    case ("build", 3): try print(build(arguments[2], arguments[3]))
    case ("spans", 3): try print(spans(arguments[2], arguments[3]))
    case ("ledger", 5):
      guard let single = Int(arguments[3]), let batched = Int(arguments[4]), let callers = Int(arguments[5]) else {
        usage()
      }
      try await print(ledger(arguments[2], single: single, batched: batched, callers: callers))
    default: usage()
    }
  }

  private static func usage() -> Never {
    FileHandle.standardError.write(
      Data(
        "usage: credit-bench neighbours FOLDER K | build TOKENS SEGMENT | spans SEGMENT OUTPUTS | ledger FOLDER SINGLE BATCHED CALLERS\n"
          .utf8))
    exit(64)
  }

  /// A file's elements, little-endian.
  static func numbers<Number: FixedWidthInteger>(_ path: String, _: Number.Type) throws -> [Number] {
    let data = try Data(contentsOf: URL(filePath: path))
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Number>.size).map {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self))
      }
    }
  }

  /// Milliseconds of one call, and its result.
  static func timed<Result>(_ body: () throws -> Result) rethrows -> (Double, Result) {
    let start = ContinuousClock.now
    let result = try body()
    let duration = (ContinuousClock.now - start).components
    return (Double(duration.seconds) * 1e3 + Double(duration.attoseconds) / 1e15, result)
  }
}
