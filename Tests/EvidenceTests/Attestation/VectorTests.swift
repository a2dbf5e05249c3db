import Codec
import TestKit
import Testing

@testable import Evidence

@Suite struct VectorTests {
  static let all = [
    EvidenceVector.nitro, EvidenceVector.snp, EvidenceVector.tdx, EvidenceVector.sgx, EvidenceVector.nvidia,
    EvidenceVector.vTPM, EvidenceVector.vTPMQuotes,
  ].flatMap { $0 }

  /// Checks that only a policy asks for.
  private static let onRequest: Set<SubCheck.Name> = [.measurements, .nonce, .reportData]

  @Test("Real evidence gives its documented outcome, check by check", arguments: all)
  func outcome(_ vector: EvidenceVector) throws {
    let appraisal = try vector.appraise()
    let text = appraisal.checks.map { "\($0.label) \($0.state.rawValue): \($0.detail)" }.joined(separator: "\n")
    for check in appraisal.checks {
      let failing = check.ofHardware ? vector.failingHardware : vector.failing
      let unchecked = check.ofHardware ? vector.uncheckedHardware : vector.unchecked
      let expected: SubCheck.State =
        failing.contains(check.name)
        ? .fail
        : unchecked.contains(check.name) || Self.onRequest.contains(check.name)
          || !appraisal.required.contains(check.label) ? .notChecked : .pass
      #expect(check.state == expected, "\(check.label)\n\(text)")
    }
    let open = [vector.failing, vector.unchecked, vector.failingHardware, vector.uncheckedHardware]
    #expect(appraisal.isAccepted == open.allSatisfy(\.isEmpty), "\(text)")
    #expect(appraisal.json["accepted"]?.boolValue == appraisal.isAccepted)
  }

  @Test("One second outside the certificates' validity fails", arguments: all.filter { $0.window != nil })
  func clock(_ vector: EvidenceVector) throws {
    let window = try #require(vector.window)
    let (from, to) = (EvidenceVector.time(window.from), EvidenceVector.time(window.to))
    let appraiser = try vector.appraiser()
    let bytes = try vector.bytes
    // A TPM's own key has no certificate: those of the hardware's report do.
    let ofHardware = vector.kind == .vTPM
    #expect(appraiser.appraise(bytes, kind: vector.kind, at: from)[.validity, ofHardware] == .pass)
    #expect(appraiser.appraise(bytes, kind: vector.kind, at: to)[.validity, ofHardware] == .pass)
    for time in [from - 1, to + 1, 0, .min, .max] {
      let appraisal = appraiser.appraise(bytes, kind: vector.kind, at: time)
      #expect(appraisal[.validity, ofHardware] == .fail, "at \(time)")
      #expect(!appraisal.isAccepted)
    }
  }

  @Test("Evidence cut short, lengthened or of another kind is refused and never traps", arguments: all)
  func hostile(_ vector: EvidenceVector) throws {
    let appraiser = try vector.appraiser()
    let bytes = try vector.bytes
    let end = bytes.count - ((try? Quote(bytes))?.trailingCount ?? 0)
    let accepted = EvidenceVector.accepted(0..<bytes.count, sample: 10) { count in
      appraiser.appraise(Array(bytes[..<count]), kind: vector.kind, at: vector.time).isAccepted
    }
    for count in accepted {
      let whole = end <= count || bytes[count...].allSatisfy { [0, 10].contains($0) }
      #expect(whole, "cut to \(count)")
    }
    // What follows a quote in its buffer is counted and ignored; everywhere else it is refused.
    let longer = appraiser.appraise(bytes + [1], kind: vector.kind, at: vector.time)
    let follows = vector.kind == .tdx || vector.kind == .sgx
    #expect((longer[.format] == .fail) == (!follows || vector.failing.contains(.format)))
    for kind in EvidenceKind.allCases where kind != vector.kind {
      #expect(!appraiser.appraise(bytes, kind: kind, at: vector.time).isAccepted, "\(kind)")
    }
    var generator = SplitMix64(state: 7)
    for _ in 0..<12 {
      _ = appraiser.appraise(generator.mutate(bytes), kind: vector.kind, at: vector.time)
    }
  }
}
