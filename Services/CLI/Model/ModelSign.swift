import ArgumentParser
import Cryptography
import Foundation
import Receipts

struct ModelSign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a model's files as OpenSSF model signing (version 1) does.",
    discussion: """
      The model-signing package verifies it: model_signing verify key MODEL --signature FILE --public-key KEY. The key is yours,
      on P-256 or P-384, as that standard knows no Ed25519:
        openssl ecparam -name prime256v1 -genkey -noout -out model-key.pem
        openssl pkey -in model-key.pem -pubout -out model-key.pub

      All files of a folder are signed but git's; a folder with links is refused. The manifest of this suite's own is signed by
      colophon model add, and says more: this one is for others' tools.
      """)

  @Argument(help: "A folder, a file, or the id of a model of this suite: its weights.") var model: String
  @Option(help: "PEM file with the private key.") var privateKey: String
  @Option(help: "The file to write; by default model.sig in the folder, or FILE.sig.") var signature: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let key: ECSigningKey
      do { key = try ECSigningKey(pem: try Files.bytes(privateKey)) } catch let error as X509Error {
        throw Failure("--private-key \(privateKey): \(error)", status: 65)
      }
      let files = try ModelFiles(model, data: data)
      let target = signature.map { URL(fileURLWithPath: $0) } ?? files.signature
      let resources = try files.resources(ignoring: files.ignored(target), followsLinks: false)
      try Files.write(try ModelSignature.sign(resources, with: key), to: target)
      Console.out("\(target.path): \(resources.resources.count) files, root \(resources.root.named)")
    }
  }
}

struct ModelVerifySignature: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-signature", abstract: "Check a model's files against an OpenSSF model signature (version 1).",
    discussion: """
      The signature must be the key's, and the files exactly those that it lists: one that is missing, changed or not listed is
      refused, but for what the signature says is ignored. By the id of a model, its manifest must describe the same file.
      Exit status: 0 when all of it holds, 1 when something differs, 65 for files that cannot be read as what they should be.
      """)

  @Argument(help: "A folder, a file, or the id of a model of this suite: its weights.") var model: String
  @Option(help: "PEM file with the public key that must have signed.") var publicKey: String
  @Option(help: "The signature; by default model.sig in the folder, or FILE.sig.") var signature: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let files = try ModelFiles(model, data: data)
      let source = signature.map { URL(fileURLWithPath: $0) } ?? files.signature
      let stated: ModelResources
      do { stated = try ModelSignature.verify(try Files.bytes(source.path), key: try key()) } catch let error
        as ReceiptError
      {
        throw Failure("\(source.path): \(error)", status: 1)
      }
      // The signature itself is no part of what it signs.
      let found = try files.resources(
        ignoring: stated.ignored + files.ignored(source), followsLinks: stated.followsLinks)
      if let difference = stated.difference(from: found) {
        throw Failure("\(files.url.path): \(difference)", status: 1)
      }
      if let id = files.id {
        let manifest = try ModelFolder(data: data, id: id).manifest()
        guard [manifest.fileDigest] == found.resources.map(\.digest) else {
          throw Failure("the manifest of \(id) describes another file: \(manifest.fileDigest.named)", status: 1)
        }
      }
      Console.out("\(found.resources.count) files as signed, root \(stated.root.named)")
    }
  }

  private func key() throws -> X509PublicKey {
    let keys: [X509PublicKey]
    do { keys = try X509Bundle(pem: try Files.bytes(publicKey)).publicKeys } catch let error as X509Error {
      throw Failure("--public-key \(publicKey): \(error)", status: 65)
    }
    guard keys.count == 1, keys[0].ecdsaScheme != nil else {
      throw Failure("--public-key \(publicKey): give one key on P-256 or P-384", status: 65)
    }
    return keys[0]
  }
}
