import Testing
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Holds Shared/Wire against the text of Proto/.
@Suite struct ContractTests {
  private static let unary: [(path: String, isIdempotent: Bool)] = [
    row(InferenceProcedures.getIdentity), row(InferenceProcedures.listModels), row(InferenceProcedures.cancel),
    row(InferenceProcedures.getReport), row(InferenceProcedures.embed),
    row(VerificationProcedures.getIdentity), row(VerificationProcedures.reexecute),
    row(VerificationProcedures.scoreDocuments),
    row(VerificationProcedures.requestVerdict), row(VerificationProcedures.enlist),
    row(VerificationProcedures.getVerdict),
    row(StorageProcedures.getIdentity), row(StorageProcedures.keep), row(StorageProcedures.getBlob),
    row(StorageProcedures.beginUpload), row(StorageProcedures.putPart), row(StorageProcedures.commitUpload),
    row(StorageProcedures.abortUpload), row(StorageProcedures.getBlobInfo), row(StorageProcedures.readBlob),
    row(StorageProcedures.releaseBlob), row(StorageProcedures.eraseBlob),
    row(StorageProcedures.append), row(StorageProcedures.getInclusion), row(StorageProcedures.getConsistency),
    row(StorageProcedures.getCheckpoint), row(StorageProcedures.getTile), row(StorageProcedures.getLogKeys),
    row(AttributionProcedures.getIdentity), row(AttributionProcedures.attribute), row(AttributionProcedures.settle),
    row(AttributionProcedures.getPolicy), row(AttributionProcedures.listCredits),
    row(AttributionProcedures.getBalance), row(AttributionProcedures.listEntries),
    row(AttributionProcedures.followLog), row(AttributionProcedures.listContributions),
    row(AttributionProcedures.payOut), row(AttributionProcedures.getPayout), row(AttributionProcedures.openDispute),
    row(AttributionProcedures.closeDispute), row(AttributionProcedures.listDisputes), row(AttributionProcedures.adjust),
    row(AttributionProcedures.getLedgerState),
    row(AttributionProcedures.findOwners), row(AttributionProcedures.findSpans),
    row(AttributionProcedures.findNearest), row(AttributionProcedures.retrieve),
    row(OrchestratorProcedures.getIdentity), row(OrchestratorProcedures.getReceipt),
  ]

  private static func row<A, B>(_ procedure: Procedure<A, B>) -> (path: String, isIdempotent: Bool) {
    (procedure.path, procedure.isIdempotent)
  }

  private static func row<A, B>(_ procedure: StreamingProcedure<A, B>) -> (path: String, isIdempotent: Bool) {
    (procedure.path, procedure.isIdempotent)
  }

  @Test func generateIsTheOneThatStreamsAndTheOneThatIsNotSentAgain() {
    #expect(InferenceProcedures.generate.path == "/colophon.inference.v1.InferenceService/Generate")
    #expect(!InferenceProcedures.generate.isIdempotent)
    #expect(Self.unary.allSatisfy { $0.isIdempotent })
  }

  @Test func theTableIsThatOfTheProtos() throws {
    var expected: Set<String> = []
    for name in ["inference", "verification", "storage", "attribution", "orchestrator"] {
      var service = ""
      for words in try lines(of: "\(name)/v1/\(name).proto") {
        if words.first == "service" { service = "colophon.\(name).v1.\(words[1])" }
        if words.first == "rpc" { expected.insert("/\(service)/\(words[1])") }
      }
    }
    let paths = Self.unary.map(\.path) + [InferenceProcedures.generate.path]
    #expect(Set(paths) == expected)
    #expect(paths.count == expected.count)
  }

  @Test func everyMessageOfTheProtosHasASample() throws {
    let renamed = [
      "Model": "ServedModel", "Blob": "WireBlob", "Checkpoint": "CheckpointNote", "Opening": "WireOpening",
      "Balance": "LedgerBalance", "Receipt": "ReceiptRecord", "TokenLogprobs": "WireLogprobs",
      "TokenLogprob": "WireLogprob", "ToolCall": "WireToolCall", "DocumentSource": "WireDocumentSource",
    ]
    var expected: Set<String> = []
    let files =
      ["common/v1/identity.proto", "attribution/v1/ledger.proto"]
      + ["inference", "verification", "storage", "attribution", "orchestrator"].map { "\($0)/v1/\($0).proto" }
    for file in files {
      for words in try lines(of: file) where words.first == "message" {
        expected.insert(renamed[words[1]] ?? words[1])
      }
    }
    #expect(Set(samples.map(\.testDescription)) == expected)
  }

  private func lines(of proto: String) throws -> [[String]] {
    let root = URL(filePath: #filePath).appending(path: "../../../Proto/colophon").standardized
    let text = try String(contentsOf: root.appending(path: proto), encoding: .utf8)
    return text.split(separator: "\n").map { line in line.split { " (".contains($0) }.map(String.init) }
  }
}
