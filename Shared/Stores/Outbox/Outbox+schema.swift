extension Outbox {
  public static let schema = Schema(
    service: "orchestrator",
    [
      Migration("outbox", tables), Migration("epochs", epochs), Migration("verification policy", policy),
      Migration("later attribution", LaterAttribution.tables + JobQueue.tables),
      Migration("later openings", LaterAttribution.openingTables),
    ])

  /// Statements are stored once by digest: a model's and a policy's belong to many rows.
  private static let tables = """
    CREATE TABLE issuing_key (
      key_id BLOB PRIMARY KEY,
      next_sequence INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE outbox (
      receipt_id TEXT PRIMARY KEY,
      completion_id TEXT NOT NULL UNIQUE,
      key_id BLOB NOT NULL,
      sequence INTEGER NOT NULL,
      owner TEXT NOT NULL,
      is_streamed INTEGER NOT NULL,
      request BLOB NOT NULL,
      accepted_unix_ms INTEGER NOT NULL,
      updated_unix_ms INTEGER NOT NULL,
      state TEXT NOT NULL,
      outcome TEXT,
      error_code TEXT,
      salts BLOB,
      delivery_chunks INTEGER,
      delivery_digest BLOB,
      price_nano INTEGER NOT NULL,
      log_index INTEGER,
      UNIQUE (key_id, sequence)
    ) STRICT;
    CREATE INDEX outbox_unfinished ON outbox (accepted_unix_ms) WHERE state <> 'settled';
    CREATE TABLE statement (
      digest BLOB PRIMARY KEY,
      kind TEXT NOT NULL,
      bytes BLOB NOT NULL,
      log_index INTEGER
    ) STRICT;
    CREATE TABLE outbox_statement (
      receipt_id TEXT NOT NULL REFERENCES outbox (receipt_id),
      kind TEXT NOT NULL,
      digest BLOB NOT NULL REFERENCES statement (digest),
      PRIMARY KEY (receipt_id, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE outbox_opening (
      receipt_id TEXT NOT NULL REFERENCES outbox (receipt_id),
      field TEXT NOT NULL,
      digest BLOB NOT NULL,
      blob BLOB,
      PRIMARY KEY (receipt_id, field)
    ) STRICT;
    CREATE TABLE log_head (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      origin TEXT NOT NULL,
      vkey TEXT NOT NULL,
      size INTEGER NOT NULL,
      root BLOB NOT NULL
    ) STRICT;
    """

  /// When the answer is executed again; NULL, in rows of before, as the settings say.
  private static let policy = "ALTER TABLE outbox ADD COLUMN verification TEXT"

  /// Which receipts of a key have been counted, and by which statement. What follows `last` is not counted yet.
  private static let epochs = """
    CREATE TABLE epoch (
      key_id BLOB NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      digest BLOB NOT NULL REFERENCES statement (digest),
      PRIMARY KEY (key_id, first)
    ) STRICT;
    """
}
