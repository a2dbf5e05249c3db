import ArgumentParser
import Foundation
import MerkleLog
import Receipts

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the whole log, one receipt and its model as files that other people's verifiers read.",
    discussion: """
      The folder holds the log as C2SP tiles with its checkpoint, an older checkpoint with the consistency proof between
      the two, one receipt as COSE (plain, transparent, and its RFC 9942 receipt) and as tlog-proof, and the public keys.
      Where the suite is not up, its storage service is started for as long as this takes.

      For tools that read other forms the receipt is signed again. The orchestrator's key signs a DSSE envelope and an RFC 9995
      hash envelope; the operator's P-256 key, which this makes at first use (DATA/operator/keys/p256.pem), signs the same
      statement by ES256, and the model's files as OpenSSF model signing does. None of these is in the log: what is believed of
      them is what is believed of the two keys. What cannot be made from this data folder is named, and left out.
      """)

  @Argument(help: "The folder to write; it must not exist or be empty.") var directory: String
  @Option(help: "Id of the receipt; by default the newest in the log.") var receipt: String?
  @Flag(help: "Leave out the model's files, which are as large as the model.") var withoutModel = false
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      guard entries.isEmpty else { throw Failure("\(directory) is not empty", status: 73) }
      let storage = try await ServiceAccess("storage", data)
      let work: Result<Void, any Error>
      do { work = .success(try await export(LogReader(storage.url, data))) } catch { work = .failure(error) }
      await storage.close()
      try work.get()
    }
  }

  private func export(_ reader: LogReader) async throws {
    let log = try await ExportedLog(reader, data: data, receiptID: receipt)
    let forms = try ExportedForms(log.statement, data)
    let model = withoutModel ? nil : try await ExportedModel(of: log.statement, reader, data)
    let folder = URL(fileURLWithPath: directory, isDirectory: true)
    try model?.write(to: folder.appending(path: "model"), signer: forms.operatorKey)
    try forms.write(to: folder)
    try log.write(to: folder)
    for missing in forms.missing + (model?.missing ?? []) { Console.error("left out: \(missing)") }
    Console.out("\(directory): log of \(log.checkpoint.size) entries, receipt at index \(log.inclusion.index)")
  }
}
