import FuzzKit

@testable import Codec
@testable import Receipts

extension FuzzTarget {
  /// A bundle, under the policy of the frozen one. Whatever passes says what the frozen bundle says.
  static let bundle = FuzzTarget(name: "bundle", mutate: mutateBundle) { bytes in
    let bytes = [UInt8](bytes)
    let report = BundleVerifier(policy: frozen.policy).verify(bytes)
    guard let bundle = try? Bundle(bytes) else {
      precondition(!report.isAccepted)
      return false
    }
    precondition((try? bundle.encoded()) == bytes, "a bundle has one form only")
    precondition(!report.isAccepted || bundle.statements == frozen.bundle.statements, "other statements passed")
    return true
  }

  /// The files of Tests/Vectors/receipts, from which the searches begin too.
  private static let frozen: (policy: TrustPolicy, bundle: Bundle) = {
    guard let policy = Replay.read("Tests/Vectors/receipts/trust.json"),
      let bundle = Replay.read("Tests/Vectors/receipts/bundle.json"), let policy = try? TrustPolicy(policy),
      let bundle = try? Bundle(bundle), let bytes = try? bundle.encoded(),
      BundleVerifier(policy: policy).verify(bytes).isAccepted
    else { preconditionFailure("the frozen bundle does not pass: run this from the project's folder") }
    return (policy, bundle)
  }()

  /// Changes the bytes behind one of the bundle's base64 texts; anything else where there is none.
  @Sendable private static func mutateBundle(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    let quotes = input.indices.filter { input[$0] == UInt8(ascii: "\"") }
    let texts = zip(quotes, quotes.dropFirst()).filter { $1 - $0 > 40 }
    guard let (start, end) = texts.randomElement(using: &random),
      var bytes = try? Base64.decode(String(decoding: input[start + 1..<end], as: UTF8.self))
    else { return _ = input.mutatePart(0..<input.count) }
    let at = Int.random(in: 0..<max(1, bytes.count), using: &random)
    bytes.mutatePart(at..<min(bytes.count, at + 64))
    input.replaceSubrange(start + 1..<end, with: Array(Base64.encode(bytes).utf8))
  }
}
