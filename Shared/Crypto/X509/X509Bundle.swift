import COpenSSL

/// Certificates, revocation lists and public keys of one text or file, in order: PEM blocks (RFC 7468), or certificates and lists
/// in DER, one after the other.
public struct X509Bundle: Sendable {
  public var certificates: [X509Certificate] = []
  public var revocationLists: [X509RevocationList] = []
  public var publicKeys: [X509PublicKey] = []

  /// The most blocks of one PEM text.
  public static let blockCountMax = 32
  /// The most bytes of one PEM text.
  public static let byteCountMax = 4 << 20

  /// Reads a PEM text. Every block must be one of these; a text without any is refused.
  public init(pem text: [UInt8]) throws(X509Error) {
    guard text.count <= Self.byteCountMax else {
      throw .limit(name: "the size of a PEM text", limit: Self.byteCountMax, got: text.count)
    }
    // A trailing zero byte, as vendors' C programs write it, ends the text.
    let blocks = try Self.blocks(Array(text.prefix { $0 != 0 }))
    guard !blocks.isEmpty else { throw .unreadable("a PEM text", "it has no block") }
    for (name, der) in blocks {
      switch name {
      case "CERTIFICATE": certificates.append(try X509Certificate(der: der))
      case "X509 CRL": revocationLists.append(try X509RevocationList(der: der))
      case "PUBLIC KEY": publicKeys.append(try X509PublicKey(subjectPublicKeyInfo: der))
      default:
        throw .unreadable(
          "a PEM text", "a block is '\(name.prefix(40))', none of CERTIFICATE, X509 CRL and PUBLIC KEY")
      }
    }
  }

  /// Reads PEM, or certificates and revocation lists in DER, one after the other.
  public init(_ bytes: [UInt8]) throws(X509Error) {
    guard bytes.first == 0x30 else {
      self = try X509Bundle(pem: bytes)
      return
    }
    guard bytes.count <= Self.byteCountMax else {
      throw .limit(name: "the size of a DER file", limit: Self.byteCountMax, got: bytes.count)
    }
    self.init(certificates: [], revocationLists: [])
    for element in try Self.elements(bytes) {
      if let certificate = try? X509Certificate(der: element) {
        certificates.append(certificate)
      } else {
        revocationLists.append(try X509RevocationList(der: element))
      }
    }
  }

  /// The SEQUENCEs that the bytes consist of.
  private static func elements(_ bytes: [UInt8]) throws(X509Error) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard found.count < blockCountMax else {
        throw .limit(name: "the number of DER elements", limit: blockCountMax, got: found.count + 1)
      }
      let head = Array(rest.prefix(5))
      guard head.count == 5, head[0] == 0x30, (0x81...0x83).contains(head[1]) else {
        throw .unreadable("a DER file", "at byte \(rest.startIndex) begins neither certificate nor list")
      }
      let width = Int(head[1]) - 0x80
      let count = 2 + width + head[2..<2 + width].reduce(0) { $0 << 8 | Int($1) }
      guard count <= rest.count else { throw .unreadable("a DER file", "it ends inside an element") }
      found.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return found
  }

  private init(certificates: [X509Certificate], revocationLists: [X509RevocationList]) {
    self.certificates = certificates
    self.revocationLists = revocationLists
  }

  private static func blocks(_ text: [UInt8]) throws(X509Error) -> [(name: String, der: [UInt8])] {
    defer { ERR_clear_error() }
    // The copy lives as long as the BIO, which only borrows it.
    guard let bio = BIO_new(BIO_s_mem()) else { throw .unreadable("a PEM text", "libcrypto has no memory") }
    defer { BIO_free(bio) }
    guard text.isEmpty || BIO_write(bio, text, Int32(text.count)) == Int32(text.count) else {
      throw .unreadable("a PEM text", "libcrypto has no memory")
    }
    var found: [(String, [UInt8])] = []
    while true {
      var name: UnsafeMutablePointer<CChar>?
      var header: UnsafeMutablePointer<CChar>?
      var data: UnsafeMutablePointer<UInt8>?
      var count = 0
      guard PEM_read_bio(bio, &name, &header, &data, &count) == 1 else { break }
      defer {
        CRYPTO_free(name, nil, 0)
        CRYPTO_free(header, nil, 0)
        CRYPTO_free(data, nil, 0)
      }
      guard found.count < blockCountMax else {
        throw .limit(name: "the number of PEM blocks", limit: blockCountMax, got: found.count + 1)
      }
      guard let name, let data else { break }
      found.append((String(cString: name), Array(UnsafeBufferPointer(start: data, count: count))))
    }
    let last = ERR_peek_last_error()
    // ERR_GET_REASON: the low 23 bits. Only "no start line" is the end of a text.
    guard last & 0x7f_ffff == UInt(PEM_R_NO_START_LINE) else {
      throw .unreadable("a PEM text", "block \(found.count + 1) is damaged")
    }
    return found
  }
}
