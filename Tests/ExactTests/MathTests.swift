import CKernels
import Foundation
import Testing

@testable import ExactReference

/// Holds exact_math.h against references of 400 bits (Tests/Vectors/math, made by the script beside them).
@Suite struct MathTests {
  struct Line: Decodable {
    var f: String
    var x: String
    var e: String?
    var y: String
    var lo: String
  }

  static func lines(_ name: String) throws -> [Line] {
    try ModelFixture.vectors("math/functions.jsonl").split(separator: "\n")
      .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }.filter { $0.f == name }
  }

  static func double(_ hex: String) -> Double { UInt64(hex, radix: 16).map(Double.init(bitPattern:)) ?? .nan }
  static func float(_ hex: String) -> Float { UInt32(hex, radix: 16).map(Float.init(bitPattern:)) ?? .nan }

  /// Largest error in ulp of the correctly rounded result.
  static func worst32(_ name: String, _ function: (Float) -> Float) throws -> (error: Double, count: Int) {
    var worst = 0.0
    let cases = try lines(name)
    for line in cases {
      let ours = function(float(line.x))
      let reference = float(line.y)
      if ours == reference, !reference.isFinite { continue }
      let ulp = Double(max(reference.magnitude, Float.leastNormalMagnitude).ulp)
      let error = abs(Double(ours) - Double(reference) - double(line.lo)) / ulp
      worst = error <= worst ? worst : error  // a NaN wins
    }
    return (worst, cases.count)
  }

  static func worst64(_ name: String, _ function: (Line) -> Double) throws -> (error: Double, count: Int) {
    var worst = 0.0
    let cases = try lines(name)
    for line in cases {
      let reference = double(line.y)
      let ulp = max(reference.magnitude, Double.leastNormalMagnitude).ulp
      let error = abs(function(line) - reference - double(line.lo)) / ulp
      worst = error <= worst ? worst : error
    }
    return (worst, cases.count)
  }

  @Test("the binary32 functions keep the error that their comments state")
  func binary32Errors() throws {
    for (name, bound, least, function) in [
      ("exp", 0.98, 400, exact_expf), ("log", 0.83, 400, exact_logf), ("tanh", 1.34, 400, exact_tanhf),
      ("erf", 1.08, 400, exact_erff),
    ] as [(String, Double, Int, (Float) -> Float)] {
      let (error, count) = try Self.worst32(name, function)
      #expect(count >= least)
      #expect(error <= bound, "\(name): \(error) ulp")
    }
  }

  @Test("the binary64 functions keep the error that their comments state")
  func binary64Errors() throws {
    let pow = try Self.worst64("pow") { exact_pow(Self.double($0.x), Self.double($0.e ?? "")) }
    let sin = try Self.worst64("sin") { exact_sin(Self.double($0.x)) }
    let cos = try Self.worst64("cos") { exact_cos(Self.double($0.x)) }
    #expect(pow.count >= 300 && sin.count >= 300 && cos.count >= 300)
    #expect(pow.error <= 0.79, "pow: \(pow.error) ulp")
    #expect(sin.error <= 0.79, "sin: \(sin.error) ulp")
    #expect(cos.error <= 0.79, "cos: \(cos.error) ulp")
  }

  static func function(_ name: String) -> (Float) -> Float {
    switch name {
    case "exp": exact_expf
    case "log": exact_logf
    case "tanh": exact_tanhf
    default: exact_erff
    }
  }

  @Test("binary32 edge cases are exact bits")
  func binary32Edges() {
    let cases: [(String, UInt32, UInt32)] = [
      ("exp", 0x0000_0000, 0x3f80_0000), ("exp", 0x8000_0000, 0x3f80_0000), ("exp", 0x7f80_0000, 0x7f80_0000),
      ("exp", 0xff80_0000, 0x0000_0000), ("exp", 0xffc0_1234, 0x7fc0_0000), ("exp", 0x7f80_0001, 0x7fc0_0000),
      ("exp", 0x0000_0001, 0x3f80_0000), ("exp", 0x7f7f_ffff, 0x7f80_0000), ("exp", 0x42b1_7217, 0x7f7f_ff84),
      ("exp", 0x42b1_7218, 0x7f80_0000), ("exp", 0xc2cf_f1b4, 0x0000_0001), ("exp", 0xc2cf_f1b5, 0x0000_0000),
      ("exp", 0xff7f_ffff, 0x0000_0000),
      ("log", 0x0000_0000, 0xff80_0000), ("log", 0x8000_0000, 0xff80_0000), ("log", 0x3f80_0000, 0x0000_0000),
      ("log", 0x7f80_0000, 0x7f80_0000), ("log", 0xbf80_0000, 0x7fc0_0000), ("log", 0xff80_0000, 0x7fc0_0000),
      ("log", 0x8000_0001, 0x7fc0_0000), ("log", 0x7fc0_5555, 0x7fc0_0000), ("log", 0x0000_0001, 0xc2ce_8ed0),
      ("log", 0x7f7f_ffff, 0x42b1_7218),
      ("tanh", 0x8000_0000, 0x8000_0000), ("tanh", 0x0000_0001, 0x0000_0001), ("tanh", 0x7f80_0000, 0x3f80_0000),
      ("tanh", 0xff80_0000, 0xbf80_0000), ("tanh", 0xffc0_0000, 0x7fc0_0000),
      ("erf", 0x8000_0000, 0x8000_0000), ("erf", 0x7f80_0000, 0x3f80_0000), ("erf", 0xff80_0000, 0xbf80_0000),
      ("erf", 0x7fc0_0001, 0x7fc0_0000),
    ]
    for (name, input, output) in cases {
      let result = Self.function(name)(Float(bitPattern: input)).bitPattern
      #expect(result == output, "\(name) of \(String(input, radix: 16)) is \(String(result, radix: 16))")
    }
  }

  @Test("binary64 functions answer NaN outside their domain and keep signs of zero")
  func binary64Edges() {
    let nan: UInt64 = 0x7ff8_0000_0000_0000
    for x in [Double.nan, .infinity, -.infinity, 0x1.0000000000001p20, -0x1.0000000000001p20] {
      #expect(exact_sin(x).bitPattern == nan)
      #expect(exact_cos(x).bitPattern == nan)
    }
    for (base, exponent) in [
      (0.0, 1.0), (-2, 2), (.nan, 1), (.infinity, 1), (Double.leastNonzeroMagnitude, 1), (2, .nan), (2, .infinity),
      (2, 1021), (2, -1021),
    ] as [(Double, Double)] {
      #expect(exact_pow(base, exponent).bitPattern == nan, "\(base)^\(exponent)")
    }
    #expect(exact_sin(-0.0).bitPattern == (-0.0).bitPattern)
    #expect(exact_sin(Double.leastNonzeroMagnitude) == Double.leastNonzeroMagnitude)
    #expect(exact_cos(0) == 1 && exact_cos(-0.0) == 1)
    #expect(exact_pow(10000, 0) == 1 && exact_pow(1, 1e9) == 1)
    #expect(exact_pow(2, 1020) == 0x1p1020 && exact_pow(2, -1020) == 0x1p-1020 && exact_pow(4, 0.5) == 2)
  }

  @Test("exp, sin and cos over many arguments have the golden digest of bits")
  func goldenSweep() {
    // FNV-1a over result bits: any change of any bit, on any machine, changes it.
    var sweep: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ bits: UInt64) { sweep = (sweep ^ bits) &* 0x100_0000_01b3 }
    for step: UInt32 in 0..<65536 {
      let x = Float(bitPattern: step &* 65537)
      for function in [exact_expf, exact_logf, exact_tanhf, exact_erff] { mix(UInt64(function(x).bitPattern)) }
    }
    for position in 0..<4096 {
      for pair in [0, 1, 7, 31] {
        let angle = Double(position) * exact_pow(100_000, -2 * Double(pair) / 64)
        mix(exact_sin(angle).bitPattern)
        mix(exact_cos(angle).bitPattern)
      }
    }
    #expect(String(sweep, radix: 16) == "d663a6f97db1abd3")
  }
}
