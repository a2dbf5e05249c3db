import Codec
import Cryptography
import Testing

@testable import Receipts

/// Which members of a receipt go together: every combination.
@Suite struct ReceiptShapeTests {
  @Test func `statements or an error, a delivery where answered, what comes later where none is bound`() {
    let digest = SHA256.hash([])
    var valid = 0
    for outcome in Outcome.allCases {
      for bits in 0..<128 {
        let (executed, judged, delivered) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
        let (failed, later) = (bits & 8 != 0, bits & 16 != 0)
        let (shared, pending) = (bits & 32 != 0, bits & 64 != 0)
        guard executed || (!judged && !shared) else { continue }
        let predicate = ReceiptPredicate(
          receiptID: World.id, outcome: outcome, sequence: 1, request: digest,
          statements: executed
            ? .init(
              execution: digest, custody: nil, attribution: shared ? digest : nil, verdict: judged ? digest : nil)
            : nil,
          delivery: delivered ? .body(digest) : nil, errorCode: failed ? "x" : nil, priceNano: 0, acceptedUnixMs: 0,
          verification: later ? .onDemand : nil, isAttributionPending: pending)
        let expected =
          executed != failed && !(outcome == .refused && executed)
          && !(outcome == .answered && !(executed && delivered))
          && !(later && !(executed && !judged)) && !(pending && !(executed && !shared))
        #expect(((try? ReceiptPredicate(predicate.json)) != nil) == expected, "\(outcome) \(bits)")
        valid += expected ? 1 : 0
      }
    }
    #expect(valid == 51)
  }

  @Test func `an error's code has small letters, digits and three signs`() {
    func isRead(_ code: String) -> Bool {
      let predicate = ReceiptPredicate(
        receiptID: World.id, outcome: .failed, sequence: 1, request: SHA256.hash([]), statements: nil, delivery: nil,
        errorCode: code, priceNano: 0, acceptedUnixMs: 0)
      return (try? ReceiptPredicate(predicate.json)) != nil
    }
    for good in ["a", "z", "0", "9", "_", ".", "-", "context_length-2.0"] { #expect(isRead(good), "\(good)") }
    for bad in ["`", "{", "/", ":", "A", "^", "@", ",", " ", "é", "a b", "aB", ""] { #expect(!isRead(bad), "\(bad)") }
  }
}
