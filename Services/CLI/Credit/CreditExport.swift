import ArgumentParser
import Credit
import Foundation
import Receipts

struct CreditExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the whole ledger for accountants, spreadsheets and provenance tools.",
    discussion: """
      beancount   Beancount 2 and 3, every balance asserted: bean-check accepts it. A debit is positive there.
      csv         RFC 4180, a line each posting; text that a spreadsheet would run has an apostrophe in front.
                  With key, detail and chain of every entry, so that the chain can be computed again from the file.
      prov-json   W3C PROV-JSON: which answers are attributed to whom, by which statements.
      cyclonedx   CycloneDX 1.6: each model with what its contributors earned.

      What is written is added up again on the way: a ledger that contradicts itself is not exported. Requests that cost
      nothing post nothing and are not in it. Contributors go by the names that they registered, as far as attribution has
      followed the log: colophon contributor list makes it.
      """)

  @Option(help: "\(LedgerFormat.allCases.map(\.rawValue).joined(separator: ", ")).") var format: String
  @Option(help: "The file to write; by default standard output.") var output: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      guard let format = LedgerFormat(rawValue: format) else {
        let all = LedgerFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure("--format must be one of \(all), not \"\(self.format)\"", status: 64)
      }
      let target = try ExportTarget(output)
      do {
        try await LedgerReader.with(data) { ledger in
          let members = try await ledger.registry().registry.members
          var writer = format.writer(names: members.mapValues(\.contributor.name))
          try await ledger.entries { entry in try target.write(try writer.add(entry)) }
          try target.write(try writer.end())
        }
        try target.finish()
      } catch let error as CreditError {
        target.discard()
        throw Failure("\(error)", status: 65)
      } catch {
        target.discard()
        throw error
      }
    }
  }
}

/// A file that is there when it is whole, or standard output.
struct ExportTarget {
  private let path: String?
  private let handle: FileHandle

  init(_ path: String?) throws {
    self.path = path
    guard let path else {
      handle = .standardOutput
      return
    }
    guard FileManager.default.createFile(atPath: path + ".partial", contents: nil),
      let handle = FileHandle(forWritingAtPath: path + ".partial")
    else { throw Failure("cannot write \(path).partial", status: 73) }
    self.handle = handle
  }

  func write(_ text: String) throws {
    guard !text.isEmpty else { return }
    guard path != nil else { return Console.out(text, terminator: "") }
    do { try handle.write(contentsOf: Data(text.utf8)) } catch {
      throw Failure("cannot write \(path ?? ""): \(error.localizedDescription)", status: 73)
    }
  }

  func finish() throws {
    guard let path else { return }
    do { try handle.synchronize() } catch { throw Failure("cannot write \(path): \(error)", status: 73) }
    guard rename(path + ".partial", path) == 0 else { throw Failure("cannot write \(path)", status: 73) }
  }

  func discard() {
    if let path { try? FileManager.default.removeItem(atPath: path + ".partial") }
  }
}
