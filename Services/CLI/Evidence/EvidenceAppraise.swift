import ArgumentParser
import Codec
import Evidence

struct EvidenceAppraise: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "appraise",
    abstract: "Appraise one piece of hardware evidence, or what a gateway signed, offline and print every check.",
    discussion: """
      Nothing is fetched and no clock is asked: the outcome is a function of the evidence, the collateral, the policy and
      the time.

      Exit status:
        0    every required check passed, and none failed
        1    a check failed, or one that is required did not pass
        64   an option is wrong: one that there is not, a kind or time that is none
        65   the policy, or a piece of --collateral, is none
        66   a file or folder cannot be read
        141  whoever reads the output has gone

      The default policy trusts the vendors' own roots and refuses debug environments, zero PCRs and every TCB that is
      not up to date. --policy replaces what it names, for example:
        {"measurements": {"mr_td": ["<96 hex digits>"]}, "report_data": "<hex>", "require": ["revocation"]}
        {"tcb_statuses": ["UpToDate", "SWHardeningNeeded"]} or, of AMD's, {"tcb_minimum": {"snp": 23, "microcode": 72}}

      Collateral is a folder of certificates, revocation lists and keys (PEM; the first two also DER), of the answers of
      Intel's provisioning service (tcbInfo, enclaveIdentity), or of one JSON object with all of a platform's.

      A gateway's signed text (/v1/signature/{id}), an AIR receipt and an ACI receipt (/v1/aci/receipts/{id}) are held against the
      bodies that went over the wire, and against the signers of the policy, which has to list them: {"signers": ["<address or key in hex>"]}

        colophon evidence appraise signature.json --kind signed-text --at 2026-06-01T00:00:00Z --policy policy.json \\
          --request request.json --response response.json
        colophon evidence appraise quote.dat --kind tdx --at 2026-06-01T00:00:00Z --collateral collateral/
      """)

  @Argument(help: "The evidence: binary, hexadecimal, base64, or the JSON of its kind.")
  var file: String

  @Option(help: "\(EvidenceKind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var kind: String

  @Option(help: "The time to appraise at, as RFC 3339 has it: 2026-06-01T00:00:00Z.")
  var at: String

  @Option(help: "Folder of what the appraisal needs besides the evidence.")
  var collateral: String?

  @Option(help: "The body of the request as it was sent.")
  var request: String?

  @Option(help: "The body of the response as it came.")
  var response: String?

  @Option(help: "File with a policy, in JSON, instead of the default one.")
  var policy: String?

  @Flag(help: "Print one JSON object instead of the table.")
  var json = false

  func run() async throws {
    let appraisal = try await Failure.report { try appraise() }
    Console.out(json ? appraisal.json.text : AppraisalTable(appraisal).text)
    guard appraisal.isAccepted else { throw ExitCode(1) }
  }

  private func appraise() throws -> Appraisal {
    guard let kind = EvidenceKind(rawValue: kind) else {
      let kinds = EvidenceKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure("--kind \(kind): the kinds are \(kinds)", status: 64)
    }
    guard let time = Timestamp.seconds(at) else {
      throw Failure("--at \(at): give a time of RFC 3339, such as 2026-06-01T00:00:00Z", status: 64)
    }
    var chosen = AppraisalPolicy()
    if let policy {
      do { chosen = try AppraisalPolicy(try Files.bytes(policy)) } catch let error as AppraisalError {
        throw Failure("\(policy): \(error)", status: 65)
      }
    }
    var handed = try collateral.map(CollateralFolder.read) ?? Collateral()
    handed.request = try request.map(Files.bytes)
    handed.response = try response.map(Files.bytes)
    return Appraiser(policy: chosen, collateral: handed).appraise(try Files.bytes(file), kind: kind, at: time)
  }
}
