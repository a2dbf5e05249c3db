import ArgumentParser
import Codec
import Cryptography
import Foundation
import MerkleLog
import Receipts

struct KeyList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Read the key statements of a whole log and print what they say.",
    discussion: """
      Every entry is hashed up to the signed root, and every statement held against its entry. A key statement counts when
      the trust policy lists its signer for the kind 'key'; those of signers that it does not list at all are shown as
      strangers'. Exit status 65 when one by a listed key does not count, or when the statement of an entry is not to be had: it
      may have ended a key.
      """)

  @Option(help: "The trust policy; by default that of the data folder.") var trust: String?
  @Flag(help: "Print one JSON object.") var json = false
  @OptionGroup var storage: StorageOption

  func run() async throws {
    try await Failure.report {
      let policy = try TrustPolicy(try Files.bytes(trust ?? storage.data.trust.path))
      let scan = try await storage.with { try await KeyScan(LogReader($0, storage.data), policy) }
      let intervals = scan.history.intervals.sorted { ($0.value.index, $0.key) < ($1.value.index, $1.key) }.map(\.value)
      if json {
        Console.out(Self.json(scan, intervals).text)
      } else {
        for interval in intervals { Console.out(Self.line(interval)) }
        for (index, keyID) in scan.strangers {
          Console.out("\(keyID)  stated in entry \(index) by a key that the policy does not list")
        }
        Console.out("\(intervals.count) keys stated in a log of \(scan.checkpoint.size) entries")
      }
      try scan.requireWhole()
    }
  }

  private static func line(_ interval: KeyHistory.Interval) -> String {
    let stated = interval.stated
    let kinds = stated.kinds.map(\.rawValue).sorted().joined(separator: ", ")
    let to = stated.toIndex.map { "to \($0)" } ?? "on"
    let replaces = stated.replaces.map { ", in the place of \($0.named)" } ?? ""
    return
      "\(stated.subject)  from \(stated.fromIndex) \(to)  \(kinds)  (entry \(interval.index), \(interval.issuer)\(replaces))"
  }

  private static func json(_ scan: KeyScan, _ intervals: [KeyHistory.Interval]) -> JSON {
    let keys = intervals.map { interval -> JSON in
      .object(
        (interval.stated.json.objectValue ?? []) + [
          JSONMember("index", .decimal(interval.index)), JSONMember("stated_by", .string(interval.issuer)),
        ])
    }
    return [
      "size": .decimal(scan.checkpoint.size), "root": .string(scan.checkpoint.root.hex), "keys": .array(keys),
      "strangers": .array(scan.strangers.map { ["index": .decimal($0.index), "key": .string($0.keyID)] }),
      "refused": .array(scan.refused.map { ["index": .decimal($0.index), "why": .string($0.why)] }),
      "unread": .array(scan.unread.map { .decimal($0) }),
    ]
  }
}

struct KeyTrust: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Write a trust policy whose keys have the intervals that the log states.",
    discussion: """
      Each key of the policy keeps what its from_index and to_index have in common with what was stated; nothing is ever
      widened, and no key is added: whom to believe stays yours to say. Fails as 'colophon key list' does, unless
      --despite says that statements which are not to be had are known not to matter.
      """)

  @Option(help: "The trust policy to start from; by default that of the data folder.") var trust: String?
  @Option(name: .shortAndLong, help: "File to write; by default standard output.") var output: String?
  @Flag(help: "Go on although statements were refused, or are not to be had.") var despite = false
  @OptionGroup var storage: StorageOption

  func run() async throws {
    try await Failure.report {
      let policy = try TrustPolicy(try Files.bytes(trust ?? storage.data.trust.path))
      let scan = try await storage.with { try await KeyScan(LogReader($0, storage.data), policy) }
      if !despite { try scan.requireWhole() }
      let narrowed: TrustPolicy
      do { narrowed = try scan.history.narrowing(policy) } catch { throw Failure("\(error)", status: 65) }
      let bytes = narrowed.json.serialized() + [UInt8(ascii: "\n")]
      guard let output else { return Console.out(String(decoding: bytes, as: UTF8.self), terminator: "") }
      try Files.write(bytes, to: URL(fileURLWithPath: output))
    }
  }
}

extension KeyScan {
  /// Every statement was read, and every one about a key counts.
  func requireWhole() throws {
    for (index, why) in refused { Console.error("entry \(index) does not count: \(why)") }
    guard unread.isEmpty else {
      throw Failure(
        "the statements of \(unread.count) entries are not to be had, the first at index \(unread[0]): one of them may "
          + "end a key", status: 65)
    }
    guard refused.isEmpty else { throw Failure("\(refused.count) key statements do not count", status: 65) }
  }
}
