internal import Cryptography
internal import Glibc

/// AWS Signature Version 4 in its header form, for service `s3`.
struct S3Signer: Sendable {
  let credentials: S3Credentials
  let region: String

  /// The headers that authorize a request, `host` aside, which the HTTP client sends itself.
  ///
  /// - Parameters:
  ///   - path: percent-encoded, as sent.
  ///   - query: as sent, in any order, not encoded.
  ///   - headers: further headers to sign, with lower-case names.
  ///   - payload: SHA-256 of the body.
  func headers(
    method: String, host: String, path: String, query: [(name: String, value: String)],
    headers: [(name: String, value: String)], payload: Digest32, unixSeconds: Int
  ) -> [(name: String, value: String)] {
    let time = Self.timestamp(unixSeconds)
    let sent = headers + [("x-amz-content-sha256", payload.hex), ("x-amz-date", time)]
    let signed = (sent + [("host", host)]).sorted { $0.name < $1.name }
    let names = signed.map(\.name).joined(separator: ";")
    let canonical = [
      method, path, Self.query(query), signed.map { "\($0.name):\($0.value)\n" }.joined(), names, payload.hex,
    ].joined(separator: "\n")
    let scope = "\(time.prefix(8))/\(region)/s3/aws4_request"
    let toSign = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(SHA256.hash(Array(canonical.utf8)).hex)"
    var key = Array("AWS4".utf8) + credentials.secret
    for part in [String(time.prefix(8)), region, "s3", "aws4_request", toSign] {
      key = HMACSHA256.code(of: Array(part.utf8), key: key)
    }
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), "
      + "Signature=\(Hex.encode(key))"
    return sent + [("authorization", authorization)]
  }

  /// The canonical query string, which is also what is sent: sorted by name, everything but unreserved characters encoded.
  static func query(_ items: [(name: String, value: String)]) -> String {
    items.map { (encode($0.name, slash: false), encode($0.value, slash: false)) }.sorted { $0 < $1 }
      .map { "\($0)=\($1)" }.joined(separator: "&")
  }

  /// RFC 3986 unreserved characters stay; with `slash`, so does `/`.
  static func encode(_ text: String, slash: Bool) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        out.append(byte)
      case UInt8(ascii: "/") where slash: out.append(byte)
      default: out += Array("%\(Hex.encode([byte]).uppercased())".utf8)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// `yyyyMMdd'T'HHmmss'Z'`.
  static func timestamp(_ unixSeconds: Int) -> String {
    var (seconds, parts) = (time_t(unixSeconds), tm())
    gmtime_r(&seconds, &parts)
    func digits(_ number: Int32, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2) + "T"
      + digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2) + "Z"
  }
}
