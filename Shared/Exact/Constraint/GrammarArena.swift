internal import Synchronization

/// The deterministic automaton of a program, made while it is used: a node is the set of all places where an answer may
/// stand, each a state with its stack of returns. Nodes and transitions are remembered, so that a byte that was seen
/// before costs two table reads. What is remembered never changes an answer.
///
/// Every place kept can be completed (its cost is finite): there are no dead ends.
final class GrammarArena: Sendable {
  typealias NodeID = UInt32

  /// The node from which nothing can be completed.
  static let dead: NodeID = 0

  let program: ByteProgram
  let classes: ByteClasses
  let cost: CompletionCost
  let storage: Mutex<Storage>

  init(_ program: ByteProgram, classes: ByteClasses, cost: CompletionCost) {
    self.program = program
    self.classes = classes
    self.cost = cost
    storage = Mutex(Storage(classCount: classes.count))
  }

  /// A state to return to, and the frame below it.
  struct Frame {
    var state: ByteProgram.StateID
    var parent: UInt32
    /// Containers that are open once the return is made.
    var containers: Int
    /// Fewest bytes from the return to the end of the answer.
    var cost: Int
  }

  struct Node {
    /// `state << 32 | frame` of each place, ascending.
    var places: [UInt64]
    /// The answer may end here.
    var accepts: Bool
  }

  /// A node without reference to an arena: its places as state, then returns from the innermost out.
  struct Position: Sendable, Equatable {
    var places: [[UInt32]]
    var accepts: Bool
  }

  struct MaskKey: Hashable {
    var trie: ObjectIdentifier
    var node: NodeID
  }

  struct CachedMask {
    /// Keeps the identity in the key from being reused.
    let trie: TokenTrie
    let mask: TokenMask
    /// The largest cost after any allowed token: the mask holds for every budget that covers it.
    let costMax: Int
  }

  struct Storage: Sendable {
    static let unknown: UInt32 = .max
    static let notUniform: UInt32 = .max - 1

    let classCount: Int
    var nodes = [Node(places: [], accepts: false)]
    /// Of each node: fewest bytes to the end of the answer.
    var costs = [Int32(CompletionCost.infinite)]
    /// Of each node: where its transitions begin, -1 before the first is asked for.
    var rows: [Int32] = [-1]
    /// Of each node: the node after any character that a string spells as itself; `notUniform` where they differ.
    var plainSteps: [NodeID] = [GrammarArena.dead]
    var transitions: [UInt32] = []
    /// Frame 0 is the bottom: the answer ends where it is returned to.
    var frames = [Frame(state: 0, parent: 0, containers: 0, cost: 0)]
    var nodeIDs: [NodeKey: NodeID] = [:]
    var frameIDs: [UInt64: UInt32] = [:]
    var masks: [MaskKey: CachedMask] = [:]

    var isFull: Bool { nodes.count > GrammarLimits.arenaNodes }
  }

  struct NodeKey: Hashable {
    var places: [UInt64]
    var accepts: Bool
  }
}

extension GrammarArena.Frame: Sendable {}
extension GrammarArena.Node: Sendable {}
extension GrammarArena.NodeKey: Sendable {}
extension GrammarArena.MaskKey: Sendable {}
extension GrammarArena.CachedMask: Sendable {}
