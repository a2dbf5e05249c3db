import ArgumentParser
import Codec
import Credit
import Cryptography
import Foundation
import Receipts

struct CreditRate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rate",
    abstract: "Write a rating of what a contributor did for an answer, to be sealed in the log.",
    discussion: """
      Under a policy with feedback/1 and a judge, raters earn where what they sealed before an outcome agrees with it. Write
      the rating, seal it with colophon asset commit ID --kind feedback --records FILE --contributor RATER, and open it with
      colophon asset reveal once the outcome is there. The judge writes outcomes in the same way, as its own ratings: its
      reveal is the outcome. Nobody earns by rating itself, or twice.
      """)

  @Argument(help: "The receipt's id.") var receipt: String
  @Option(help: "Who rates.") var contributor: String
  @Option(help: "The contributor that is rated.") var subject: String
  @Option(help: "\(Feedback.Verdict.allCases.map(\.rawValue).joined(separator: " or ")).") var verdict: String
  @Option(help: "The file to write.") var out: String

  func run() async throws {
    try await Failure.report {
      guard let verdict = Feedback.Verdict(rawValue: verdict) else {
        throw Failure("--verdict must be good or bad, not \"\(verdict)\"", status: 64)
      }
      guard let id = ReceiptID(receipt) else { throw Failure("\"\(receipt)\" is no receipt id", status: 64) }
      let record: Feedback.Record
      do {
        record = try Feedback.Record(rater: contributor, receipt: "\(id)", subject: subject, verdict: verdict)
      } catch { throw Failure("\(error)", status: 64) }
      try Files.write(RecordFile.encoded([record.text]), to: URL(fileURLWithPath: out))
      Console.out("sha256:\(record.digest.hex)")
    }
  }
}

struct CreditFeedback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feedback",
    abstract: "The shares of an answer once an outcome says which of its raters were right.",
    discussion: """
      When an answer is attributed, nobody can know how it turns out: what its policy gives feedback/1 is unattributed. This
      reads ratings and outcomes (colophon credit rate wrote them), takes those that the log has, each by the commitment of its
      rater and the reveal of the policy's judge, and computes the shares anew. It prints a JSON list that colophon credit
      adjust --reason feedback --shares takes, and to standard error who earned how often. It posts nothing.
      """)

  @Argument(help: "The bundle of the answer, as its owner gets it.") var bundle: String
  @Option(parsing: .singleValue, help: "A file of ratings or outcomes; may be given again.") var ratings: [String]
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let audit = try CreditAudit(Receipts.Bundle(try Files.bytes(bundle)))
      var records: [Feedback.Record] = []
      for path in ratings {
        do {
          records += try CollectionTexts.records(try Files.bytes(path), path).map { try Feedback.Record(text: $0) }
        } catch let failure as Failure { throw failure } catch { throw Failure("\(path): \(error)", status: 65) }
      }
      let registry = try await RegistryClient.with(data) { try await $0.read() }.registry
      let (shares, weights) = try audit.judged(records, registry)
      for weight in weights { Console.error("\(weight.contributor) \(weight.weight)") }
      if weights.isEmpty { Console.error("nobody earns: no rating was sealed before an outcome that agrees with it") }
      Console.out(JSON.array(shares.map(\.json)).text)
    }
  }
}

extension CreditAudit {
  /// The shares with the raters who were right, and how often each was.
  fileprivate func judged(
    _ records: [Feedback.Record], _ registry: Registry
  ) throws -> ([Share], [(contributor: String, weight: Int)]) {
    guard let judge = policy.judge else {
      throw Failure(
        "policy \(policy.id) has no feedback/1 with a judge: nobody says how an answer turned out", status: 65)
    }
    let found = registry.feedback(records, of: receiptID, judge: judge)
    do {
      let weights = try Feedback.weights(found.ratings, found.outcomes)
      let counts = Dictionary(grouping: weights, by: \.contributor).mapValues(\.count)
      return (
        try shares(documents: scores?.weights ?? [], feedback: weights),
        counts.sorted { $0.key < $1.key }.map { (contributor: $0.key, weight: $0.value) }
      )
    } catch { throw Failure("\(error)", status: 65) }
  }
}
