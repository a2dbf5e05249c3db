import COpenSSL

/// A self-signed certificate under which timestamps are believed.
public struct TimestampRoot: Sendable, Hashable {
  public static let bytesMax = 16_384

  public let der: [UInt8]

  /// Errors: ``TimestampError/root(_:)``.
  public init(der: [UInt8]) throws(TimestampError) {
    guard der.count <= Self.bytesMax else { throw .root("it has \(der.count) bytes, the limit is \(Self.bytesMax)") }
    self.der = der
    let certificate = try parsed()
    defer { X509_free(certificate) }
    guard try DERWriter.encoded({ i2d_X509(certificate, $0) }) == der else { throw .root("it is not one DER value") }
    guard X509_self_signed(certificate, 1) == 1 else {
      ERR_clear_error()
      throw .root("it is not self-signed: give the root of the authority's chain")
    }
  }

  /// The certificates of a PEM file. Errors: ``TimestampError/root(_:)``, also when there is none.
  public static func list(pem: [UInt8]) throws(TimestampError) -> [TimestampRoot] {
    defer { ERR_clear_error() }
    guard pem.count <= 1 << 20, let bio = BIO_new_mem_buf(pem, Int32(pem.count)) else {
      throw .root("the file is too long")
    }
    defer { BIO_free(bio) }
    var roots: [TimestampRoot] = []
    while roots.count < 64, let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
      defer { X509_free(certificate) }
      roots.append(try TimestampRoot(der: DERWriter.encoded { i2d_X509(certificate, $0) }))
    }
    guard !roots.isEmpty else { throw .root("the file holds no PEM certificate") }
    return roots
  }

  func add(to store: OpaquePointer) throws(TimestampError) {
    let certificate = try parsed()
    defer { X509_free(certificate) }
    guard X509_STORE_add_cert(store, certificate) == 1 else { throw .library("X509_STORE_add_cert") }
  }

  private func parsed() throws(TimestampError) -> OpaquePointer {
    let certificate = der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      return d2i_X509(nil, &cursor, buffer.count)
    }
    guard let certificate else {
      ERR_clear_error()
      throw .root("it is no DER certificate")
    }
    return certificate
  }
}
