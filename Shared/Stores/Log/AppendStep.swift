/// The points of an append at which a machine may stop: tests stop it at each.
public enum AppendStep: Hashable, Sendable {
  case begun
  /// The entries have their indices, durably.
  case entriesRegistered
  case tileWritten(String)
  case tilePlaced(String)
  case tilesDurable
  case checkpointSigned
  /// The database has the new head.
  case headSwapped
  case checkpointWritten
  case checkpointPublished
}

/// Called at each step; throwing is stopping there.
public typealias AppendFault = @Sendable (AppendStep) throws -> Void
