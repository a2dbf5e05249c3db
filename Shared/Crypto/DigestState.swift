import COpenSSL

/// A running digest of libcrypto, from which the hashers are made. It cannot be copied, so it has one owner.
struct DigestState: ~Copyable {
  private let context: OpaquePointer

  init(_ algorithm: OpaquePointer) {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
      fatalError("libcrypto has no memory for a digest state")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let ok = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(ok == 1, "libcrypto failed in EVP_DigestUpdate")
  }

  /// Writes the digest of everything appended, as long as the algorithm's digests are. Only `restart` may follow.
  mutating func finish(into digest: UnsafeMutablePointer<UInt8>?) {
    let ok = EVP_DigestFinal_ex(context, digest, nil)
    precondition(ok == 1, "libcrypto failed in EVP_DigestFinal_ex")
  }

  /// Begins with nothing appended.
  mutating func restart() {
    let ok = EVP_DigestInit_ex2(context, nil, nil)
    precondition(ok == 1, "libcrypto failed in EVP_DigestInit_ex2")
  }

  /// An algorithm by libcrypto's name. Each is fetched once: an implicit fetch triples the price of a small hash. An
  /// `EVP_MD` is immutable after the fetch and OpenSSL allows its use from any thread, which makes the unchecked globals
  /// safe that keep them.
  static func fetch(_ name: String) -> OpaquePointer {
    guard let algorithm = EVP_MD_fetch(nil, name, nil) else {
      fatalError("libcrypto offers no \(name): is its default provider installed?")
    }
    return algorithm
  }
}
