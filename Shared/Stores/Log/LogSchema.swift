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
}
