import ArgumentParser
import Codec
import Evidence
import Foundation
import Receipts

struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a bundle offline and print every check.",
    discussion: """
      Each line is pass, fail, not_checked (it could be checked, and something is missing here) or not_offered (the suite
      that made the bundle does not do it). The bundle is believed in nothing: keys come from the trust policy alone.

      Exit status:
        0    nothing failed, and every required check passed
        1    a check failed, or one that is required did not pass
        64   an option is wrong: one that there is not, a check that is none
        65   the trust policy, or a piece of --collateral, is none
        66   a file or folder cannot be read
        141  whoever reads the output has gone

      Whole check of an answer that you hold, and of the question that you asked:
        colophon verify answer.bundle.json --trust trust.json --request question.json --response answer.json \\
          --require reexecution,witnesses=2

      With --model nobody's verdict is needed: the answer is executed again here, and that check must pass.
        colophon verify answer.bundle.json --trust trust.json --model model.gguf
      """)

  @Argument(help: "The bundle, as colophon ask --bundle or /v1/receipts/{id}/bundle gave it.")
  var bundle: String

  @Option(help: "The trust policy: the keys that you believe, and for what.")
  var trust: String

  @Option(help: "Your own copy of what you asked: the request's body, or the same JSON.")
  var request: String?

  @Option(help: "Your own copy of the answer: the response body, or its text.")
  var response: String?

  @Option(help: "Execute the answer again with this GGUF file instead of believing a verdict.")
  var model: String?

  @Option(help: "Folder of what appraising evidence of trusted hardware needs, besides what the bundle brings.")
  var collateral: String?

  @Option(
    parsing: .singleValue,
    help: """
      Checks that must pass, with commas between, besides those that the trust policy requires; witnesses=N: so many \
      of its witnesses. reexecution may be spelt re-execution.
      """)
  var require: [String] = []

  @Flag(help: "Print one JSON object instead of the table.")
  var json = false

  func run() async throws {
    let report = try await Failure.report { try check() }
    Console.out(json ? report.json.text : ReportTable(report).text)
    guard report.isAccepted else { throw ExitCode(1) }
  }

  private func check() throws -> VerificationReport {
    var policy: TrustPolicy
    do { policy = try TrustPolicy(try Files.bytes(trust)) } catch let error as ReceiptError {
      throw Failure("\(trust): \(error)", status: 65)
    }
    do throws(ReceiptError) { for list in require { try policy.require(list) } } catch {
      throw Failure("--\(error)", status: 64)
    }
    let again = try model.map { try LocalReexecution(model: $0) }
    let verifier = BundleVerifier(
      policy: policy, ownRequest: try request.map(Files.bytes), ownResponse: try response.map(Files.bytes),
      reexecute: again.map { $0.check },
      appraise: BoundAppraisal.verifying(try collateral.map(CollateralFolder.read) ?? Collateral()))
    return verifier.verify(try Files.bytes(bundle))
  }
}
