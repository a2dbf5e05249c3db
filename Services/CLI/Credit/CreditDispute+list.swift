import ArgumentParser
import Codec
import Credit
import Cryptography
import Foundation
import RPC
import Wire

extension CreditDispute {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The disputes, in the order in which they were opened.")

    @Flag(help: "Only those that are open.") var open = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var data: DataOption

    func run() async throws {
      try await Failure.report {
        let all = try await LedgerReader.with(data) { try await $0.disputes() }
        let shown = open ? all.filter { $0.state == "open" } : all
        guard !json else { return Console.out(JSON.array(shown.map(Self.json)).text) }
        for dispute in shown {
          let held = dispute.held.reduce(0) { $0 + $1.amountNano }
          let whom = dispute.contributor.isEmpty ? "all" : dispute.contributor
          Console.out("\(dispute.disputeID)  \(dispute.state.padded(to: 8))  \(dispute.receiptID)  \(whom)  \(held)")
        }
      }
    }

    private static func json(_ dispute: DisputeRecord) -> JSON {
      [
        "dispute": .string(dispute.disputeID), "state": .string(dispute.state),
        "receipt_id": .string(dispute.receiptID),
        "contributor": dispute.contributor.isEmpty ? .null : .string(dispute.contributor),
        "class": (try? Digest32(dispute.classID)).map { .string("sha256:\($0.hex)") } ?? .null,
        "evidence": (try? Digest32(dispute.evidence)).map { .string("sha256:\($0.hex)") } ?? .null,
        "opened": .string(UnixDay.time(unixMs: dispute.openedUnixMs)), "entry": .integer(dispute.entry),
        "held": .array(
          dispute.held.map { ["contributor": .string($0.contributor), "amount_nano": .decimal($0.amountNano)] }),
      ]
    }
  }
}

extension LedgerReader {
  /// All disputes, in the order in which they were opened.
  func disputes() async throws -> [DisputeRecord] {
    var found: [DisputeRecord] = []
    while true {
      let page = try await call(
        AttributionProcedures.listDisputes, ListDisputesRequest(afterEntry: found.last?.entry ?? 0)
      ).disputes
      guard !page.isEmpty else { return found }
      found += page
    }
  }
}

/// What a person shows, and the shares that follow from it.
enum EvidenceFile {
  static func digest(_ path: String) throws -> Digest32 { SHA256.hash(try Files.bytes(path)) }

  static func shares(_ path: String) throws -> [CreditShare] {
    do {
      return try Share.list(json: JSON(parsing: try Files.bytes(path)))
        .map { CreditShare(contributor: $0.contributor, amountNano: $0.amountNano) }
    } catch let failure as Failure { throw failure } catch {
      throw Failure("\(path) is no list of shares: \(error)", status: 65)
    }
  }
}

/// What an act did, for the one who asked for it.
enum ActReport {
  static func print(_ answer: ActResponse, json: Bool) throws {
    guard let part = answer.entry.first else { throw Failure("attribution: the answer has no entry", status: 76) }
    let entry = try LedgerReader.entry(part)
    guard !json else {
      let document: JSON = [
        "id": .string(answer.id), "event": .string(entry.event.rawValue),
        "entry": .integer(entry.number), "newly_posted": .bool(answer.newlyPosted),
        "postings": .array(
          entry.postings.map {
            ["account": .string($0.account.description), "amount_nano": .decimal($0.amountNano)]
          }),
      ]
      return Console.out(document.text)
    }
    Console.out(
      "\(answer.id)  \(entry.event.rawValue)\(answer.newlyPosted ? "" : ", posted before") as entry \(entry.number)")
    for posting in entry.postings { Console.out("  \(posting.account)  \(posting.amountNano)") }
  }
}
