/// Identifiers of requests, in logs and in `x-request-id`.
public enum RequestID {
  /// `req_` and 128 random bits in hexadecimal: need to differ, not to be secret.
  public static func fresh() -> String {
    func hex(_ value: UInt64) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return "req_" + hex(.random(in: .min ... .max)) + hex(.random(in: .min ... .max))
  }

  /// Whether a caller's own identifier may go into logs and headers: 1 to 128 of `A-Z a-z 0-9 . _ : -`.
  public static func isAcceptable(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: ".:_-".utf8.contains(byte)
        }
      }
  }
}
