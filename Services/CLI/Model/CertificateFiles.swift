import Cryptography
import Receipts

/// Certificates that the command line names.
enum CertificateFiles {
  /// All of these files, in order. A key or a revocation list among them is refused, as nothing would look at it.
  static func read(_ paths: [String], _ option: String) throws -> [X509Certificate] {
    try paths.flatMap { path in
      let bundle: X509Bundle
      do { bundle = try X509Bundle(try Files.bytes(path)) } catch let error as X509Error {
        throw Failure("\(option) \(path): \(error)", status: 65)
      }
      guard bundle.publicKeys.isEmpty, bundle.revocationLists.isEmpty else {
        throw Failure("\(option) \(path): give a file with certificates only", status: 65)
      }
      return bundle.certificates
    }
  }
}
