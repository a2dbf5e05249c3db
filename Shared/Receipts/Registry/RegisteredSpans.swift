public import Credit
public import Cryptography

/// The registered texts at one size of the log, indexed for `span/1`. A pure function of the texts, the registry, the
/// snapshot, and what the policy says: whoever has them finds the same spans in an answer.
public struct RegisteredSpans: Sendable {
  /// With its `records`.
  public let registry: RegistrySnapshot
  private let method: SpanMethod
  private let index: SpanIndex
  /// By class.
  private let holdings: [Digest32: Registry.Holding]

  /// Errors: limits of the index, memory.
  ///
  /// - Parameter previous: of an earlier snapshot, by the same policy and of the same texts: where all of its classes are
  ///   what they were, only new ones are indexed.
  public init(
    _ texts: SpanTexts, in registry: Registry, at snapshot: RegistrySnapshot, policy: SpanParameters,
    rarity: RarityTable, continuing previous: RegisteredSpans? = nil
  ) throws(CreditError) {
    let classes = try RegisteredClasses(
      texts.words, in: registry, size: snapshot.size, seed: snapshot.root, near: policy.near)
    self.registry = RegistrySnapshot(size: snapshot.size, root: snapshot.root, records: classes.records)
    method = try SpanMethod(lengthMin: policy.lengthMin, rarityMin: policy.rarityMin, rarity: rarity)
    holdings = classes.leading
    let documents = classes.spanDocuments(texts.spans)
    if let previous, previous.holdings.allSatisfy({ [holdings] in holdings[$0.key] == $0.value }) {
      let new = documents.filter { previous.holdings[$0.id] == nil }
      index = new.isEmpty ? previous.index : try previous.index.adding(new)
    } else {
      index = try SpanIndex(documents.isEmpty ? [] : [SpanSegment(documents)])
    }
  }

  /// The spans of the choices of an answer.
  ///
  /// Errors: more words or spans than an answer may have.
  public func lines(_ texts: [String]) throws(ReceiptError) -> [SpanLine] {
    var lines: [SpanLine] = []
    for (choice, text) in texts.enumerated() {
      let credits: [SpanMethod.Credit]
      do { credits = try method.credits(SpanTokens.tokens(text), in: index) } catch {
        throw .field("the answer", why: "\(error)")
      }
      for credit in credits {
        guard let holding = holdings[credit.classID] else { continue }
        lines.append(
          SpanLine(
            span: lines.count, choice: choice, start: credit.span.lowerBound, length: credit.span.count,
            tokens: credit.tokens.count, record: credit.classID, committed: credit.commitment,
            contributor: credit.owner, asset: holding.asset.id))
      }
    }
    guard lines.count <= AnswerSpans.countMax else {
      throw .limit(name: "spans of an answer", limit: AnswerSpans.countMax, got: lines.count)
    }
    return lines
  }

  /// The data of an opening for the choices of an answer.
  public func data(of texts: [String]) throws(ReceiptError) -> [UInt8] {
    try AnswerSpans.data(registry, lines(texts))
  }
}

/// The texts in which spans of answers are looked for, by the SHA-256 of each.
public struct SpanTexts: Sendable {
  /// For near classes.
  public let words: [Digest32: [UInt32]]
  /// For spans.
  public let spans: [Digest32: [UInt32]]

  /// Of files and records (``CollectionTexts``). Errors name the file and line.
  public init(_ files: [(name: String, bytes: [UInt8])]) throws(ReceiptError) {
    var (words, spans): ([Digest32: [UInt32]], [Digest32: [UInt32]]) = ([:], [:])
    for file in files {
      for text in try CollectionTexts.read(file.name, file.bytes) {
        let id = SHA256.hash(Array(text.utf8))
        words[id] = NearTexts.tokens(text)
        spans[id] = SpanTokens.tokens(text)
      }
    }
    (self.words, self.spans) = (words, spans)
  }
}
