import Codec
import Cryptography
import Testing

@testable import Evidence

/// vTPM evidence taken apart, to be put together again with a change.
struct VTPMParts {
  var message, signature, report: [UInt8]
  var pcrs: [[UInt8]]
  var vcek: [UInt8]

  init(message: [UInt8], signature: [UInt8], pcrs: [[UInt8]], report: [UInt8], vcek: [UInt8]) {
    self.message = message
    self.signature = signature
    self.pcrs = pcrs
    self.report = report
    self.vcek = vcek
  }

  init(_ vector: EvidenceVector) throws {
    let json = try JSON(parsing: vector.bytes)
    let evidence = try VTPMEvidence(vector.bytes)
    let quote = try #require(evidence.quote)
    self.init(
      message: quote.message, signature: quote.signature, pcrs: quote.pcrs,
      report: try VTPMEvidence.bytes(json["hcl_report"] ?? json["report"], "the report"),
      vcek: try #require(evidence.vcek).der)
  }

  var json: [UInt8] {
    let value: JSON = [
      "version": 1,
      "tpm_quote": [
        "message": .string(Hex.encode(message)), "signature": .string(Hex.encode(signature)),
        "pcrs": .array(pcrs.map { .string(Hex.encode($0)) }),
      ],
      "hcl_report": .string(Base64URL.encode(report)), "vcek": .string(Base64URL.encode(vcek)),
    ]
    return value.serialized()
  }
}
