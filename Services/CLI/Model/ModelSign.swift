import ArgumentParser
import Cryptography
import Foundation
import Receipts

struct ModelSign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a model's files as OpenSSF model signing (version 1) does.",
    discussion: """
      The model-signing package verifies it: model_signing verify key MODEL --signature FILE --public_key KEY. The key is yours,
      on P-256, P-384 or P-521, as that standard knows no Ed25519:
        openssl ecparam -name prime256v1 -genkey -noout -out model-key.pem
        openssl pkey -in model-key.pem -pubout -out model-key.pub

      With the certificate of that key the signature names its signer, and whoever trusts the root needs no key of yours:
        colophon model sign MODEL --private-key model-key.pem --signing-certificate me.pem --certificate-chain company-ca.pem
        model_signing verify certificate MODEL --signature FILE --certificate_chain root.pem
      The certificate must be for this: its extended key usage codeSigning, or its key usage digitalSignature.

      All files of a folder are signed but git's; a folder with links is refused. One SHA-256 a file is what the package's own
      command reads; shards and BLAKE2b (--shard-size, --hash-type) it reads from Python, where its hashing.Config says so. The
      manifest of this suite's own is signed by colophon model add, and says more: this one is for others' tools.
      """)

  private static let hashes = ModelSerialization.Hash.allCases.map(\.rawValue).joined(separator: " or ")

  @Argument(help: "A folder, a file, or the id of a model of this suite: its weights.") var model: String
  @Option(help: "PEM file with the private key.") var privateKey: String
  @Option(help: "PEM file with the certificate of that key; without it the signature is by the bare key.")
  var signingCertificate: String?
  @Option(help: "PEM file with certificates that lead from that one to a root. May be given more than once.")
  var certificateChain: [String] = []
  @Option(help: "Sign a digest for each so many bytes of a file, so that others can check them at once.")
  var shardSize: Int?
  @Option(help: "The hash of files or shards: \(Self.hashes).")
  var hashType = "sha256"
  @Option(help: "The file to write; by default model.sig in the folder, or FILE.sig.") var signature: String?
  @OptionGroup var data: DataOption

  func validate() throws {
    guard signingCertificate != nil || certificateChain.isEmpty else {
      throw ValidationError("--certificate-chain goes with --signing-certificate, from which it leads to a root")
    }
  }

  func run() async throws {
    try await Failure.report {
      let key: ECSigningKey
      do { key = try ECSigningKey(pem: try Files.bytes(privateKey)) } catch let error as X509Error {
        throw Failure("--private-key \(privateKey): \(error)", status: 65)
      }
      let certificates = try certificates()
      let files = try ModelFiles(model, data: data)
      let target = signature.map { URL(fileURLWithPath: $0) } ?? files.signature
      let found = try files.list(try serialization(), ignoring: files.ignored(target), followsLinks: false)
      if let empty = found.unlisted.first {
        throw Failure("\(empty) is empty, and no shard can say so: sign without --shard-size", status: 65)
      }
      try Files.write(try signed(found.listed, key, certificates), to: target)
      Console.out("\(target.path): \(found.listed.counted), root \(found.listed.root.named)")
    }
  }

  private func serialization() throws -> ModelSerialization {
    guard let hash = ModelSerialization.Hash(rawValue: hashType) else {
      throw Failure("--hash-type \(hashType): the hashes are \(Self.hashes)", status: 64)
    }
    guard let shardSize else { return ModelSerialization(hash: hash) }
    do { return try ModelSerialization(hash: hash, shardSize: shardSize) } catch {
      throw Failure("--shard-size \(shardSize): give 1 to \(ModelSerialization.shardSizeMax) bytes", status: 64)
    }
  }

  private func certificates() throws -> [X509Certificate] {
    guard let signingCertificate else { return [] }
    let signer = try CertificateFiles.read([signingCertificate], "--signing-certificate")
    guard signer.count == 1 else {
      throw Failure(
        "--signing-certificate \(signingCertificate): give one certificate, and others by --certificate-chain",
        status: 65)
    }
    return signer + (try CertificateFiles.read(certificateChain, "--certificate-chain"))
  }

  private func signed(
    _ resources: ModelResources, _ key: ECSigningKey, _ certificates: [X509Certificate]
  ) throws -> [UInt8] {
    guard !certificates.isEmpty else { return try ModelSignature.sign(resources, with: key) }
    do { return try ModelSignature.sign(resources, with: key, certificates: certificates) } catch {
      throw Failure("\(error)", status: 65)
    }
  }
}

extension ModelResources {
  /// For people: how much is listed.
  var counted: String { "\(resources.count) \(serialization.shardSize == nil ? "files" : "shards")" }
}
