import ArgumentParser
import Codec
import Credit
import Cryptography
import Foundation
import Receipts

struct CreditSimulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "What contributors would have earned of the same receipts under other policies.",
    discussion: """
      Every policy is applied to every receipt, from the statements in its bundle: price, lineage, operator, usage. A method
      that needs more (feedback/1) takes its weights from --scores, and so do context-shapley/1, span/1, knn-shapley/1 and
      tknn-shapley/1 where the bundle does not open the scores of its documents, or what its answer is credited by: a JSON
      object {receipt id: {method: [{"contributor", "weight": "<decimal>"}]}}. Nothing is verified here and nothing is paid:
      colophon verify does the one, colophon-attribution --policy FILE the other.
      """)

  @Argument(help: "Bundles, as colophon ask --bundle or /v1/receipts/{id}/bundle gave them.") var bundles: [String]
  @Option(parsing: .singleValue, help: "A policy document (JSON), or default/1; may be given again.")
  var policy: [String] = []
  @Option(help: "Weights of methods that statements do not have.") var scores: String?
  @Option(help: "A file for a chart (SVG).") var svg: String?

  func run() async throws {
    try await Failure.report {
      var simulation: Simulation
      do { simulation = try Simulation(try (policy.isEmpty ? ["default/1"] : policy).map(Self.policy)) } catch let error
        as CreditError
      { throw Failure("\(error)", status: 65) }
      let scores = try scores.map { try SimulationScores(path: $0) }
      for path in bundles {
        let request = try Self.request(path, scores)
        do { try simulation.add(request) } catch { throw Failure("\(path): \(error)", status: 65) }
      }
      for policy in simulation.policies { Console.out("\(policy.id)  sha256:\(try policy.digest().hex)") }
      Console.out("\n" + SimulationTable(simulation).text)
      if let svg { try Files.write(Array(SimulationChart(simulation).svg.utf8), to: URL(fileURLWithPath: svg)) }
    }
  }

  private static func policy(_ path: String) throws -> AttributionPolicy {
    guard path != AttributionPolicy.standard.id else { return .standard }
    do { return try AttributionPolicy(json: JSON(parsing: try Files.bytes(path))) } catch let failure as Failure {
      throw failure
    } catch { throw Failure("\(path) is no policy: \(error)", status: 65) }
  }

  private static func request(_ path: String, _ scores: SimulationScores?) throws -> Simulation.Request {
    do {
      let bundle = try Receipts.Bundle(try Files.bytes(path))
      guard let execution = try bundle.statements[.execution].map({ try SignedStatement($0) }),
        let model = try bundle.statements[.model].map({ try SignedStatement($0) }),
        let receipt = try bundle.statements[.receipt].map({ try SignedStatement($0) })
      else { throw Failure("\(path): nothing was executed, or its manifest is not there", status: 65) }
      let run = try ExecutionPredicate(execution.statement.predicate)
      let issuer = execution.statement.issuer
      return Simulation.Request(
        id: bundle.receiptID.description, lineage: try ModelManifest(model.statement.predicate).lineage,
        operatorID: issuer, usage: run.count(by: issuer),
        priceNano: try ReceiptPredicate(receipt.statement.predicate).priceNano,
        scores: (scores?.weights[bundle.receiptID.description] ?? [:]).merging(try opened(bundle)) { given, _ in
          given
        })
    } catch let error as ReceiptError { throw Failure("\(path): \(error)", status: 65) }
  }
}

extension CreditSimulate {
  /// Of the documents in its prompt, the spans of its answer and the records near to it, where the bundle opens them.
  private static func opened(_ bundle: Receipts.Bundle) throws -> [String: [Weighted]] {
    var weights = try documents(bundle)
    guard let content = try bundle.openings[.content].map({ try Opening(blob: $0) }) else { return weights }
    if let spans = bundle.openings[.spans] {
      weights[AnswerSpans.method] = try AnswerSpans(opened: Opening(blob: spans), content: content).weights
    }
    if let nearest = bundle.openings[.nearest] {
      let found = try AnswerNearest(opened: Opening(blob: nearest), content: content)
      weights[found.method] = found.weights
    }
    return weights
  }

  private static func documents(_ bundle: Receipts.Bundle) throws -> [String: [Weighted]] {
    guard let values = bundle.openings[.scores], let request = bundle.openings[.request] else { return [:] }
    let retrieved = try bundle.openings[.retrieved].map { try Opening(blob: $0).data }
    let documents = try ChatRequest(body: Opening(blob: request).data, retrieved: retrieved).parameters.documents
    return [DocumentScores.method: try DocumentScores(Opening(blob: values), sources: documents.map(\.source)).weights]
  }
}

/// Weights by receipt and method, as somebody computed them.
struct SimulationScores {
  private(set) var weights: [String: [String: [Weighted]]] = [:]

  init(path: String) throws {
    func wrong(_ why: String) -> Failure { Failure("\(path) \(why)", status: 65) }
    let json: JSON
    do { json = try JSON(parsing: try Files.bytes(path)) } catch let error as JSONError {
      throw wrong("is no JSON: \(error)")
    }
    guard let receipts = json.objectValue else { throw wrong("must be an object of receipts") }
    for receipt in receipts {
      guard let methods = receipt.value.objectValue else {
        throw wrong("must have an object of methods at \(receipt.name)")
      }
      for method in methods {
        guard let list = method.value.arrayValue else {
          throw wrong("must have a list at \(receipt.name) \(method.name)")
        }
        weights[receipt.name, default: [:]][method.name] = try list.map { item in
          guard let members = item.objectValue, members.count == 2, let id = item["contributor"]?.stringValue,
            let text = item["weight"]?.stringValue, let weight = Int128(text), text == String(weight)
          else {
            throw wrong("must have {\"contributor\", \"weight\": \"<decimal>\"} at \(receipt.name) \(method.name)")
          }
          return Weighted(contributor: id, weight: weight)
        }
      }
    }
  }
}
