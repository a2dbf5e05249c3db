internal import Codec
internal import Cryptography

extension LedgerAct {
  /// Without its time.
  var members: [JSONMember] {
    switch self {
    case .escrow(let day): [JSONMember("until_day", .integer(day))]
    case .release(let day): [JSONMember("day", .integer(day))]
    case .open(let contest): contest.members
    case .uphold(let resolution): resolution.members + [JSONMember("shares", Share.json(resolution.shares))]
    case .reject(let resolution): resolution.members
    case .adjust(let adjustment):
      [
        Self.member("evidence", adjustment.evidence), JSONMember("reason", .string(adjustment.reason.rawValue)),
        JSONMember("shares", Share.json(adjustment.shares)),
      ]
    case .pay(let payout):
      [
        JSONMember("day", .integer(payout.day)), JSONMember("minimum_nano", .decimal(payout.minimumNano)),
        JSONMember("payees", .array(payout.payees.map(\.json))), JSONMember("terms", payout.terms.json),
      ]
    }
  }

  /// `LedgerDetail` compares what it read with what it writes, so that no other member goes unseen.
  init(_ event: LedgerEntry.Event, _ fields: Fields, _ json: JSON) throws(CreditError) {
    switch event {
    case .pending: throw .json(path: event.rawValue, wanted: "without an act")
    case .settlement: self = .escrow(untilDay: try Self.day(fields, "until_day"))
    case .release: self = .release(day: try Self.day(fields, "day"))
    case .disputeOpened: self = .open(try Contest(fields, json))
    case .disputeUpheld: self = .uphold(try Resolution(fields, try Self.shares(json)))
    case .disputeRejected: self = .reject(try Resolution(fields, []))
    case .adjustment:
      self = .adjust(
        Adjustment(
          reason: try fields.choice("reason"), evidence: try Self.digest(fields, "evidence"),
          shares: try Self.shares(json)))
    case .payout:
      var payees: [Payout.Payee] = []
      for item in try fields.array("payees", limit: Payout.payeeCountMax) {
        payees.append(try Payout.Payee(item, "\(fields.at("payees"))[\(payees.count)]"))
      }
      self = .pay(
        Payout(
          day: try Self.day(fields, "day"), minimumNano: try fields.decimal("minimum_nano"),
          terms: try PayoutTerms(json["terms"] ?? .null, fields.at("terms")), payees: payees))
    }
  }

  fileprivate static func member(_ name: String, _ digest: Digest32) -> JSONMember {
    JSONMember(name, .string("sha256:\(digest.hex)"))
  }

  fileprivate static func digest(_ fields: Fields, _ name: String) throws(CreditError) -> Digest32 {
    guard let digest = Asset.digest(.string(try fields.text(name))) else {
      throw .json(path: fields.at(name), wanted: "\"sha256:\" and 64 lower-case digits")
    }
    return digest
  }

  private static func day(_ fields: Fields, _ name: String) throws(CreditError) -> Int {
    let day = try fields.integer(name)
    guard (0...UnixDay.last).contains(day) else { throw .json(path: fields.at(name), wanted: "a day since 1970") }
    return day
  }

  private static func shares(_ json: JSON) throws(CreditError) -> [Share] {
    try Share.list(json: json["shares"] ?? .null)
  }
}

extension LedgerAct.Contest {
  fileprivate var members: [JSONMember] {
    var members = [LedgerAct.member("evidence", evidence)]
    if let contributor { members.append(JSONMember("contributor", .string(contributor))) }
    if let classID { members.append(LedgerAct.member("class", classID)) }
    if let amountNano { members.append(JSONMember("amount_nano", .decimal(amountNano))) }
    return members
  }

  fileprivate init(_ fields: Fields, _ json: JSON) throws(CreditError) {
    let contributor = json["contributor"] == nil ? nil : try fields.id("contributor", "contributor")
    let classID = json["class"] == nil ? nil : try LedgerAct.digest(fields, "class")
    let amount = json["amount_nano"] == nil ? nil : try fields.decimal("amount_nano")
    self.init(
      contributor: contributor, classID: classID, amountNano: amount,
      evidence: try LedgerAct.digest(fields, "evidence"))
  }
}

extension LedgerAct.Resolution {
  fileprivate var members: [JSONMember] {
    [JSONMember("dispute", .string(dispute)), LedgerAct.member("evidence", evidence)]
  }

  fileprivate init(_ fields: Fields, _ shares: [Share]) throws(CreditError) {
    self.init(
      dispute: try fields.text("dispute"), evidence: try LedgerAct.digest(fields, "evidence"), shares: shares)
  }
}

extension LedgerAct.Payout.Payee {
  fileprivate var json: JSON { ["contributor": .string(contributor), "payout": .string(reference)] }

  fileprivate init(_ json: JSON, _ path: String) throws(CreditError) {
    let fields = try Fields(json, path, ["contributor", "payout"])
    self.init(contributor: try fields.id("contributor", "contributor"), reference: try fields.text("payout"))
  }
}
