/// One step of a database's schema. A database's steps are a list that only ever grows at its end: the number of a
/// step is its place in the list, counted from 1, and the database remembers the last one that it has.
public struct Migration: Sendable {
  /// What the step is for, as shown when it fails.
  public let name: String
  /// One or more SQL statements. They run in one transaction with the new version number: all of it or none.
  public let sql: String

  public init(_ name: String, _ sql: String) {
    self.name = name
    self.sql = sql
  }
}
