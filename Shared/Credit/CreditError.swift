/// Why a lineage, a policy, a price or a posting is refused. Each case names the value, and the limit when there is one.
public enum CreditError: Error, Equatable, Sendable, CustomStringConvertible {
  /// An id of a contributor, asset, role, policy or owner outside `CreditID`'s alphabet or length.
  case invalidID(what: String, String)
  /// A display name that is too long or has control characters.
  case invalidName(String, asset: String)
  case tooMany(what: String, count: Int, limit: Int)
  case empty(what: String)
  case duplicate(what: String, String)
  /// The weights of one contributor do not fit 128 bits when added.
  case weightOverflow(contributor: String)
  case priceTooLarge(nano: UInt64, limit: UInt64)
  case basisPointsOutOfRange(of: String, Int)
  case basisPointsSum(of: String, Int)
  /// `in` is the asset that names `id` as its parent, or `root`.
  case unknownAsset(String, in: String)
  case cycle(String)
  case unreachable(String)
  case tooDeep(String, depth: Int, limit: Int)
  case rootKind(String, String)
  case confirmedUnattributed(String)
  /// A JSON value of another kind than the field needs.
  case json(path: String, wanted: String)
  case unknownMember(path: String, String)
  case unbalanced(nano: String)
  case zeroAmount(account: String)
  case amountOutOfRange(account: String, nano: Int64)
  /// A parameter of a method outside its range.
  case outOfRange(what: String, value: String, range: String)
  /// A vector of another width than the others; `id` is a record's, or `query`.
  case widths(id: String, count: Int, wanted: Int)
  /// A record whose content is not what the nearness compares.
  case contentKind(id: String, wanted: String)
  /// Two records with one id and different contents.
  case contradiction(id: String)
  /// A file of a span index that cannot be read or written, and the operation that failed.
  case file(path: String, operation: String, errno: Int32)
  /// A file that is no span index, or not a whole one.
  case notAnIndex(path: String, what: String)
  /// A method whose weights neither the request's statements nor its caller has.
  case noScores(method: String)
  /// An entry of the ledger that cannot follow those before it.
  case entry(number: UInt64, why: String)
  /// Something that cannot be done to a receipt as the ledger stands.
  case refusedAct(receipt: String, why: String)
  /// An account that would owe what it cannot owe.
  case overdrawn(account: String, nano: String)
  /// A policy that does not share receipts of a day before it.
  case notEffective(policy: String, from: String, day: String)
  /// A policy that cannot take the place of another.
  case notNext(policy: String, why: String)
  case kernelUnavailable(String)
  case outOfMemory(bytes: Int, purpose: String)

  public var description: String {
    switch self {
    case .invalidID(let what, let id):
      "\(what) '\(Self.show(id))' is no id; use 1 to \(CreditID.byteCountMax) printable ASCII characters without spaces"
    case .invalidName(let name, let asset):
      "the name '\(Self.show(name))' of asset '\(Self.show(asset))' must have at most \(LineageNode.nameByteCountMax) "
        + "bytes and no control characters"
    case .tooMany(let what, let count, let limit): "\(count) \(what), the limit is \(limit); merge or drop some"
    case .empty(let what): "there are no \(what); give at least one"
    case .duplicate(let what, let id): "\(what) '\(Self.show(id))' stands there twice; keep one"
    case .weightOverflow(let id):
      "the weights of contributor '\(Self.show(id))' add up to more than 128 bits hold; scale all weights down"
    case .priceTooLarge(let nano, let limit): "a price of \(nano) nano-units is over the limit of \(limit) (2^62)"
    case .basisPointsOutOfRange(let of, let value):
      "\(value) basis points of \(Self.show(of)) are out of range; the whole is 10000"
    case .basisPointsSum(let of, let sum):
      "the basis points of \(Self.show(of)) add up to \(sum); they must add up to 10000"
    case .unknownAsset(let id, let by):
      "\(Self.show(by)) refers to asset '\(Self.show(id))', which is not in the lineage"
    case .cycle(let id): "asset '\(Self.show(id))' is its own ancestor; a lineage has no cycles"
    case .unreachable(let id):
      "asset '\(Self.show(id))' is no ancestor of the root and would earn nothing; drop or link it"
    case .tooDeep(let id, let depth, let limit):
      "asset '\(Self.show(id))' is \(depth) steps from the root, the limit is \(limit)"
    case .rootKind(let id, let kind): "the root '\(Self.show(id))' is of kind \(kind); it must be a model or an adapter"
    case .confirmedUnattributed(let id):
      "asset '\(Self.show(id))' is confirmed by nobody: a confirmed claim needs a contributor other than "
        + "'\(CreditID.unattributed)'"
    case .json(let path, let wanted): "\(Self.show(path)) must be \(wanted)"
    case .unknownMember(let path, let name):
      "\(Self.show(path)) has the unknown or repeated member '\(Self.show(name))'"
    case .unbalanced(let nano): "the postings add up to \(nano) nano-units; they must add up to zero"
    case .zeroAmount(let account): "the posting on '\(Self.show(account))' moves nothing; leave it out"
    case .amountOutOfRange(let account, let nano):
      "the posting of \(nano) nano-units on '\(Self.show(account))' is over the limit of 2^62"
    case .outOfRange(let what, let value, let range): "\(what) is \(Self.show(value)); it must be \(range)"
    case .widths(let id, let count, let wanted):
      "the vector of '\(Self.show(id))' has \(count) elements and the snapshot's have \(wanted); embed it with the same model"
    case .contentKind(let id, let wanted):
      "the content of record '\(Self.show(id))' must be \(wanted); a snapshot compares records of one kind"
    case .contradiction(let id):
      "records with the id '\(Self.show(id))' differ in content; an id is the digest of the content, so one is wrong"
    case .file(let path, let operation, let code):
      "\(operation) of \(Self.show(path)) failed with errno \(code); check that it exists, its permissions and free space"
    case .notAnIndex(let path, let what): "\(Self.show(path)) is no span index: \(what); build it again"
    case .noScores(let method):
      "there are no scores of \(Self.show(method)) for this request: give them, or use a policy without that method"
    case .entry(let number, let why):
      "entry \(number) of the ledger \(Self.show(why)); the ledger is damaged: restore a backup and compare"
    case .refusedAct(let receipt, let why): "receipt '\(Self.show(receipt))' \(why)"
    case .overdrawn(let account, let nano):
      "'\(Self.show(account))' would have \(nano) nano-units; it cannot give what it has not"
    case .notEffective(let policy, let from, let day):
      "policy '\(policy)' is effective from \(from): it does not share a receipt of \(day)"
    case .notNext(let policy, let why): "policy '\(policy)' cannot be the next one: it \(why)"
    case .kernelUnavailable(let name):
      "this processor cannot run the kernels '\(Self.show(name))'; leave the choice open"
    case .outOfMemory(let bytes, let purpose): "no memory for \(bytes) bytes of \(purpose); use a smaller snapshot"
    }
  }

  /// Hostile text must not flood or break a log line.
  private static func show(_ text: String) -> String {
    String(text.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7f ? "\u{fffd}" : Character($0) })
  }
}
