import Cryptography
import Foundation
import Receipts

/// The model that made an answer: its weights and its manifest, with an OpenSSF model signature over both.
struct ExportedModel {
  private let found: (folder: ModelFolder, manifest: ModelManifest)?
  /// What there is not, and why.
  let missing: [String]

  /// Looks for the model that the receipt's execution names among those of this data folder.
  init(of receipt: SignedStatement, _ reader: LogReader, _ data: DataOption) async throws {
    guard let execution = try ReceiptPredicate(receipt.statement.predicate).statements?.execution else {
      (found, missing) = (nil, ["model: the request of this receipt was never executed"])
      return
    }
    guard let bytes = try await reader.statement(execution) else {
      throw Failure("storage no longer has the execution \(execution.named): export --without-model", status: 66)
    }
    let stated = try ExecutionPredicate(try SignedStatement(bytes).statement.predicate)
    found = try ModelFolder.all(data).lazy.compactMap { folder in
      (try? folder.manifest()).map { (folder, $0) }
    }.first { try $0.1.digest() == stated.manifest }
    missing =
      found == nil ? ["model: no model under \(data.models.path) has the manifest \(stated.manifest.named)"] : []
  }

  /// Copies the files, proves the copy, and signs what it is. Of what cannot be proven nothing stays.
  func write(to folder: URL, signer: ECSigningKey) throws {
    guard let found else { return }
    do {
      let files = folder.appending(path: "files", directoryHint: .isDirectory)
      try found.folder.copy(to: files)
      let listed = try ModelFiles(files.path, data: found.folder.data)
        .list(.files, ignoring: [], followsLinks: false).listed
      guard listed.resources.contains(where: { $0.digest == found.manifest.fileDigest.bytes }) else {
        throw Failure(
          "\(found.folder.weights.path) is not what the manifest of \(found.folder.id) describes", status: 65)
      }
      try Files.write(try ModelSignature.sign(listed, with: signer), to: folder.appending(path: "model.sig"))
      try Files.write(Array(signer.publicKey.pem.utf8), to: folder.appending(path: "key.pub"))
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
  }
}
