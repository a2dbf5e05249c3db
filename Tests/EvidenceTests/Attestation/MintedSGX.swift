import Codec

@testable import Evidence

/// The report of an SGX enclave (Intel SDM volume 3D, "REPORT"): of one that is quoted, or of the one that quotes.
struct MintedEnclave {
  var cpuSVN = [UInt8](repeating: 0, count: 16)
  var miscSelect: [UInt8] = [0, 0, 0, 0]
  /// Initialised, and of 64 bits.
  var attributes: [UInt8] = [5] + [UInt8](repeating: 0, count: 15)
  var mrEnclave = [UInt8](repeating: 0xe1, count: 32)
  var mrSigner = [UInt8](repeating: 0x51, count: 32)
  var isvProductID: UInt16 = 0x0102
  var isvSVN: UInt16 = 0x0304
  var reportData = [UInt8](repeating: 9, count: 64)

  private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  var report: [UInt8] {
    let measured = attributes + mrEnclave + zeros(32) + mrSigner + zeros(96)
    let named = Little.bytes(isvProductID) + Little.bytes(isvSVN) + zeros(60) + reportData
    return cpuSVN + miscSelect + zeros(28) + measured + named
  }
}

extension MintedDCAP {
  /// An SGX quote, and what Intel says of a platform for SGX.
  static func sgx() throws -> MintedDCAP {
    var minted = try MintedDCAP()
    minted.kind = .sgx
    minted.version = 3
    minted.quoted = MintedEnclave()
    minted.teeType = 0
    minted.enclaveProduct = 1
    minted.tcbInfo = enclaveInfo(version: 3)
    minted.identity.replaceFirst("TD_QE", "QE")
    minted.identity.replaceFirst(#""isvprodid":2"#, #""isvprodid":1"#)
    return minted
  }

  /// TCB info of SGX: in version 2 it has neither an id nor lists.
  static func enclaveInfo(version: Int) -> String {
    func level(_ svn: Int, _ status: String) -> String {
      let list = Array(repeating: #"{"svn":\#(svn)}"#, count: 16).joined(separator: ",")
      let named = (1...16).map { #""sgxtcbcomp\#($0 < 10 ? "0" : "")\#($0)svn":\#(svn)"# }.joined(separator: ",")
      let components = version == 2 ? named : #""sgxtcbcomponents":[\#(list)]"#
      return #"{"tcb":{\#(components),"pcesvn":11},"tcbDate":"2026-01-01T00:00:00Z","tcbStatus":"\#(status)"}"#
    }
    return #"{\#(version == 2 ? "" : #""id":"SGX","#)"version":\#(version),"issueDate":"2026-05-20T00:00:00Z","#
      + #""nextUpdate":"2026-06-20T00:00:00Z","fmspc":"010203040506","pceId":"0000","tcbType":0,"#
      + #""tcbEvaluationDataNumber":1,"tcbLevels":[\#(level(3, "UpToDate")),\#(level(2, "OutOfDate"))]}"#
  }
}
