internal import Codec
internal import Cryptography
internal import Receipts

/// Intel's description of its quoting enclave (Intel PCS API version 4, "Get Enclave Identity").
struct EnclaveIdentity: IntelAnswer {
  let id: String
  let issueDate, nextUpdate: Int64
  private let fields: CollateralFields

  init(_ json: JSON) throws(AppraisalError) {
    fields = try CollateralFields(json, "enclaveIdentity")
    let version = try fields.number("version")
    guard version == 2 else { throw .format("enclaveIdentity.version", why: "\(version) is not 2") }
    id = try fields.text("id")
    issueDate = try fields.time("issueDate")
    nextUpdate = try fields.time("nextUpdate")
  }

  /// Requires that the report is of this enclave; gives the status of its version.
  func status(of report: EnclaveReport) throws(AppraisalError) -> TCBStatus {
    guard try fields.hex("mrsigner", count: 32) == report.mrSigner else {
      throw .refused("the quoting enclave is signed by \(Hex.encode(report.mrSigner)), not as Intel's identity says")
    }
    guard try fields.number("isvprodid") == report.isvProductID else {
      throw .refused("the quoting enclave is product \(report.isvProductID), not as Intel's identity says")
    }
    let miscSelect = try fields.hex("miscselect", count: 4)
    guard
      Masked.equal(report.miscSelect, miscSelect, mask: try fields.hex("miscselectMask", count: 4)),
      Masked.equal(
        report.attributes, try fields.hex("attributes", count: 16), mask: try fields.hex("attributesMask", count: 16))
    else { throw .refused("the quoting enclave has other attributes than Intel's identity says") }
    for level in try fields.objects("tcbLevels") {
      if report.isvSVN >= (try level.object("tcb").number("isvsvn")) { return try level.status() }
    }
    throw .refused("no TCB level of the quoting enclave is reached by its version \(report.isvSVN)")
  }
}
