internal import Codec
public import Cryptography

extension Feedback {
  /// What a rater says of what a contributor did for an answer, or a judge of how that turned out. Registered as a record of
  /// an asset of the kind `feedback`: the commitment seals it, the reveal opens it.
  public struct Record: Hashable, Sendable {
    public var rater: String
    /// Of the receipt.
    public var receipt: String
    /// The contributor that is rated.
    public var subject: String
    public var verdict: Verdict

    public init(rater: String, receipt: String, subject: String, verdict: Verdict) throws(CreditError) {
      try CreditID.check(rater, "rater")
      try CreditID.check(receipt, "receipt")
      try CreditID.check(subject, "subject")
      self.rater = rater
      self.receipt = receipt
      self.subject = subject
      self.verdict = verdict
    }

    /// `{"rater", "receipt", "subject", "verdict"}`, as JCS: whose SHA-256 is registered. Who rates stands in it, so that two
    /// who say the same have two records.
    public var text: String {
      JSON.object([
        JSONMember("rater", .string(rater)), JSONMember("receipt", .string(receipt)),
        JSONMember("subject", .string(subject)), JSONMember("verdict", .string(verdict.rawValue)),
      ]).text
    }

    /// Errors: another spelling than ``text``, which would have another digest.
    public init(text: String) throws(CreditError) {
      let json: JSON
      do { json = try JSON(parsing: Array(text.utf8)) } catch { throw .json(path: "rating", wanted: "JSON") }
      let fields = try Fields(json, "rating", ["rater", "receipt", "subject", "verdict"])
      try self.init(
        rater: fields.id("rater", "rater"), receipt: fields.id("receipt", "receipt"),
        subject: fields.id("subject", "subject"), verdict: fields.choice("verdict"))
      guard text.utf8.elementsEqual(self.text.utf8) else { throw .json(path: "rating", wanted: "canonical JSON") }
    }

    public var digest: Digest32 { SHA256.hash(Array(text.utf8)) }
  }
}

extension Registry {
  /// What records say of one receipt, as far as the log has them: a rating by the rater's own commitment, an outcome by the
  /// reveal of the judge, who rates nobody. What nobody registered, or somebody else did, says nothing.
  public func feedback(
    _ records: [Feedback.Record], of receipt: String, judge: String
  ) -> (ratings: [Feedback.Rating], outcomes: [Feedback.Outcome]) {
    var (ratings, outcomes): ([Feedback.Rating], [Feedback.Outcome]) = ([], [])
    for record in Set(records) where record.receipt.utf8.elementsEqual(receipt.utf8) {
      guard let holding = sealed(record) else { continue }
      if record.rater == judge {
        outcomes.append(
          Feedback.Outcome(subject: record.subject, verdict: record.verdict, index: holding.revealed))
      } else {
        ratings.append(
          Feedback.Rating(
            rater: record.rater, subject: record.subject, verdict: record.verdict, index: holding.committed))
      }
    }
    return (ratings, outcomes)
  }

  /// The rater's own earliest commitment to it: another's is no reason to doubt, or to pay.
  private func sealed(_ record: Feedback.Record) -> Holding? {
    holdings.values.filter { holding in
      holding.asset.kind == .feedback && holding.contributor == record.rater
        && holding.asset.contents.contains(record.digest)
    }.min { $0.committed < $1.committed }
  }
}
