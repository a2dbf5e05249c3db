internal import COpenSSL

/// HMAC (RFC 2104) over SHA-256.
public enum HMACSHA256 {
  /// The 32 bytes of the code.
  public static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: Digest32.count)
    var length = 0
    let made = EVP_Q_mac(
      nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, &code, code.count, &length)
    // No input makes this fail: only a lack of memory does.
    precondition(made != nil && length == Digest32.count, "libcrypto failed in EVP_Q_mac")
    return code
  }
}
