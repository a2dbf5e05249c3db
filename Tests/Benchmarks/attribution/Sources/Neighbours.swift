import Credit
import Cryptography
import Foundation

extension CreditBench {
  /// FOLDER has `vectors` [N][D] int8, `labels` and `owners` [N] u8, `queries` [Q][D] int8, `wanted` [Q] u8: the sums of
  /// `knn-shapley/1` by owner for each query.
  static func neighbours(_ folder: String, neighbours: Int) throws -> String {
    let labels = try numbers(folder + "/labels", UInt8.self)
    let owners = try numbers(folder + "/owners", UInt8.self)
    let vectors = try numbers(folder + "/vectors", Int8.self)
    let width = vectors.count / labels.count
    let classes = labels.indices.map { at in
      NeighbourClass(
        owner: String(format: "c%03d", owners[at]), commitment: UInt64(at), id: SHA256.hash([UInt8](String(at).utf8)),
        label: UInt32(labels[at]), vector: Array(vectors[at * width..<(at + 1) * width]))
    }
    let ranking = try NeighbourRanking(NeighbourIndex(classes))
    let method = try KNNShapley(neighbours: neighbours, negatives: .net)
    let (queries, wanted) = (try numbers(folder + "/queries", Int8.self), try numbers(folder + "/wanted", UInt8.self))
    var (times, results): ([Double], [String]) = ([], [])
    for (at, label) in wanted.enumerated() {
      let query = Array(queries[at * width..<(at + 1) * width])
      if at == 0 { _ = try method.weights(query, .label(UInt32(label)), ranking) }
      let (time, weights) = try timed { try method.weights(query, .label(UInt32(label)), ranking) }
      times.append(time)
      results.append("[" + weights.map { String($0.weight) }.joined(separator: ",") + "]")
    }
    return "{\"times\":\(times),\"sums\":[\(results.joined(separator: ","))],\"kernel\":\"\(DotKernel.widest)\"}"
  }
}
