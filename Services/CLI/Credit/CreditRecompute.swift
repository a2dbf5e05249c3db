import ArgumentParser
import Codec
import Credit
import Cryptography
import Foundation
import Receipts
import ServiceKit

struct CreditRecompute: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recompute",
    abstract: "The shares of an answer as they would be by the registry of today, for a dispute or an adjustment.",
    discussion: """
      What an answer paid stands, whatever is registered later. Where a dispute shows that a document belonged to somebody
      else, who has revealed an older commitment since, this computes who would be credited by all that the log holds now:
      by the policy, the values, the spans and the nearest records that were signed, and the owners of today. It prints a
      JSON list that colophon credit dispute uphold --shares and colophon credit adjust --shares take, and to standard error whose
      documents changed hands. It posts nothing.
      """)

  @Argument(help: "The bundle of the answer, as its owner gets it.") var bundle: String
  @Option(help: "The folder of texts that attribution has, where the policy looks for near copies.")
  var collections: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let audit = try CreditAudit(Receipts.Bundle(try Files.bytes(bundle)))
      let (shares, changed) = try await audit.today(data, collections)
      for line in changed { Console.error(line) }
      if changed.isEmpty { Console.error("no document changed hands") }
      Console.out(JSON.array(shares.map(\.json)).text)
    }
  }
}

extension CreditAudit {
  /// The shares by the owners of today, and a line for each document whose owner is another than the one that was signed.
  fileprivate func today(_ data: DataOption, _ folder: String?) async throws -> ([Share], [String]) {
    guard let scores else {
      throw Failure("its documents have no scores, or they are closed: only they have owners in a registry", status: 65)
    }
    let (reader, snapshot) = try await RegistryClient.with(data) { try await $0.readWithHead() }
    guard policy.near == nil || folder != nil else {
      throw Failure("the policy looks for near copies: give the texts with --collections", status: 64)
    }
    let near = try folder.flatMap { try classes($0, in: reader.registry, at: snapshot) }
    let owners = DocumentOwnership(of: scores.sources, in: reader.registry, at: snapshot, near: near).owners
    let weights = zip(scores.lines, owners).map { Weighted(contributor: $1.contributor, weight: $0.score) }
    let changed = zip(scores.lines, owners).compactMap { line, owner -> String? in
      guard line.source.contributor != owner.contributor else { return nil }
      return "document \(line.document): \(line.source.contributor), now \(Self.text(owner))"
    }
    return (try shares(documents: weights), changed)
  }
}
