public import Cryptography

/// A private key in a file of its own, made at first use: folder 0700, file 0600, durable before it is used.
///
/// Both loaders throw `FileError` when others may read the file, and when it does not hold what it should: nobody ever starts
/// with a key that he did not make or was not given.
public enum KeyFile {
  /// The most bytes of a file with an Ed25519 seed that is read at all.
  private static let seedFileBytesMax = 4096

  /// The Ed25519 key in `folder/name.key`: 32 bytes of seed.
  public static func load(folder: String, name: String) throws -> SigningKey {
    let seed = try read("\(folder)/\(name).key", in: folder, limit: seedFileBytesMax) { try SigningKey.generate().seed }
    guard seed.count == 32 else {
      throw FileError.wrongSize(path: "\(folder)/\(name).key", expected: 32, got: seed.count)
    }
    return try SigningKey(seed: seed)
  }

  /// The key on a NIST curve in `folder/name.pem`, as openssl reads and writes it; one that is made is on P-256.
  public static func loadEC(folder: String, name: String) throws -> ECSigningKey {
    let path = "\(folder)/\(name).pem"
    return try ECSigningKey(
      pem: try read(path, in: folder, limit: ECSigningKey.pemBytesMax) { try ECSigningKey.generate().pem })
  }

  private static func read(
    _ path: String, in folder: String, limit: Int, made: () throws -> [UInt8]
  ) throws -> [UInt8] {
    if !SmallFile.exists(path) {
      try SmallFile.makeFolder(folder)
      _ = try SmallFile.create(path, try made())
    }
    return try SmallFile.read(path, limit: limit, secret: true)
  }
}
