import ArgumentParser
import Codec
import Cryptography
import Evidence
import Foundation
import Receipts

struct EvidenceReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Ask for fresh evidence of the execution key, appraise it and print every check.",
    discussion: """
      The executor's hardware makes evidence for a nonce that nobody knew before, so it is of now. Whom to believe stands in the
      trust policy alone: the kinds, roots, measurements and firmware (tcb_statuses of Intel's, tcb_minimum of AMD's) of its member
      'tee', and the key, which must be listed for executions.
      The exit status is 0 when the evidence is accepted and the key is listed, 1 otherwise. Simulated evidence shows no hardware,
      and counts only where the policy names its root.
        colophon evidence report --trust trust.json
        colophon evidence report --trust trust.json --nonce $(openssl rand -hex 32) --output report.json
      """)

  @Option(help: "The trust policy: the keys that you believe, and what evidence.") var trust: String
  @Option(help: "32 random bytes in hexadecimal; drawn unless given.") var nonce: String?
  @Option(help: "Folder of what the appraisal needs, besides what the executor sends along.") var collateral: String?
  @Option(help: "The time to appraise at, as RFC 3339 has it; now unless given.") var at: String?
  @Option(help: "File for the evidence document; it must not exist.") var output: String?
  @Flag(help: "Print one JSON object instead of the table.") var json = false
  @OptionGroup var server: ServerOption

  func run() async throws {
    let (appraisal, listing) = try await Failure.report { try await ask() }
    if json {
      let object: JSON = [
        "accepted": .bool(appraisal.isAccepted && listing.isListed), "simulated": .bool(appraisal.kind == .simulated),
        "key": listing.json, "appraisal": appraisal.json,
      ]
      Console.out(object.text)
    } else {
      Console.out("  \(listing.text)")
      if appraisal.kind == .simulated { Console.out("  SIMULATED: this is no evidence of hardware") }
      Console.out(AppraisalTable(appraisal).text)
    }
    guard appraisal.isAccepted, listing.isListed else { throw ExitCode(1) }
  }

  private func ask() async throws -> (Appraisal, KeyListing) {
    let policy: TrustPolicy
    do { policy = try TrustPolicy(try Files.bytes(trust)) } catch let error as ReceiptError {
      throw Failure("\(trust): \(error)", status: 65)
    }
    guard let tee = policy.tee else {
      throw Failure("\(trust) has no member 'tee': it says of no evidence that it counts", status: 65)
    }
    if let output, FileManager.default.fileExists(atPath: output) {
      throw Failure("\(output) is there already", status: 73)
    }
    let asked = try asked()
    let stated = try statedTime()
    let answer = try JSON(
      parsing: try await OrchestratorClient(server).get("/v1/attestation/report?nonce=\(Hex.encode(asked.bytes))"))
    let (document, bytes): (EvidenceDocument, [UInt8])
    do {
      bytes = try Base64.decode(answer["document"]?.stringValue ?? "")
      document = try EvidenceDocument(bytes)
    } catch { throw Failure("the answer holds no evidence document: \(error)", status: 76) }
    if let output { try Files.write(bytes, to: URL(filePath: output)) }
    guard document.nonce == asked else {
      throw Failure("the evidence is for the nonce \(Hex.encode(document.nonce.bytes)), not for ours", status: 76)
    }
    guard tee.kinds.contains(document.kind) else {
      throw Failure("\(trust) does not accept evidence of kind \(document.kind.rawValue)", status: 1)
    }
    // Now is when it is here: what was made for us was not valid before we asked.
    let time = stated ?? Int64(Date().timeIntervalSince1970)
    let handed = try collateral.map(CollateralFolder.read) ?? Collateral()
    do {
      return (
        try BoundAppraisal(tee, collateral: handed).appraise(document, at: time), KeyListing(document.keyID, policy)
      )
    } catch { throw Failure("\(error)", status: 65) }
  }

  private func asked() throws -> EvidenceNonce {
    guard let nonce else { return try EvidenceNonce(asked: try SecureRandom.bytes(EvidenceNonce.byteCount)) }
    do { return try EvidenceNonce(asked: Hex.decode(nonce) ?? []) } catch {
      throw Failure("--nonce: give 64 hexadecimal digits drawn at random (\(error))", status: 64)
    }
  }

  private func statedTime() throws -> Int64? {
    guard let at else { return nil }
    guard let time = Timestamp.seconds(at) else {
      throw Failure("--at \(at): give a time of RFC 3339, such as 2026-06-01T00:00:00Z", status: 64)
    }
    return time
  }
}

/// Whether a policy lists a key for executions.
struct KeyListing {
  let keyID: Digest32
  private let issuer: TrustPolicy.Issuer?

  init(_ keyID: Digest32, _ policy: TrustPolicy) {
    self.keyID = keyID
    issuer = policy.issuers.first { $0.keyID == keyID.bytes && $0.kinds.contains(.execution) }
  }

  var isListed: Bool { issuer != nil }

  var text: String {
    issuer.map { "the key \(keyID.named) signs executions of \($0.issuer)" }
      ?? "the key \(keyID.named) is none that the policy lists for executions"
  }

  var json: JSON {
    ["kid": .string(keyID.named), "listed": .bool(isListed), "iss": issuer.map { .string($0.issuer) } ?? .null]
  }
}
