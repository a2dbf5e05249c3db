internal import Evidence
internal import Glibc
internal import Receipts

/// AWS Nitro Enclaves by way of the Nitro Secure Module.
struct NitroProvider: EvidenceProvider {
  static let defaultDevice = "/dev/nsm"
  /// `_IOWR(0x0A, 0, struct nsm_raw)`: two `iovec`, the request's and the response's, of 16 bytes each (Linux:
  /// include/uapi/linux/nsm.h).
  private static let request: UInt = 0xC020_0A00

  let device: String

  var kind: EvidenceDocument.Kind { .nitro }

  func evidence(reportData: [UInt8], untilUnixS: UInt64) throws -> Attested {
    let answer = try exchange(try NSMMessage.attestation(userData: reportData))
    return Attested(evidence: try NSMMessage.document(answer))
  }

  /// One request and its response, which the driver writes into our buffer and says the length of.
  private func exchange(_ request: [UInt8]) throws -> [UInt8] {
    let file = open(device, O_RDWR | O_CLOEXEC)
    guard file >= 0 else {
      throw DeviceFile.failure("open", device, hint: "is this a Nitro enclave, with the driver nsm?")
    }
    defer { close(file) }
    var request = request
    var response = [UInt8](repeating: 0, count: NSMMessage.responseBytesMax)
    let (status, count) = request.withUnsafeMutableBytes { input in
      response.withUnsafeMutableBytes { output in
        var message = (
          iovec(iov_base: input.baseAddress, iov_len: input.count),
          iovec(iov_base: output.baseAddress, iov_len: output.count)
        )
        precondition(MemoryLayout.size(ofValue: message) == 32, "struct nsm_raw has 32 bytes")
        let status = withUnsafeMutablePointer(to: &message) { ioctl(file, Self.request, UnsafeMutableRawPointer($0)) }
        return (status, message.1.iov_len)
      }
    }
    guard status == 0 else { throw DeviceFile.failure("ioctl", device) }
    guard count <= response.count else {
      throw EvidenceFailure.refused("\(device) says that its response has \(count) bytes, of \(response.count)")
    }
    return Array(response[..<count])
  }
}
