import Exact
import Foundation

/// Finds passages for a question: by the words they share, then by the encoder.
struct DemoRetrieval {
  struct Found {
    let passage: DemoPassage
    /// Inner product of the two vectors.
    let nearness: Float
  }

  /// Passages of one contributor that the encoder ranks.
  private static let candidatesMax = 24
  /// Passages of one contributor in one prompt, so that its pages do not stand there alone.
  private static let ofOneMax = 2

  private let sources: [[(passage: DemoPassage, words: WordSet)]]
  private let encoder: EmbeddingModel
  private let pool: ThreadPool

  init(_ sources: [DemoSource], _ folder: EncoderFolder) throws {
    let threads = min(max(1, ProcessInfo.processInfo.activeProcessorCount), ThreadPool.maxThreads)
    pool = try ThreadPool(threads: threads)
    encoder = try folder.load(threads: threads)
    self.sources = try sources.map { source in
      let passages = try source.passages()
      guard !passages.isEmpty else {
        throw Failure("\(source.contributor) has no passage that is long enough", status: 65)
      }
      return passages.map { ($0, WordSet($0.text + " " + $0.title)) }
    }
  }

  /// The nearest passages, nearest first. The same text stands there once.
  func nearest(_ question: String, count: Int) throws -> [Found] {
    let passagesCount = sources.reduce(0) { $0 + $1.count }
    // A word counts by how rare it is.
    let asked = WordSet(question).hashes.map { word in
      let having = sources.reduce(0) { $0 + $1.count { $0.words.contains(word) } }
      return (word: word, weight: log(Double(passagesCount + 1) / Double(having + 1)))
    }
    let candidates = sources.flatMap { passages in
      passages.enumerated().map { at, item in
        (at, asked.reduce(0) { $0 + (item.words.contains($1.word) ? $1.weight : 0) })
      }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        .prefix(Self.candidatesMax).map { passages[$0.0].passage }
    }
    do {
      let vectors = try encoder.embed([question] + candidates.map(\.text), truncates: true, pool: pool)
      let found = zip(candidates, vectors.dropFirst()).map { passage, vector in
        Found(passage: passage, nearness: zip(vector, vectors[0]).reduce(0) { $0 + $1.0 * $1.1 })
      }.sorted { $0.nearness > $1.nearness }
      var (seen, counts) = (Set<String>(), [String: Int]())
      return Array(
        found.filter { item in
          guard seen.insert(item.passage.text).inserted else { return false }
          counts[item.passage.contributor, default: 0] += 1
          return counts[item.passage.contributor, default: 0] <= Self.ofOneMax
        }.prefix(count))
    } catch { throw Failure("\(error)", status: 65) }
  }
}
