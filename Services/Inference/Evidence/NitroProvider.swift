internal import Evidence
internal import Glibc
internal import Receipts

/// AWS Nitro Enclaves by way of the Nitro Secure Module.
struct NitroProvider: EvidenceProvider {
  /// One request to the module: the driver writes its response into the buffer, and says how many bytes that is.
  typealias Exchange = @Sendable (_ request: [UInt8], _ response: UnsafeMutableRawBufferPointer) throws -> Int

  static let defaultDevice = "/dev/nsm"
  /// `_IOWR(0x0A, 0, struct nsm_raw)`: two `iovec`, the request's and the response's, of 16 bytes each (Linux:
  /// include/uapi/linux/nsm.h).
  private static let request: UInt = 0xC020_0A00

  let device: String
  private let exchange: Exchange

  var kind: EvidenceDocument.Kind { .nitro }

  /// - Parameter exchange: what stands for the driver behind `device`; the driver itself unless given.
  init(device: String, exchange: Exchange? = nil) {
    self.device = device
    self.exchange = exchange ?? { try Self.call(device, $0, $1) }
  }

  func evidence(reportData: [UInt8], untilUnixS: UInt64) throws -> Attested {
    let request = try NSMMessage.attestation(userData: reportData)
    var response = [UInt8](repeating: 0, count: NSMMessage.responseBytesMax)
    let count = try response.withUnsafeMutableBytes { try exchange(request, $0) }
    guard (0...response.count).contains(count) else {
      throw EvidenceFailure.refused("\(device) says that its response has \(count) bytes, of \(response.count)")
    }
    return Attested(evidence: try NSMMessage.document(Array(response[..<count])))
  }

  private static func call(
    _ device: String, _ request: [UInt8], _ output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    let file = open(device, O_RDWR | O_CLOEXEC)
    guard file >= 0 else {
      throw DeviceFile.failure("open", device, hint: "is this a Nitro enclave, with the driver nsm?")
    }
    defer { close(file) }
    var request = request
    let (status, count) = request.withUnsafeMutableBytes { input in
      var message = (
        iovec(iov_base: input.baseAddress, iov_len: input.count),
        iovec(iov_base: output.baseAddress, iov_len: output.count)
      )
      precondition(MemoryLayout.size(ofValue: message) == 32, "struct nsm_raw has 32 bytes")
      let status = withUnsafeMutablePointer(to: &message) { ioctl(file, Self.request, UnsafeMutableRawPointer($0)) }
      return (status, message.1.iov_len)
    }
    guard status == 0 else { throw DeviceFile.failure("ioctl", device) }
    return count
  }
}
