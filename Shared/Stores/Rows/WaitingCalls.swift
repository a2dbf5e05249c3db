/// Calls that meet: what arrives while a batch is worked on makes the next batch, which so waits for one batch at most.
/// Part of the state of an actor.
struct WaitingCalls<Item: Sendable, Answer: Sendable> {
  typealias Call = (item: Item, answer: CheckedContinuation<Answer, any Error>)

  private var calls: [Call] = []
  private var isWorking = false

  var count: Int { calls.count }

  /// - Returns: whether nobody works, so that the caller has to begin.
  mutating func add(_ item: Item, _ answer: CheckedContinuation<Answer, any Error>) -> Bool {
    calls.append((item, answer))
    defer { isWorking = true }
    return !isWorking
  }

  /// As many from the head as one batch takes, and at least one; none when nobody waits: then the work has ended.
  mutating func nextBatch(countMax: Int, bytesMax: Int, bytes: (Item) -> Int) -> [Call] {
    var sum = 0
    let count = calls.prefix(countMax).prefix {
      sum += bytes($0.item)
      return sum <= bytesMax
    }.count
    let batch = Array(calls.prefix(max(1, count)))
    calls.removeFirst(batch.count)
    isWorking = !batch.isEmpty
    return batch
  }
}
