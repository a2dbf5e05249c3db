public import Cryptography

/// An Ed25519 key in a file of its own: 32 bytes of seed, made at first use.
public enum KeyFile {
  /// The key in `folder/name.key`, which is made if it is not there: folder 0700, file 0600, durable before it is used.
  ///
  /// Throws `FileError` when others may read the file or when it does not hold 32 bytes: a service never starts with a
  /// key that it did not make or was not given.
  public static func load(folder: String, name: String) throws -> SigningKey {
    let path = "\(folder)/\(name).key"
    if !SmallFile.exists(path) {
      try SmallFile.makeFolder(folder)
      _ = try SmallFile.create(path, SigningKey.generate().seed)
    }
    let seed = try SmallFile.read(path, limit: 4096, secret: true)
    guard seed.count == 32 else { throw FileError.wrongSize(path: path, expected: 32, got: seed.count) }
    return try SigningKey(seed: seed)
  }
}
