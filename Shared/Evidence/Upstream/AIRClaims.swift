internal import Codec
internal import Cryptography

/// Reads the claims of an AIR receipt, each of its one type and size.
struct AIRClaims {
  private static let textBytesMax = 1024

  let map: CBOR

  func text(_ key: Int64, _ name: String) throws(AppraisalError) -> String {
    guard let text = map[.int(key)]?.textValue, (1...Self.textBytesMax).contains(text.utf8.count) else {
      throw AIRReceipt.bad("\(name) is no text of 1 to \(Self.textBytesMax) bytes")
    }
    return text
  }

  func unsigned(_ key: Int64, _ name: String) throws(AppraisalError) -> UInt64 {
    guard let value = map[.int(key)]?.unsignedValue else { throw AIRReceipt.bad("\(name) is no unsigned integer") }
    return value
  }

  func bytes(_ key: Int64, _ name: String, _ counts: ClosedRange<Int>) throws(AppraisalError) -> [UInt8] {
    guard let bytes = map[.int(key)]?.bytesValue, counts.contains(bytes.count) else {
      throw AIRReceipt.bad("\(name) is not of \(counts.lowerBound) to \(counts.upperBound) bytes")
    }
    return bytes
  }

  func digest(_ key: Int64, _ name: String) throws(AppraisalError) -> Digest32 {
    do { return try Digest32(try bytes(key, name, 32...32)) } catch let error as AppraisalError { throw error } catch {
      throw AIRReceipt.bad("\(name): \(error)")
    }
  }

  /// Of AWS Nitro (`nitro-pcr`) or Intel TDX (`tdx-mrtd-rtmr`: MRTD, RTMR0 and RTMR1 under the names of PCRs), 48 bytes each.
  func measurements(_ key: Int64) throws(AppraisalError) -> [(String, String)] {
    guard let pairs = map[.int(key)]?.mapValue, let type = pairs["measurement_type"]?.textValue,
      ["nitro-pcr", "tdx-mrtd-rtmr"].contains(type)
    else { throw AIRReceipt.bad("enclave_measurements are neither nitro-pcr nor tdx-mrtd-rtmr") }
    var found = [("measurement_type", type)]
    for pair in pairs where pair.key != "measurement_type" {
      guard let name = pair.key.textValue,
        ["pcr0", "pcr1", "pcr2"].contains(name) || (name == "pcr8" && type == "nitro-pcr"),
        let value = pair.value.bytesValue, value.count == 48
      else { throw AIRReceipt.bad("enclave_measurements have one that is not of 48 bytes, or of an unknown name") }
      found.append((name, Hex.encode(value)))
    }
    guard ["pcr0", "pcr1", "pcr2"].allSatisfy({ name in found.contains { $0.0 == name } }) else {
      throw AIRReceipt.bad("enclave_measurements lack one of pcr0, pcr1 and pcr2")
    }
    return found
  }
}
