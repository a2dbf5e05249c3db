internal import Codec

/// When verification executes an answer again, as its receipt states it (FORMAT section 2).
public enum VerificationPolicy: Sendable, Hashable {
  /// Before the receipt is signed: the receipt binds the verdict, and states nothing else.
  case always
  /// When the draw selects it (``Draw``): a rate of 1 to 10,000 basis points.
  case sample(basisPoints: Int)
  /// When somebody asks.
  case onDemand
  /// Never by this suite. Text `none`.
  case never

  public static let basisPointsMax = 10_000

  /// `always`, `sample 500bp`, `on-demand` or `none`. Nil for any other text.
  public init?(_ text: String) {
    switch text {
    case "always": self = .always
    case "on-demand": self = .onDemand
    case "none": self = .never
    default:
      // A rate has one spelling.
      guard let rate = Int(text.dropFirst(7).dropLast(2)), (1...Self.basisPointsMax).contains(rate),
        text.hasSameBytes(as: Self.sample(basisPoints: rate).text)
      else { return nil }
      self = .sample(basisPoints: rate)
    }
  }

  /// What `init(_:)` reads.
  public var text: String {
    switch self {
    case .always: "always"
    case .sample(let rate): "sample \(rate)bp"
    case .onDemand: "on-demand"
    case .never: "none"
    }
  }

  /// The member `verification` of a receipt. Nil for `always`, which the bound verdict says.
  var json: JSON? {
    switch self {
    case .always: nil
    case .sample(let rate): ["policy": "sample", "rate_bp": .integer(rate)]
    case .onDemand: ["policy": "on-demand"]
    case .never: ["policy": "none"]
    }
  }

  init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "receipt.verification")
    switch try fields.string("policy") {
    case "sample":
      let rate = try fields.count("rate_bp")
      guard (1...Self.basisPointsMax).contains(rate) else {
        throw .field("receipt.verification.rate_bp", why: "must be 1 to \(Self.basisPointsMax)")
      }
      self = .sample(basisPoints: rate)
    case "on-demand": self = .onDemand
    case "none": self = .never
    default: throw .field("receipt.verification.policy", why: "must be sample, on-demand or none")
    }
    try fields.end()
  }
}
