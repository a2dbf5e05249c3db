import COpenSSL
import Glibc

/// Bytes from the kernel's CSPRNG, for keys, salts and identifiers.
public enum SecureRandom {
  /// The most bytes that one call gives.
  public static let countMax = 1 << 20

  /// `count` fresh bytes from getrandom(2), which waits until the kernel's pool is seeded.
  public static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
    guard (0...countMax).contains(count) else {
      throw .outOfRange(what: "the number of random bytes", limit: countMax, got: count)
    }
    var out = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let (got, code) = out.withUnsafeMutableBytes { raw in
        let got = getrandom(raw.baseAddress.map { $0 + filled }, count - filled, 0)
        return (got, errno)
      }
      if got > 0 {
        filled += got
      } else if code != EINTR {
        throw .noRandomness(errno: code)
      }
    }
    return out
  }
}
