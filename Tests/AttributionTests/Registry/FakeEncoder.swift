import Cryptography
import RPC
import Synchronization
import Wire

@testable import AttributionService

/// Inference's encoder in this process: a text `name x y` has the vector (x, y).
final class FakeEncoder: Sendable {
  struct State: Sendable {
    var name: UInt8 = 1
    var embedded: [String] = []
    /// Texts that are embedded before it breaks; nil: it does not.
    var left: Int?
    /// Instead of what is right.
    var answer: EmbedResponse?
  }

  let state = Mutex(State())

  var count: Int { state.withLock { $0.embedded.count } }
  var model: [UInt8] { state.withLock { SHA256.hash([$0.name]).bytes } }

  func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

  var embed: CollectionIndexer.Embed {
    { [self] texts in
      try state.withLock { state in
        if let answer = state.answer, !texts.isEmpty { return answer }
        if let left = state.left, !texts.isEmpty {
          guard left >= texts.count else { throw RPCError(.unavailable, "inference is down") }
          state.left = left - texts.count
        }
        state.embedded += texts
        let vectors = texts.flatMap { text in
          text.split(separator: " ").suffix(2).map { UInt8(bitPattern: Int8($0) ?? 0) }
        }
        return EmbedResponse(model: SHA256.hash([state.name]).bytes, width: 2, vectors: vectors)
      }
    }
  }
}
