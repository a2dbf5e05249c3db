import Cryptography
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Evidence

/// One real piece of evidence under Tests/Vectors/evidence, its collateral, a time, and what must come out.
struct EvidenceVector: Sendable, CustomTestStringConvertible {
  let kind: EvidenceKind
  let file: String
  /// The folder of the file where it is not that of the kind.
  var home: String?
  var collateral: [String] = []
  /// The path of a root to trust instead of the vendor's.
  var root: String?
  let at: String
  /// Every planned check that is not named here must pass, except the ones that nobody asked for.
  var failing: Set<SubCheck.Name> = []
  var unchecked: Set<SubCheck.Name> = []
  /// The same for the hardware report inside.
  var failingHardware: Set<SubCheck.Name> = []
  var uncheckedHardware: Set<SubCheck.Name> = []
  /// When the certificates of the chain are valid; both inclusive.
  var window: (from: String, to: String)?

  private var path: String { "\(home ?? kind.rawValue)/\(file)" }

  var testDescription: String { "\(path) at \(at)\(root == nil ? "" : " under \(root ?? "")")" }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Vectors/evidence")

  static func read(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appending(path: path)))
  }

  static func time(_ text: String) -> Int64 { Timestamp.seconds(text) ?? .min }

  var bytes: [UInt8] { get throws { EvidenceText.decode(try Self.read(path)) } }

  var time: Int64 { Self.time(at) }

  func appraiser(_ change: (inout AppraisalPolicy) -> Void = { _ in }) throws -> Appraiser {
    var policy = AppraisalPolicy()
    if let root { policy.roots[kind] = try X509Bundle(Self.read(root)).certificates }
    change(&policy)
    var handed = Collateral()
    for path in collateral { try handed.add(Self.read(path)) }
    return Appraiser(policy: policy, collateral: handed)
  }

  func appraise() throws -> Appraisal { try appraiser().appraise(bytes, kind: kind, at: time) }
}

extension EvidenceVector {
  /// All bytes in a long run, else a sample that always has the first and the last.
  static func positions(_ range: Range<Int>, sample: Int = 24) -> [Int] {
    if TestSize.isLong || range.count <= sample { return Array(range) }
    let step = range.count / sample
    return Array(stride(from: range.lowerBound, to: range.upperBound, by: max(1, step))) + [range.upperBound - 1]
  }

  /// Those of ``positions(_:sample:)`` at which `isAccepted`, in order. All cores share them: one appraisal takes
  /// milliseconds, and a piece of evidence has thousands of bytes.
  static func accepted(
    _ range: Range<Int>, sample: Int = 24, _ isAccepted: @escaping @Sendable (Int) -> Bool
  ) -> [Int] {
    let positions = positions(range, sample: sample)
    let accepted = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: positions.count) { number in
      let at = positions[number]
      if isAccepted(at) { accepted.withLock { $0.append(at) } }
    }
    return accepted.withLock { $0.sorted() }
  }
}

extension [UInt8] {
  /// The bytes with one of them changed in one bit, another bit for each place.
  func flipped(_ at: Int) -> [UInt8] {
    var copy = self
    copy[at] ^= 1 << UInt8(at % 8)
    return copy
  }

  /// Where `part` stands, once.
  func range(of part: [UInt8]) -> Range<Int>? {
    guard !part.isEmpty, count >= part.count else { return nil }
    for start in 0...(count - part.count)
    where self[start] == part[0] && Array(self[start..<start + part.count]) == part {
      return start..<start + part.count
    }
    return nil
  }
}
