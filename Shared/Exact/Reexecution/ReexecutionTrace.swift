import Cryptography

/// What the rows of a claim have shown so far: the chain that they make, and where the claim first differs from them.
struct ReexecutionTrace {
  private let claim: Reexecution.Claim
  /// The opened list, when it is one that leads to the signed head: no other says anything of single positions.
  private let list: [Digest32]?
  private var firstOther: Int?
  /// What ended the walk, or is wrong of a choice whose tokens are right.
  private var fault: Reexecution.Finding?
  private var chain: ActivationChain
  /// Generated tokens that were recomputed.
  private(set) var positions = 0

  /// - Throws: `badSalt`.
  init(_ claim: Reexecution.Claim) throws(GenerationError) {
    self.claim = claim
    chain = try ActivationChain(salt: claim.salt)
    let tokens = claim.choices.reduce(0) { $0 + $1.tokens.count }
    list = claim.list.flatMap { $0.count == tokens && $0.last == claim.head ? $0 : nil }
  }

  /// - Returns: whether the row leads to the stated token. Otherwise no row behind it says anything more.
  mutating func compare(_ picked: UInt32, with token: UInt32, _ row: RowBlock.Row) -> Bool {
    positions += 1
    guard picked == token else {
      fault = firstOther.map { .activation(position: $0) } ?? .token(position: positions - 1)
      return false
    }
    chain.append(hidden: row.hidden, token: token, logit: row.prediction.logit(of: token))
    if let list, firstOther == nil, chain.head != list[positions - 1] { firstOther = positions - 1 }
    return true
  }

  /// There is a token behind the one that ended the answer.
  mutating func goesOn() { fault = .finish(.continuesAfterEnd(position: positions - 1)) }

  /// Text and end of a choice whose tokens are right. They are told only when no activation differs.
  mutating func finish(choice: Int, _ decoder: consuming ChoiceDecoder) {
    let stated = claim.choices[choice]
    // An executor may be stopped anywhere, but not after the answer had ended by itself.
    let found = decoder.end
    _ = decoder.cancel()
    if fault == nil, stated.end != found ?? .cancelled { fault = .finish(.other(stated: stated.end, found: found)) }
    if fault == nil, !decoder.text.utf8.elementsEqual(stated.text.utf8) || decoder.toolCalls != stated.toolCalls {
      fault = .text(choice: choice)
    }
  }

  /// The earliest difference. A list that differs though its head is right is the list's fault alone.
  var finding: Reexecution.Finding? {
    switch fault {
    case .token, .activation, .finish(.continuesAfterEnd): return fault
    default: break
    }
    guard chain.head == claim.head else { return firstOther.map { .activation(position: $0) } ?? .head }
    if let opened = claim.list, opened != chain.digests {
      return .list(position: zip(opened, chain.digests).enumerated().first { $1.0 != $1.1 }?.offset)
    }
    return fault
  }
}
