/// What opening a database may do to its schema.
public enum SchemaMode: Sendable {
  /// A fresh database gets all steps; any other must have exactly those that the program knows.
  case current
  /// Missing steps are taken.
  case migrating
  /// Missing steps are taken and undone: what would be done is known to succeed.
  case dryRun
}

/// A database whose schema is not the program's.
public enum SchemaError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The database was written by a later version of the program.
  case newer(database: String, found: Int, known: Int)
  case behind(database: String, found: Int, known: Int, service: String)
  case step(database: String, number: Int, name: String, why: String)

  public var description: String {
    switch self {
    case .newer(let database, let found, let known):
      "\(database) has schema version \(found), and this program knows versions up to \(known): start the newer program "
        + "that wrote it, or restore the backup made before the upgrade"
    case .behind(let database, let found, let known, let service):
      "\(database) has schema version \(found), and this program needs \(known): make a backup (colophon backup), then "
        + "run 'colophon migrate --service \(service)'; with --dry-run it only tries"
    case .step(let database, let number, let name, let why):
      "\(database): schema step \(number) (\(name)) failed, and nothing was changed: \(why)"
    }
  }
}

/// Undoes a dry run.
struct DryRun: Error { let steps: [String] }

extension RowTransaction {
  /// Holds the database against the schema, and brings it up where `mode` allows. Returns the steps it took.
  ///
  /// Errors: ``SchemaError``, and ``DryRun`` at the end of one, so that its transaction is undone.
  func require(_ schema: Schema, _ mode: SchemaMode, database: String) throws -> [String] {
    let (found, known) = (try schemaVersion(), schema.migrations.count)
    guard found <= known else { throw SchemaError.newer(database: database, found: found, known: known) }
    if case .current = mode, found != 0, found < known {
      throw SchemaError.behind(database: database, found: found, known: known, service: schema.service)
    }
    var steps: [String] = []
    for (number, step) in zip(1..., schema.migrations).dropFirst(found) {
      do { try take(step, number: number) } catch {
        throw SchemaError.step(database: database, number: number, name: step.name, why: "\(error)")
      }
      steps.append("\(number) \(step.name)")
    }
    if case .dryRun = mode { throw DryRun(steps: steps) }
    return steps
  }
}
