import Codec
import Cryptography
import Evidence
import Receipts
import Synchronization
import TestKit
import Testing

@testable import InferenceService

/// What the Nitro provider asks of the module and makes of its responses.
@Suite struct NitroProviderTests {
  /// Stands for the driver: keeps the requests, and answers all alike.
  private final class Module: Sendable {
    let asked = Mutex<[[UInt8]]>([])
    let response: [UInt8]
    /// How many bytes it says that the response has.
    let says: Int

    init(_ response: [UInt8], says: Int? = nil) {
      self.response = response
      self.says = says ?? response.count
    }

    convenience init(_ response: CBOR) throws { self.init(try response.encoded()) }

    convenience init(document: [UInt8]) throws {
      try self.init(.map([CBORPair("Attestation", .map([CBORPair("document", .bytes(document))]))]))
    }

    var provider: NitroProvider {
      NitroProvider(device: "/dev/nsm") { request, buffer in
        self.asked.withLock { $0.append(request) }
        buffer.copyBytes(from: self.response)
        return self.says
      }
    }

    func document(_ nonce: EvidenceNonce? = nil) throws -> EvidenceDocument {
      try EvidenceParts.source(provider).document(nonce ?? EvidenceParts.nonce.get(), untilUnixS: 2_000_000_000)
    }

    func evidence() throws -> Attested { try provider.evidence(reportData: [1], untilUnixS: 2_000_000_000) }
  }

  @Test("the module is asked for the report data of FORMAT section 8 alone, and its document is accepted")
  func exchange() throws {
    let recorded = try RecordedNitro.document()
    let module = try Module(document: recorded)
    let document = try module.document()
    let (keyID, nonce) = (try EvidenceParts.keyID(), try EvidenceParts.nonce.get())
    #expect(document.kind == .nitro && document.keyID == keyID && document.nonce == nonce)
    #expect(document.evidence == recorded && document.collateral.isEmpty)

    let asked = module.asked.withLock { $0 }
    #expect(asked.count == 1 && asked.allSatisfy { $0.count <= NSMMessage.requestBytesMax })
    let request = try CBOR(decoding: try #require(asked.first))
    let members = try #require(request["Attestation"])
    #expect(request.mapValue?.count == 1 && members.mapValue?.count == 3)
    #expect(members["user_data"] == .bytes(EvidenceDocument.reportData(nonce: nonce, keyID: keyID)))
    #expect(members["nonce"] == .null && members["public_key"] == .null)

    // As a verifier has it: read again, under the root of its maker, which is not AWS's.
    let read = try EvidenceDocument(document.encoded())
    let trusted = BoundAppraisal(TrustPolicy.TEE(kinds: [.nitro], roots: [.nitro: [try RecordedNitro.root()]]))
    let appraisal = try trusted.appraise(read, at: RecordedNitro.time)
    #expect(appraisal.isAccepted && appraisal[.reportData] == .pass && appraisal[.signature] == .pass)
    let vendor = try BoundAppraisal(TrustPolicy.TEE(kinds: [.nitro])).appraise(read, at: RecordedNitro.time)
    #expect(vendor[.chain] == .fail && vendor[.signature] == .pass)
  }

  @Test("a document about another nonce, and one about nothing, are not what was asked for")
  func otherReportData() throws {
    let module = try Module(document: RecordedNitro.document())
    let (keyID, nonce) = (try EvidenceParts.keyID(), try EvidenceParts.nonce.get())
    let found = Hex.encode(EvidenceDocument.reportData(nonce: nonce, keyID: keyID))
    #expect(throws: EvidenceFailure.otherReportData(kind: .nitro, found: found)) {
      try module.document(EvidenceNonce(asked: Array(2...33)))
    }
    // A real one of somebody who gave no user data.
    #expect(throws: EvidenceFailure.otherReportData(kind: .nitro, found: "of nobody")) {
      try Module(document: EvidenceParts.vector("nitro/evervault_beta_valid.bin")).document()
    }
  }

  @Test("an error of the module is named, and a response of another kind refused")
  func errors() throws {
    for name in ["InvalidOperation", "InputTooLarge", "BufferTooSmall", "InternalError"] {
      #expect(throws: AppraisalError.refused("the NSM says \(name)")) {
        try Module(.map([CBORPair("Error", .text(name))])).document()
      }
    }
    let others: [CBOR] = [
      .map([CBORPair("DescribePCR", .map([]))]), .map([CBORPair("Attestation", .null)]), .text("LockPCR"), .null,
    ]
    for other in others { #expect(throws: AppraisalError.self) { try Module(other).document() } }
  }

  @Test("a response that is cut off is refused wherever it ends, and so is a document")
  func truncated() throws {
    let recorded = try RecordedNitro.document()
    let whole = try Module(document: recorded).response
    for count in TestSize.places(0..<whole.count) {
      #expect(throws: AppraisalError.self, "\(count)") { try Module(whole, says: count).evidence() }
    }
    // What the driver wrote and does not count is not read.
    #expect(try Module(whole + [0xFF], says: whole.count).evidence().evidence == recorded)
    #expect(throws: AppraisalError.self) { try Module(whole, says: whole.count + 1).evidence() }
    for count in TestSize.places(1..<recorded.count) {
      #expect(throws: (any Error).self, "\(count)") { try Module(document: Array(recorded[..<count])).document() }
    }
  }

  @Test("a response as large as the buffer is read; a driver that says more than it could write is refused")
  func oversized() throws {
    let most = NSMMessage.responseBytesMax
    let head = try Module(document: [UInt8](repeating: 1, count: 0x1000)).response.count - 0x1000
    let largest = try Module(document: [UInt8](repeating: 1, count: most - head))
    #expect(try largest.response.count == most && largest.evidence().evidence.count == most - head)
    for says in [most + 1, .max, -1, .min] {
      let why = "/dev/nsm says that its response has \(says) bytes, of \(most)"
      #expect(throws: EvidenceFailure.refused(why)) { try Module(largest.response, says: says).evidence() }
    }
  }

  @Test("what fails at the device is handed on, and nothing is made of the buffer")
  func device() {
    let failure = EvidenceFailure.failed(operation: "ioctl", path: "/dev/nsm", why: "it is gone")
    let provider = NitroProvider(device: "/dev/nsm") { _, _ in throw failure }
    #expect(throws: failure) { try provider.evidence(reportData: [1], untilUnixS: 0) }
  }
}
