import ArgumentParser
import Codec
import Cryptography
import Foundation
import MerkleLog
import Receipts

struct Keys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the public keys of a trust policy: who signs what.",
    discussion: """
      The policy under the data folder is written by the suite about itself. Compare the key ids with what the operator
      publishes elsewhere before you believe them.
      """)

  @Option(help: "The trust policy; by default that of the data folder.") var trust: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let policy = try TrustPolicy(try Files.bytes(trust ?? data.trust.path))
      Console.out("log origin    \(policy.log.origin)")
      Console.out("checkpoint    \(policy.log.logKey)")
      Console.out("COSE Receipt  \(COSEKey(policy.receiptLogKey).thumbprint.named)")
      for witness in policy.log.witnesses { Console.out("witness       \(witness)") }
      if !policy.log.witnesses.isEmpty { Console.out("quorum        \(policy.log.quorum)") }
      for issuer in policy.issuers {
        let kinds = issuer.kinds.map(\.rawValue).sorted().joined(separator: ", ")
        Console.out("\(kinds.padded(to: 22)) sha256:\(Hex.encode(issuer.keyID))  \(issuer.issuer)")
      }
    }
  }
}
