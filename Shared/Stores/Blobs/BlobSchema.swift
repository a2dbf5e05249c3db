/// The rows of the blobs: what is stored, who refers to it, what is on its way in or out.
enum BlobSchema {
  /// The schema version that has ``tables``; before it there was a table `blob`.
  static var version: Int { (StorageSchema.migrations.firstIndex { $0.name == tables.name } ?? 0) + 1 }

  // blob_object.state: `present`; `removing`, `damaged` and `erasing` while something is being done to the bytes, which
  // nobody may put or refer to meanwhile; `aside` after damage was moved away; `erased` for ever.
  // blob_object.generation: that of the last change of state. blob_sweep.generation counts those changes, and
  // blob_sweep.forgotten is the generation of the last row that was deleted. Whoever puts bytes reads the generation
  // first; the transaction that refers to them refuses when the bytes may have been removed since.
  // blob_sweep.place: where the bytes lie (``StoragePlace``), for backups.
  static let tables = Migration(
    "references, removal, uploads and erasure of blobs",
    """
    CREATE TABLE blob_object (
      digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
      bytes INTEGER NOT NULL,
      root BLOB CHECK (length(root) = 32),
      state TEXT NOT NULL CHECK (state IN ('present', 'removing', 'damaged', 'aside', 'erasing', 'erased')),
      generation INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX blob_object_state ON blob_object (state) WHERE state <> 'present';
    CREATE TABLE blob_reference (
      digest BLOB NOT NULL REFERENCES blob_object (digest),
      retention TEXT NOT NULL,
      holder TEXT NOT NULL,
      since_unix_ms INTEGER NOT NULL,
      PRIMARY KEY (digest, retention, holder)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX blob_reference_age ON blob_reference (retention, since_unix_ms) WHERE retention <> 'statement';
    CREATE INDEX blob_reference_upload ON blob_reference (holder) WHERE holder LIKE 'upload:%';
    CREATE TABLE blob_sweep (
      id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
      generation INTEGER NOT NULL,
      forgotten INTEGER NOT NULL CHECK (forgotten <= generation),
      next_part INTEGER NOT NULL,
      scrubbed BLOB NOT NULL,
      place TEXT NOT NULL
    ) STRICT;
    INSERT INTO blob_sweep (id, generation, forgotten, next_part, scrubbed, place) VALUES (1, 0, 0, 0, x'', 'files');
    CREATE TABLE blob_upload (
      caller TEXT NOT NULL,
      id TEXT NOT NULL,
      file TEXT NOT NULL UNIQUE,
      bytes INTEGER NOT NULL,
      retention TEXT NOT NULL,
      durable INTEGER NOT NULL,
      touched_unix_ms INTEGER NOT NULL,
      PRIMARY KEY (caller, id)
    ) STRICT;
    CREATE TABLE blob_erasure (
      digest BLOB NOT NULL PRIMARY KEY REFERENCES blob_object (digest),
      reason TEXT NOT NULL,
      erased_unix_ms INTEGER NOT NULL,
      statement BLOB
    ) STRICT;
    """)

  // Two steps: what SQLite and PostgreSQL call the time of day is all in which they differ.
  static let known = Migration(
    "references of the blobs that are there", moved("CAST(strftime('%s', 'now') AS INTEGER)"),
    postgres: moved("CAST(extract(epoch FROM now()) AS BIGINT)"))

  private static func moved(_ nowSeconds: String) -> String {
    """
    INSERT INTO blob_object (digest, bytes, state, generation)
      SELECT digest, max(bytes), 'present', 0 FROM blob GROUP BY digest;
    INSERT INTO blob_reference (digest, retention, holder, since_unix_ms)
      SELECT digest, retention, 'kept', \(nowSeconds) * 1000 FROM blob;
    DROP TABLE blob;
    """
  }
}
