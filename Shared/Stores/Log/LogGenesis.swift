internal import Codec
public import Cryptography

/// The first entry of a log, which ties every tree of it to its origin (FORMAT section 4).
public enum LogGenesis {
  /// `H(deterministic CBOR {"genesis": origin})`.
  public static func entry(origin: String) throws -> Digest32 {
    SHA256.hash(try CBOR.map([CBORPair(.text("genesis"), .text(origin))]).encoded())
  }
}
