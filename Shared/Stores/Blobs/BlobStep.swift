/// The points of every change to the blobs at which a machine may stop: tests stop it at each.
public enum BlobStep: Hashable, Sendable, CaseIterable {
  // A put of bytes at hand: the reference follows in the transaction of whoever refers to them.
  case putBegun
  case putStored
  // An upload.
  case partWritten
  case partDurable
  case uploadDigested
  case uploadSynced
  case treeStored
  case blobStored
  case uploadCommitted
  // The removal of what nothing refers to.
  case removalMarked
  case removalDone
  case removalForgotten
  // Damage: marked, moved aside, marked again as healable.
  case damageMarked
  case damageMoved
  case damageRecorded
  // An erasure, and the tombstone that says so.
  case erasureMarked
  case erasureDone
  case erasureRecorded
  case tombstoneKept
  case tombstoneLogged
}

/// Called at each step; throwing is stopping there.
public typealias BlobFault = @Sendable (BlobStep) throws -> Void
