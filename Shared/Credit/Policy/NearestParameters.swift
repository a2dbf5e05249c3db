/// What a policy fixes of `knn-shapley/1` and `tknn-shapley/1`; the snapshot of an answer has the vectors.
public struct NearestParameters: Hashable, Sendable {
  public enum Form: Hashable, Sendable {
    /// The K nearest: `knn-shapley/1`.
    case nearest(KNNShapley)
    /// All whose dot product is at least a radius: `tknn-shapley/1`.
    case within(ThresholdKNNShapley)
  }

  public let form: Form
  /// Of the relevance form: from 0 to 31.
  public let shift: Int
  /// Of 10,000: from which cosine on vectors are one class.
  public let nearBasisPoints: Int

  public init(_ form: Form, shift: Int, nearBasisPoints: Int) throws(CreditError) {
    guard (0...31).contains(shift) else {
      throw .outOfRange(what: "the shift of relevances", value: String(shift), range: "0 to 31")
    }
    guard (1...BasisPoints.whole).contains(nearBasisPoints) else {
      throw .basisPointsOutOfRange(of: "near vectors", nearBasisPoints)
    }
    self.form = form
    self.shift = shift
    self.nearBasisPoints = nearBasisPoints
  }
}
