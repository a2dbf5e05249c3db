/// One choice while it is computed: its tokens, how far their keys and values are stored, and what decodes its rows.
///
/// Confined to the scheduler's thread, but for `take`, which a worker calls for its own row.
final class RunningSequence {
  let request: RunningRequest
  let choice: Int
  /// Prompt and answer so far.
  private(set) var tokens: [UInt32]
  /// Tokens whose keys and values are stored.
  private(set) var computed = 0
  let kv: KVSequence
  private(set) var decoder: ChoiceDecoder
  /// What came of the row of the pass under way.
  private(set) var outcome: Result<ChoiceDecoder.Step, GenerationError>?
  private var node = PrefixCache.root
  private var cachedPages = 0

  init(_ request: RunningRequest, choice: Int, pages: KVPages, contextLimit: Int) {
    self.request = request
    self.choice = choice
    tokens = request.prompt
    decoder = request.decoders[choice]
    kv = KVSequence(pages, contextLimit: contextLimit)
  }

  /// Tokens to compute before the next one can be chosen; 1 while it is answering.
  var pending: Int { tokens.count - computed }
  var isPrefilling: Bool { pending > 1 }
  var hasEnded: Bool { decoder.end != nil }

  // MARK: Steps

  /// Adds the next `count` tokens to a batch. There is room for them.
  func add(_ count: Int, to batch: inout Batch) {
    batch.add(tokens[computed..<computed + count], of: kv, position: computed, rows: count == pending ? 1 : 0)
  }

  /// A worker's part: the row that predicts the next token.
  func take(_ row: RowBlock.Row) {
    do throws(GenerationError) {
      outcome = .success(
        try decoder.take(position: UInt32(row.position + 1), hidden: row.hidden, prediction: row.prediction))
    } catch {
      outcome = .failure(error)
    }
  }

  /// After a pass over `count` of its tokens.
  func advance(_ count: Int, _ cache: inout PrefixCache) -> Result<ChoiceDecoder.Step, GenerationError>? {
    computed += count
    keepPages(&cache)
    defer { outcome = nil }
    if case .success(let step)? = outcome { tokens.append(step.token) }
    return outcome
  }

  /// Ends it where it stands: the text that was held back.
  func cancel() -> String { decoder.cancel() }

  // MARK: Pages

  /// Takes over what is known of the prompt. The last token is always left to compute: its row is wanted.
  func adopt(_ cache: inout PrefixCache) {
    let size = KVPages.positions
    while computed + size < tokens.count,
      let (page, found) = cache.find(owner: request.owner, parent: node, tokens: tokens[computed..<computed + size])
    {
      kv.adopt(page)
      (node, computed, cachedPages) = (found, computed + size, cachedPages + 1)
    }
  }

  /// Offers the pages of the prompt that are now full.
  private func keepPages(_ cache: inout PrefixCache) {
    let size = KVPages.positions
    while (cachedPages + 1) * size <= min(computed, request.prompt.count) {
      let range = cachedPages * size..<(cachedPages + 1) * size
      node = cache.insert(owner: request.owner, parent: node, tokens: tokens[range], page: kv.held[cachedPages])
      cachedPages += 1
    }
  }

  /// Gives all pages back. What they held is computed again when its turn comes, to the same bits.
  func preempt() {
    kv.truncate(toPages: 0)
    (computed, cachedPages, node) = (0, 0, PrefixCache.root)
  }
}

/// A request from its admission to its end.
final class RunningRequest {
  let prompt: [UInt32]
  /// Whose pages it may share.
  let owner: [UInt8]
  let ownsCache: Bool
  let isCancelled: @Sendable () -> Bool
  let emit: @Sendable (ServingEvent) -> Void
  /// In order of index; the state of choices that are not running.
  var decoders: [ChoiceDecoder]
  /// Choices that have not ended; 0: the last event is out.
  var unfinished: Int
  /// Choices that run or have run.
  var started = 0

  init(_ request: ServingRequest, number: UInt64, _ emit: @escaping @Sendable (ServingEvent) -> Void) {
    prompt = request.prompt
    decoders = request.choices
    unfinished = request.choices.count
    isCancelled = request.isCancelled
    self.emit = emit
    // A key that no caller can state: choices of one request share with one another.
    ownsCache = request.sharingKey == nil
    owner = request.sharingKey.map { [1] + $0 } ?? [0] + withUnsafeBytes(of: number) { Array($0) }
  }
}
