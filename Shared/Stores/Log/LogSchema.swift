/// The steps of the storage database that the log alone needs.
enum LogSchema {
  /// `entry.seal` is ``EntrySeal``; NULL in rows from before this step. `statement` holds the signed bytes behind an entry
  /// until they are erased: in the transaction of the entry, so that one write to the disk makes both durable.
  /// `audited.size` is that of the last tree that a whole audit found sound.
  static let statements = Migration(
    "statements beside their entries",
    """
    ALTER TABLE entry ADD COLUMN seal BLOB CHECK (length(seal) = 8);
    CREATE TABLE statement (
      position INTEGER PRIMARY KEY,
      bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE audited (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL) STRICT;
    INSERT INTO audited (id, size) VALUES (1, 0);
    """)

  /// `claimant` numbers the pairs of key and kind: written out in each entry and again in the index of claims they were
  /// the larger part of both.
  static let claimants = Migration(
    "entries name key and kind by a number",
    claimed(
      off: "DROP TRIGGER entry_never_changes;",
      on: """
        CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
          BEGIN SELECT RAISE(ABORT, 'a log entry is never changed'); END;
        CREATE TRIGGER claimant_never_leaves BEFORE DELETE ON claimant
          BEGIN SELECT RAISE(ABORT, 'a claimant is never removed'); END;
        CREATE TRIGGER claimant_never_changes BEFORE UPDATE ON claimant
          BEGIN SELECT RAISE(ABORT, 'a claimant is never changed'); END;
        """),
    postgres: Migration.translated(
      claimed(
        off: "DROP TRIGGER entry_never_changes ON entry;",
        on: """
          CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry FOR EACH ROW
            EXECUTE FUNCTION refuse('a log entry is never changed');
          CREATE TRIGGER claimant_never_leaves BEFORE DELETE ON claimant FOR EACH ROW
            EXECUTE FUNCTION refuse('a claimant is never removed');
          CREATE TRIGGER claimant_never_changes BEFORE UPDATE ON claimant FOR EACH ROW
            EXECUTE FUNCTION refuse('a claimant is never changed');
          """)))

  /// - Parameters: the triggers, in which the two databases differ.
  private static func claimed(off: String, on: String) -> String {
    """
    CREATE TABLE claimant (
      id INTEGER PRIMARY KEY, kid BLOB NOT NULL, kind TEXT NOT NULL, UNIQUE (kid, kind)
    ) STRICT;
    INSERT INTO claimant (kid, kind) SELECT DISTINCT kid, kind FROM entry WHERE kid IS NOT NULL ORDER BY kid, kind;
    ALTER TABLE entry ADD COLUMN claimant INTEGER;
    \(off)
    UPDATE entry SET claimant = (
      SELECT id FROM claimant WHERE claimant.kid = entry.kid AND claimant.kind = entry.kind
    ) WHERE kid IS NOT NULL;
    DROP INDEX entry_claim;
    ALTER TABLE entry DROP COLUMN kid;
    ALTER TABLE entry DROP COLUMN kind;
    CREATE UNIQUE INDEX entry_claim ON entry (claimant, sub);
    \(on)
    """
  }
}
