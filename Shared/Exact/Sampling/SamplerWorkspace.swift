import Synchronization

/// Memory that choosing a token needs, kept from token to token: fresh pages for every token would cost more than the
/// arithmetic on them.
///
/// Safety of `@unchecked Sendable`: an instance is out of the pool while somebody uses it, and then has one user.
final class SamplerWorkspace: @unchecked Sendable {
  /// Most that wait in the pool; one for each thread that ever chose at the same time is enough.
  private static let idleMax = 64
  private static let idle = Mutex<[SamplerWorkspace]>([])

  let capacity: Int
  /// Adjusted logits.
  let adjusted: UnsafeMutableBufferPointer<Float>
  /// Logits over the temperature.
  let scaled: UnsafeMutableBufferPointer<Float>
  /// Ranked values, then their probabilities.
  let ranked: UnsafeMutableBufferPointer<Float>
  /// Key and token of what is ranked, and room to sort them.
  let entries: UnsafeMutableBufferPointer<UInt64>
  let spare: UnsafeMutableBufferPointer<UInt64>

  private init(capacity: Int) {
    self.capacity = capacity
    adjusted = .allocate(capacity: capacity)
    scaled = .allocate(capacity: capacity)
    ranked = .allocate(capacity: capacity)
    entries = .allocate(capacity: capacity)
    spare = .allocate(capacity: capacity)
    for floats in [adjusted, scaled, ranked] { floats.initialize(repeating: 0) }
    for words in [entries, spare] { words.initialize(repeating: 0) }
  }

  deinit {
    for floats in [adjusted, scaled, ranked] { floats.deallocate() }
    for words in [entries, spare] { words.deallocate() }
  }

  /// Lends a workspace for a vocabulary of `count` tokens.
  static func with<Value>(
    _ count: Int, _ body: (SamplerWorkspace) throws(SamplingError) -> Value
  ) throws(SamplingError) -> Value {
    let waiting = idle.withLock { idle in
      idle.lastIndex { $0.capacity >= count }.map { idle.remove(at: $0) }
    }
    let workspace = waiting ?? SamplerWorkspace(capacity: count)
    defer { idle.withLock { if $0.count < idleMax { $0.append(workspace) } } }
    return try body(workspace)
  }
}
