// Proto/colophon/attribution/v1/attribution.proto. The contributions of the log.

internal import CWire

/// All contributions at the log's indices from `start` to below `end`.
public struct FollowLogRequest: WireMessage, Equatable {
  /// At most what is followed already.
  public var start: UInt64
  public var end: UInt64
  public var contributions: [LoggedContribution]

  public init(start: UInt64 = 0, end: UInt64 = 0, contributions: [LoggedContribution] = []) {
    self.start = start
    self.end = end
    self.contributions = contributions
  }
}

extension FollowLogRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FollowLogRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__follow_log_request__init(twin) }

  init(lifting twin: Twin) {
    start = twin.start
    end = twin.end
    contributions = lift(twin.contributions, twin.n_contributions)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.start = start
    twin.pointee.end = end
    twin.pointee.n_contributions = contributions.count
    twin.pointee.contributions = try arena.list(contributions)
  }
}

/// How much of the log is followed now.
public struct FollowLogResponse: WireMessage, Equatable {
  public var logSize: UInt64

  public init(logSize: UInt64 = 0) {
    self.logSize = logSize
  }
}

extension FollowLogResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__FollowLogResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__follow_log_response__init(twin) }

  init(lifting twin: Twin) {
    logSize = twin.log_size
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.log_size = logSize
  }
}

/// A `contribution` statement and where it is in the log.
public struct LoggedContribution: WireMessage, Equatable {
  public var index: UInt64
  /// COSE_Sign1.
  public var statement: [UInt8]

  public init(index: UInt64 = 0, statement: [UInt8] = []) {
    self.index = index
    self.statement = statement
  }
}

extension LoggedContribution: WireTwin {
  typealias Twin = Colophon__Attribution__V1__LoggedContribution
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__logged_contribution__init(twin) }

  init(lifting twin: Twin) {
    index = twin.index
    statement = [UInt8](twin.statement)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.index = index
    twin.pointee.statement = try arena.data(statement)
  }
}

/// Asks for the contributions at or behind an index.
public struct ListContributionsRequest: WireMessage, Equatable {
  public var start: UInt64

  public init(start: UInt64 = 0) {
    self.start = start
  }
}

extension ListContributionsRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListContributionsRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_contributions_request__init(twin)
  }

  init(lifting twin: Twin) {
    start = twin.start
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.start = start
  }
}

/// A page in the order of the log; a page without contributions is the end.
public struct ListContributionsResponse: WireMessage, Equatable {
  public var logSize: UInt64
  public var contributions: [LoggedContribution]

  public init(logSize: UInt64 = 0, contributions: [LoggedContribution] = []) {
    self.logSize = logSize
    self.contributions = contributions
  }
}

extension ListContributionsResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListContributionsResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_contributions_response__init(twin)
  }

  init(lifting twin: Twin) {
    logSize = twin.log_size
    contributions = lift(twin.contributions, twin.n_contributions)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.log_size = logSize
    twin.pointee.n_contributions = contributions.count
    twin.pointee.contributions = try arena.list(contributions)
  }
}
