/// The one table of all domain strings (FORMAT section 1): each hash begins with its own, so that no digest made for
/// one purpose can be shown as another's.
public enum DomainTag: String, CaseIterable, Sendable {
  /// The chain over final hidden states of an exact executor (FORMAT section 2).
  case activation = "colophon/activation/v1"
  /// The chain over the chunks written to a client's stream (FORMAT section 2).
  case stream = "colophon/stream/v1"
  /// The draw of sampled verification (FORMAT section 5).
  case draw = "colophon/draw/v1"
  /// The report data of TEE evidence (FORMAT section 8).
  case evidence = "colophon/evidence/v1"
  /// The nonce of the evidence of a key's epoch (FORMAT section 8).
  case evidenceEpoch = "colophon/evidence/epoch/v1"
  /// Commitment to the decompressed request body.
  case commitmentRequest = "colophon/commitment/request/v1"
  /// Commitment to one message's exact byte slice.
  case commitmentMessage = "colophon/commitment/message/v1"
  /// Commitment to the answer's choices.
  case commitmentContent = "colophon/commitment/content/v1"
  /// Commitment to the documents that were retrieved for a request.
  case commitmentRetrieved = "colophon/commitment/retrieved/v1"
  /// Commitment to the answer's token ids.
  case commitmentTokens = "colophon/commitment/tokens/v1"
  /// Commitment to the non-streamed body as sent.
  case commitmentWire = "colophon/commitment/wire/v1"
  /// Commitment to the values of `context-shapley/1` (FORMAT section 7).
  case commitmentScores = "colophon/commitment/scores/v1"
  /// Commitment to the spans of `span/1` (FORMAT section 7).
  case commitmentSpans = "colophon/commitment/spans/v1"
  /// Commitment to the records nearest to an answer (FORMAT section 7).
  case commitmentNearest = "colophon/commitment/nearest/v1"
  /// A commitment to an asset before it is revealed (FORMAT section 2).
  case contribution = "colophon/contribution/v1"
  /// Derivation of a salt from another secret.
  case commitmentSalt = "colophon/commitment/salt/v1"
  /// A shingle of a text, for near classes (FORMAT section 7).
  case shingle = "colophon/shingle/v1"
  /// The hash functions of a MinHash signature (FORMAT section 7).
  case minHash = "colophon/minhash/v1"
  /// A word of a document's text, for near classes (FORMAT section 7).
  case word = "colophon/word/v1"
  /// The texts among which near classes were formed (FORMAT section 7).
  case records = "colophon/records/v1"
  /// The permutations of `context-shapley/1` (FORMAT section 7).
  case permutation = "colophon/permutation/v1"
  /// What they are drawn from: the seed of a draw for one receipt (FORMAT section 7).
  case permutationSeed = "colophon/permutation/seed/v1"
  /// The chain over the entries of the ledger (FORMAT section 7).
  case ledger = "colophon/ledger/v1"
  /// The state of a ledger: its chain and its balances (FORMAT section 7).
  case ledgerState = "colophon/ledger/state/v1"
  /// The id of a dispute or an adjustment (FORMAT section 7).
  case ledgerAct = "colophon/ledger/act/v1"

  /// The tag's bytes.
  public var bytes: [UInt8] { [UInt8](rawValue.utf8) }

  /// The tag's bytes and the zero byte that ends it: what every hash begins with.
  public var prefix: [UInt8] { bytes + [0] }
}
