internal import Codec
public import Cryptography

extension VerdictPredicate {
  /// What verification makes, by a policy of its own, of the evidence of trusted hardware that the execution names. It says
  /// nothing of the verdict's result, and binds nobody: the verifier's `tee` is an appraisal of the reader's own.
  public struct Appraisal: Sendable, Equatable {
    /// Of the evidence document.
    public var evidence: Digest32
    public var result: AttestationResult

    public init(evidence: Digest32, result: AttestationResult) {
      self.evidence = evidence
      self.result = result
    }

    var json: JSON { ["evidence": .digest(evidence), "ear": result.json] }

    init(_ json: JSON) throws(ReceiptError) {
      var fields = try Fields(json, "verdict.appraisal")
      evidence = try fields.digest("evidence")
      result = try AttestationResult(try fields.json("ear"), "verdict.appraisal.ear")
      try fields.end()
    }
  }
}
