import ArgumentParser
import Cryptography
import Receipts
import ServiceKit

struct BlobGet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Download a blob, or a range of it, and check every chunk.",
    discussion: """
      A whole blob is checked against its name, and a download that broke off goes on. A range is checked against the
      root: give the one that colophon blob put printed; without it, the one that storage states is believed.
      """)

  @Argument(help: "sha256:<64 hex>") var name: String
  @Option(name: .shortAndLong, help: "The file to write; it is replaced when all is there.") var output: String
  @Option(help: "Only these bytes, as OFFSET:LENGTH.") var range: String?
  @Option(help: "The root to check against, as sha256:<64 hex>.") var root: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let digest = try BlobClient.digest(name)
      let trusted = try root.map(BlobClient.digest)
      let written = try await BlobClient.with(data) { client in
        try await client.reading { blobs in
          let info = try await blobs.info(digest)
          guard trusted == nil || trusted == info.root else {
            throw Failure("storage states root \(info.root.named), not the one that was given", status: 65)
          }
          let asked = try asked(of: info.bytes)
          let file = try BlobFile(
            path: output, range: asked, of: info.bytes, root: info.root, resuming: range == nil)
          let progress = BlobProgress("get", of: asked.upperBound - asked.lowerBound)
          try await blobs.read(digest, asked, into: file) { progress.show($0) }
          try await file.finish(expecting: range == nil ? digest : nil)
          return asked
        }
      }
      Console.out("\(output): bytes \(written.lowerBound) to \(written.upperBound) of \(name)")
    }
  }

  private func asked(of bytes: UInt64) throws -> Range<UInt64> {
    guard let range else { return 0..<bytes }
    let numbers = range.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
    guard numbers.count == 2, let offset = numbers[0], let length = numbers[1] else {
      throw Failure("--range must be OFFSET:LENGTH, not \"\(range)\"", status: 64)
    }
    guard offset <= bytes, length <= bytes - offset else {
      throw Failure("\(name) has \(bytes) bytes: the range goes beyond them", status: 64)
    }
    return offset..<offset + length
  }
}
