import Cryptography

/// Forms the classes of a snapshot by the deterministic scan of FORMAT section 7: in the order of commitments each record
/// joins the earliest leader that has its id or is near it, else it becomes a leader. Leaders never merge, so that who
/// comes later can take nothing from who was there.
public enum ClassScan {
  /// Records of one snapshot.
  public static let recordCountMax = 1 << 26

  /// - Returns: for each record, in the order given, the index of its leader; a leader's own index is its leader.
  /// - Errors: limits, ids of contributors, contents of another kind or width than `nearness` compares.
  public static func leaders(_ records: [Record], _ nearness: Nearness) throws(CreditError) -> [Int] {
    guard records.count <= recordCountMax else {
      throw .tooMany(what: "records", count: records.count, limit: recordCountMax)
    }
    for record in records { try CreditID.check(record.contributor, "contributor") }
    let order = records.indices.sorted { precedes(records[$0], records[$1]) }
    var contents: [Digest32: Record.Content] = Dictionary(minimumCapacity: records.count)
    for record in records
    where contents.updateValue(record.content, forKey: record.id) ?? record.content != record.content {
      throw .contradiction(id: record.id.hex)
    }
    switch nearness {
    case .none:
      return scan(records, order) { members in
        Array(repeating: nil, count: members.count)
      } add: { _ in
      }
    case .cosine(let basisPoints):
      let search = try VectorLeaders(records, basisPoints: basisPoints)
      return scan(records, order) {
        search.earliest($0)
      } add: {
        search.add($0)
      }
    case .minHash(let parameters):
      let search = try TextLeaders(records, parameters)
      return scan(records, order) {
        search.earliest($0)
      } add: {
        search.add($0)
      }
    }
  }

  /// The classes of records with vectors, as the nearest-neighbour methods take them: all that they have is their
  /// leader's.
  public static func neighbourClasses(_ records: [Record], leaders: [Int]) -> [NeighbourClass] {
    leaders.indices.filter { leaders[$0] == $0 }.compactMap { at in
      guard case .vector(let vector) = records[at].content else { return nil }
      let leader = records[at]
      return NeighbourClass(
        owner: leader.contributor, commitment: leader.commitment, id: leader.id, label: leader.label, vector: vector)
    }
  }

  static func precedes(_ a: Record, _ b: Record) -> Bool {
    if a.commitment != b.commitment { return a.commitment < b.commitment }
    return a.id != b.id ? a.id < b.id : CreditID.precedes(a.contributor, b.contributor)
  }

  /// Records that are compared with the leaders before them at once, so that these come from the cache.
  static let batch = 64

  /// `earliest` finds for each of some records the earliest leader near it among those added; `add` adds one.
  private static func scan(
    _ records: [Record], _ order: [Int], earliest: ([Int]) -> [Int?], add: (Int) -> Void
  ) -> [Int] {
    var leaders = Array(records.indices)
    var known: [Digest32: Int] = Dictionary(minimumCapacity: records.count)
    for start in stride(from: 0, to: order.count, by: batch) {
      let members = Array(order[start..<min(start + batch, order.count)])
      let found = earliest(members)
      var hasNew = false
      for (member, before) in zip(members, found) {
        // Who leads a record with this id leads its copies: no leader between them is earlier.
        var leader = known[records[member].id] ?? before
        if leader == nil, hasNew { leader = earliest([member])[0] }
        if let leader {
          leaders[member] = leader
        } else {
          add(member)
          hasNew = true
        }
        known[records[member].id] = leaders[member]
      }
    }
    return leaders
  }
}
