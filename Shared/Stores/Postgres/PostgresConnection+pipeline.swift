internal import CPostgres

extension PostgresConnection {
  /// Prepared statements of one connection; past it all are prepared again.
  private static var preparedMax: Int { 256 }

  /// Sends all commands, then reads all answers: one round trip. Returns one reply for each command but syncs.
  ///
  /// Errors: the first one of any command, when every answer has been read; ``PostgresError/lost(_:)``.
  func run(_ commands: [Command]) throws -> [Reply] {
    if prepared.count > Self.preparedMax {
      prepared = [:]
      try script("DEALLOCATE ALL")
    }
    guard PQenterPipelineMode(handle) == 1 else { throw broken() }
    var awaited: [Awaited] = []
    var names = prepared
    for command in commands + [.sync] {
      switch command {
      case .sync:
        guard PQpipelineSync(handle) == 1 else { throw broken() }
        awaited.append(.sync)
      case .plain(let sql, let values):
        try send(values) { PQsendQueryParams(handle, sql, $0, $1, $2, $3, $4, 1) }
        awaited.append(.reply)
      case .statement(let sql, let values):
        let key = Prepared(sql: sql, types: values.map(PostgresWords.type))
        let name = names[key] ?? nextName()
        if names[key] == nil {
          names[key] = name
          let sent = PQsendPrepare(handle, name, PostgresWords.numbered(sql), Int32(key.types.count), key.types)
          guard sent == 1 else { throw broken() }
          awaited.append(.prepared(key, name))
        }
        try send(values) { PQsendQueryPrepared(handle, name, $0, $2, $3, $4, 1) }
        awaited.append(.reply)
      }
    }
    return try read(awaited)
  }

  private enum Awaited {
    case sync
    case prepared(Prepared, String)
    case reply
  }

  private func read(_ awaited: [Awaited]) throws -> [Reply] {
    let deadline = ContinuousClock.now + .seconds(secondsMax)
    var replies: [Reply] = []
    var failure: PostgresError?
    for awaited in awaited {
      guard let result = try next(until: deadline) else { throw broken() }
      defer { PQclear(result) }
      switch (PQresultStatus(result), awaited) {
      case (PGRES_PIPELINE_SYNC, .sync): continue
      case (PGRES_COMMAND_OK, .prepared(let key, let name)): prepared[key] = name
      case (PGRES_COMMAND_OK, .reply), (PGRES_TUPLES_OK, .reply): replies.append(Self.reply(result))
      case (PGRES_PIPELINE_ABORTED, _): failure = failure ?? .server(state: "25P02", message: "aborted")
      case (PGRES_FATAL_ERROR, _):
        failure = failure ?? error(result)
        if isBroken { throw failure ?? broken() }
      default: throw broken()
      }
      // Each answer but a sync's ends with an empty one.
      guard try next(until: deadline) == nil else { throw broken() }
    }
    guard PQexitPipelineMode(handle) == 1 else { throw broken() }
    if let failure { throw failure }
    return replies
  }

  private static func reply(_ result: OpaquePointer) -> Reply {
    let columns = (0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) }
    let types = (0..<PQnfields(result)).map { PQftype(result, $0) }
    let rows = (0..<PQntuples(result)).map { row in
      SQLRow(
        columns: columns,
        values: types.indices.map { column in
          let at = Int32(column)
          guard PQgetisnull(result, row, at) == 0 else { return .null }
          let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, at), count: Int(PQgetlength(result, row, at)))
          return PostgresWords.value(bytes, type: types[column])
        })
    }
    return Reply(
      result: SQLResult(rows: rows, changed: Int(String(cString: PQcmdTuples(result))) ?? 0),
      tag: String(cString: PQcmdStatus(result)))
  }

  /// Several statements as text, outside of a pipeline: schema steps.
  func script(_ sql: String) throws {
    guard PQsendQuery(handle, sql) == 1 else { throw broken() }
    let deadline = ContinuousClock.now + .seconds(secondsMax)
    var failure: PostgresError?
    while let result = try next(until: deadline) {
      defer { PQclear(result) }
      if PQresultStatus(result) == PGRES_FATAL_ERROR { failure = failure ?? error(result) }
      if isBroken { break }
    }
    if let failure { throw failure }
  }

  private typealias Sending = (
    Int32, UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
  ) -> Int32

  /// Hands the arguments to a call of libpq in binary form; libpq copies them.
  private func send(_ values: [SQLValue], _ call: Sending) throws {
    let bytes = values.map(PostgresWords.bytes)
    // All in one buffer: a pointer into each array must not outlive its own closure.
    let joined = Array(bytes.map { $0 ?? [] }.joined()) + [0]
    let sent = joined.withUnsafeBytes { buffer -> Int32 in
      var offset = 0
      let pointers = bytes.map { argument -> UnsafePointer<CChar>? in
        guard let argument else { return nil }
        defer { offset += argument.count }
        return buffer.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
      }
      return call(
        Int32(values.count), values.map(PostgresWords.type), pointers, bytes.map { Int32($0?.count ?? 0) },
        values.map { _ in 1 })
    }
    guard sent == 1 else { throw broken() }
  }
}
