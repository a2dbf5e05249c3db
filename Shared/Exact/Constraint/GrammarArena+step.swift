extension GrammarArena {
  /// The node before the first byte.
  func start(_ storage: inout Storage) -> NodeID {
    var reached = Reached()
    close(program.rules[Int(program.root)].start, frame: 0, into: &reached, &storage)
    return intern(reached, &storage)
  }

  /// The node after one more byte; `dead` where the grammar does not allow it.
  @inline(__always)
  func step(_ node: NodeID, _ byte: UInt8, _ storage: inout Storage) -> NodeID {
    let row = Int(storage.rows[Int(node)])
    let byteClass = Int(classes.classOf[Int(byte)])
    if row >= 0 {
      let next = storage.transitions[row + byteClass]
      if next != Storage.unknown { return next }
    }
    return makeStep(node, byteClass, &storage)
  }

  private func makeStep(_ node: NodeID, _ byteClass: Int, _ storage: inout Storage) -> NodeID {
    if node == Self.dead { return Self.dead }
    if storage.rows[Int(node)] < 0 {
      storage.rows[Int(node)] = Int32(storage.transitions.count)
      storage.transitions.append(contentsOf: repeatElement(Storage.unknown, count: storage.classCount))
    }
    let byte = classes.representative[byteClass]
    var reached = Reached()
    for place in storage.nodes[Int(node)].places {
      for edge in program.states[Int(place >> 32)].bytes where edge.low <= byte && byte <= edge.high {
        close(edge.target, frame: UInt32(truncatingIfNeeded: place), into: &reached, &storage)
      }
    }
    let next = intern(reached, &storage)
    storage.transitions[Int(storage.rows[Int(node)]) + byteClass] = next
    return next
  }

  /// What a byte leads to, while it is collected.
  struct Reached {
    var places: [UInt64] = []
    var accepts = false
    /// Pairs of state and frame that were entered, places or not.
    var entered: Set<UInt64> = []
  }

  /// Follows empty edges, calls and returns from one state to the states that take bytes.
  private func close(_ state: UInt32, frame: UInt32, into reached: inout Reached, _ storage: inout Storage) {
    var open = [UInt64(state) << 32 | UInt64(frame)]
    while let place = open.popLast() {
      guard reached.entered.insert(place).inserted else { continue }
      let frame = UInt32(truncatingIfNeeded: place)
      let state = program.states[Int(place >> 32)]
      // What cannot be completed is not entered: neither are those that it leads to without a byte.
      if cost(of: place, storage) >= Int(CompletionCost.infinite) { continue }
      if !state.bytes.isEmpty { reached.places.append(place) }
      for target in state.empty { open.append(UInt64(target) << 32 | UInt64(frame)) }
      if state.isFinal {
        if frame == 0 {
          reached.accepts = true
        } else {
          let back = storage.frames[Int(frame)]
          open.append(UInt64(back.state) << 32 | UInt64(back.parent))
        }
      }
      for call in state.calls {
        guard let pushed = push(call.target, on: frame, &storage) else { continue }
        open.append(UInt64(program.rules[Int(call.rule)].start) << 32 | UInt64(pushed))
      }
    }
  }

  /// Containers that are open in a state above `frame`.
  private func containers(_ state: UInt32, _ frame: UInt32, _ storage: Storage) -> Int {
    storage.frames[Int(frame)].containers
      + (program.rules[Int(program.states[Int(state)].rule)].isContainer ? 1 : 0)
  }

  private func cost(of place: UInt64, _ storage: Storage) -> Int {
    let state = UInt32(place >> 32)
    let frame = UInt32(truncatingIfNeeded: place)
    let left = GrammarLimits.answerDepth - containers(state, frame, storage)
    return Int(cost(state, levels: left)) + storage.frames[Int(frame)].cost
  }

  /// The frame that returns to `state` and then to `parent`; nil where that return cannot be completed.
  private func push(_ state: UInt32, on parent: UInt32, _ storage: inout Storage) -> UInt32? {
    let key = UInt64(state) << 32 | UInt64(parent)
    if let known = storage.frameIDs[key] { return known }
    let rest = cost(of: key, storage)
    guard rest < Int(CompletionCost.infinite) else { return nil }
    let id = UInt32(storage.frames.count)
    storage.frames.append(
      Frame(state: state, parent: parent, containers: containers(state, parent, storage), cost: rest))
    storage.frameIDs[key] = id
    return id
  }

  private func intern(_ reached: Reached, _ storage: inout Storage) -> NodeID {
    if reached.places.isEmpty && !reached.accepts { return Self.dead }
    var places = reached.places
    if places.count > GrammarLimits.places {
      // Numbers of frames depend on what was seen before, so the order must be that of the stacks themselves. Outermost
      // first: of many ways to read the answer the first ones stay whole.
      let ordered = places.map { (place: $0, stack: Array(unwound($0, storage).reversed())) }
        .sorted { $0.stack.lexicographicallyPrecedes($1.stack) }
      places = ordered.prefix(GrammarLimits.places).map(\.place)
    }
    places.sort()
    let key = NodeKey(places: places, accepts: reached.accepts)
    if let known = storage.nodeIDs[key] { return known }
    let id = NodeID(storage.nodes.count)
    var least = reached.accepts ? 0 : Int(CompletionCost.infinite)
    for place in places { least = min(least, cost(of: place, storage)) }
    storage.nodes.append(Node(places: places, accepts: reached.accepts))
    // Kept places cost less than infinite each, which is 2^30.
    storage.costs.append(Int32(least))
    storage.rows.append(-1)
    storage.plainSteps.append(Storage.unknown)
    storage.nodeIDs[key] = id
    return id
  }

  private func unwound(_ place: UInt64, _ storage: Storage) -> [UInt32] {
    var stack = [UInt32(place >> 32)]
    var frame = UInt32(truncatingIfNeeded: place)
    while frame != 0 {
      stack.append(storage.frames[Int(frame)].state)
      frame = storage.frames[Int(frame)].parent
    }
    return stack
  }

  func position(_ node: NodeID, _ storage: Storage) -> Position {
    let found = storage.nodes[Int(node)]
    return Position(places: found.places.map { unwound($0, storage) }, accepts: found.accepts)
  }

  /// The node of a position that another arena of the same program has reached, less what this arena's costs exclude.
  func node(at position: Position, _ storage: inout Storage) -> NodeID {
    var reached = Reached()
    reached.accepts = position.accepts
    for place in position.places {
      var frame: UInt32? = 0
      for state in place.dropFirst().reversed() {
        if let below = frame { frame = push(state, on: below, &storage) }
      }
      guard let frame else { continue }
      let key = UInt64(place[0]) << 32 | UInt64(frame)
      if cost(of: key, storage) < Int(CompletionCost.infinite) { reached.places.append(key) }
    }
    return intern(reached, &storage)
  }
}
