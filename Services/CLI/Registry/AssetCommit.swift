import ArgumentParser
import Codec
import Credit
import Cryptography
import Foundation
import Receipts

struct AssetCommit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit", abstract: "Put a commitment to an asset into the log, and keep its opening here.",
    discussion: """
      The contents are the files' SHA-256, and those of the texts in --records, which are found again when they are the
      documents of a request; or those of a data set's Croissant 1.1 metadata, which has name and licence too. Metadata by
      the Data Provenance Standards has these two, and no digests: it stands beside files. The opening is kept beside the
      contributor's key; without it nobody can ever reveal the asset.
      """)

  @Argument(help: "The asset's id.") var id: String
  @Argument(help: "The files it consists of.") var files: [String] = []
  @Option(help: "Whose it is: a contributor whose key is under this data folder.") var contributor: String
  @Option(help: "\(Asset.Kind.allCases.map(\.rawValue).joined(separator: ", ")).") var kind: String = "dataset"
  @Option(help: "For people; by default the id, or what the metadata says.") var name: String?
  @Option(help: "An SPDX expression, or where the licence stands.") var licence: String?
  @Option(help: "Records as JSON lines, each an object with \"text\": passages as requests show them.")
  var records: String?
  @Option(help: "Croissant metadata (JSON-LD) of a data set, instead of files.") var croissant: String?
  @Option(help: "Data Provenance Standards metadata (Data & Trust Alliance 1.0.0 or OASIS 1.0; JSON) of the files.")
  var provenance: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let folder = try ContributorFolder(contributor, data)
      let own = try folder.contributor()
      let key = try folder.key()
      let url = folder.opening(of: id)
      var kept: KeptOpening
      let wanted: Asset
      do { wanted = try asset() } catch let error as CreditError { throw Failure("\(error)", status: 65) }
      if let known = try KeptOpening(url) {
        guard known.asset == wanted else {
          throw Failure("\(contributor) is committed to another \(id) already, by \(url.path)", status: 65)
        }
        kept = known
      } else {
        // The salt is on the disk before anybody can see the commitment.
        kept = try KeptOpening(wanted)
        try kept.write(to: url)
      }
      let digest = try Contribution.commitment(
        to: wanted, by: COSEKey(key.publicKey).keyID, salt: kept.salt)
      let signed = try RegistryReader.sign(
        .commitment(digest), issuer: own.issuer, issuedAt: kept.issuedAt, with: key)
      if kept.index == nil {
        kept.index = try await RegistryClient.with(data) { try await $0.register(signed) }
        try kept.write(to: url)
      }
      Console.out("committed to \(id) at log index \(kept.index ?? 0): sha256:\(digest.hex)")
    }
  }

  private func asset() throws -> Asset {
    guard let kind = Asset.Kind(rawValue: kind) else {
      throw Failure("--kind must be one of \(Asset.Kind.allCases.map(\.rawValue).joined(separator: ", "))", status: 64)
    }
    guard let croissant else {
      guard !files.isEmpty || records != nil else {
        throw Failure("name the files that \(id) consists of, --records FILE or --croissant FILE", status: 64)
      }
      let read = try provenance.map { try DataProvenance(parsing: try Files.bytes($0)) }
      guard let licence = licence ?? read?.licence else {
        throw Failure("--licence is missing: under which terms may it be used?", status: 64)
      }
      let texts = try records.map { try RecordFile($0).digests } ?? []
      let digests = try files.map { try FileDigest.sha256(URL(fileURLWithPath: $0)) } + texts
      return try Asset(
        id: id, kind: kind, name: name ?? read?.name ?? id, licence: licence, contents: Array(Set(digests)))
    }
    guard provenance == nil else { throw Failure("give --croissant or --provenance, not both", status: 64) }
    guard files.isEmpty, records == nil else { throw Failure("give files or --croissant, not both", status: 64) }
    let read = try Croissant(parsing: try Files.bytes(croissant)).asset(id: id, kind: kind)
    return try Asset(
      id: id, kind: kind, name: name ?? read.name, licence: licence ?? read.licence, contents: read.contents)
  }
}
