import ArgumentParser
import Cryptography
import Evidence
import Foundation
import Receipts

struct ModelVerifySignature: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-signature", abstract: "Check a model's files against an OpenSSF model signature (version 1).",
    discussion: """
      The signature must be by the key, or under a certificate that leads to one of the roots, whichever you give:
        colophon model verify-signature MODEL --public-key model-key.pub
        colophon model verify-signature MODEL --certificate-chain root.pem
      Of certificates the whole way to the root must be valid at the time (--at), and the signer's must be for signing code, or
      digital signatures at all: whoever the root certified for that may have signed, so the name that is printed matters.
      Revocation is not asked after. An expired certificate needs --at, a time at which you know that the signature was there.

      The files must be exactly those that it lists, whole or in shards, by SHA-256 or BLAKE2b: one that is missing, changed or
      not listed is refused, but for what the signature says is ignored. By the id of a model, its manifest must describe the
      same file. BLAKE3 and the identities of Sigstore are not judged here: the model-signing package does both.
      Exit status: 0 when all of it holds, 1 when something differs, 65 for files that cannot be read as what they should be.
      """)

  @Argument(help: "A folder, a file, or the id of a model of this suite: its weights.") var model: String
  @Option(help: "PEM file with the public key that must have signed.") var publicKey: String?
  @Option(help: "File with root certificates to trust, and others on the way to them. May be given more than once.")
  var certificateChain: [String] = []
  @Option(help: "The time at which certificates must be valid, as RFC 3339 has it; now unless given.") var at: String?
  @Option(help: "The signature; by default model.sig in the folder, or FILE.sig.") var signature: String?
  @OptionGroup var data: DataOption

  func validate() throws {
    guard (publicKey == nil) != certificateChain.isEmpty else {
      throw ValidationError("give either --public-key or --certificate-chain: who must have signed")
    }
    guard at == nil || publicKey == nil else {
      throw ValidationError("--at goes with --certificate-chain: a key has no time")
    }
  }

  func run() async throws {
    try await Failure.report {
      let files = try ModelFiles(model, data: data)
      let source = signature.map { URL(fileURLWithPath: $0) } ?? files.signature
      let (stated, signer) = try read(source)
      // The signature itself is no part of what it signs.
      let found = try files.list(
        stated.serialization, ignoring: stated.ignored + files.ignored(source), followsLinks: stated.followsLinks)
      if let difference = stated.difference(from: found.listed) {
        throw Failure("\(files.url.path): \(difference)", status: 1)
      }
      if let id = files.id {
        let manifest = try ModelFolder(data: data, id: id).manifest()
        // Its SHA-256, which there may be already.
        let isThere = stated.serialization == .files
        let digest = isThere ? found.listed.resources[0].digest : try FileDigest.sha256(files.url).bytes
        guard manifest.fileDigest.bytes == digest else {
          throw Failure("the manifest of \(id) describes another file: \(manifest.fileDigest.named)", status: 1)
        }
      }
      Console.out("\(found.listed.counted) as signed, root \(stated.root.named)\(signer)")
      if let empty = found.unlisted.first {
        Console.out("not covered: \(found.unlisted.count) empty files, of which shards say nothing: \(empty)")
      }
    }
  }

  /// What was signed, and for people by whom.
  private func read(_ source: URL) throws -> (ModelResources, String) {
    let bytes = try Files.bytes(source.path)
    do {
      if let publicKey { return (try ModelSignature.verify(bytes, key: try key(publicKey)), "") }
      let roots = try CertificateFiles.read(certificateChain, "--certificate-chain")
      let (resources, signer) = try ModelSignature.verify(bytes, roots: roots, at: try time())
      return (resources, ", by \(signer.subject)")
    } catch let error as ReceiptError {
      throw Failure("\(source.path): \(error)", status: 1)
    }
  }

  private func time() throws -> Int64 {
    guard let at else { return Int64(Date().timeIntervalSince1970) }
    guard let time = Timestamp.seconds(at) else {
      throw Failure("--at \(at): give a time of RFC 3339, such as 2026-06-01T00:00:00Z", status: 64)
    }
    return time
  }

  private func key(_ path: String) throws -> X509PublicKey {
    let keys: [X509PublicKey]
    do { keys = try X509Bundle(pem: try Files.bytes(path)).publicKeys } catch let error as X509Error {
      throw Failure("--public-key \(path): \(error)", status: 65)
    }
    guard keys.count == 1, keys[0].ecdsaScheme != nil else {
      throw Failure("--public-key \(path): give one key on P-256, P-384 or P-521", status: 65)
    }
    return keys[0]
  }
}
