extension LedgerStore {
  public static let schema = Schema(
    service: "attribution",
    [
      Migration("ledger", tables), Migration("contributions", contributions),
      Migration("accounts", "CREATE INDEX posting_account ON posting (account, entry_id);"),
      Migration("escrow, payouts, disputes, adjustments", acts),
      Migration("followed head", ContributionStore.headTable),
      Migration("record vectors", RecordVectorStore.table),
      Migration("credits listed when they are read", credits),
    ])

  /// Entries of all events, each with a key that no other has. `chain` is NULL only in entries of before, until the ledger is
  /// opened (`LedgerStore+chain`). `escrow` has the settled receipts that are not released, by the day from which on they
  /// may be.
  ///
  /// A `CHECK` cannot be changed, and a table that another refers to cannot be dropped: both are made anew, the one that
  /// refers to the other first out.
  private static let acts = """
    CREATE TABLE entry_of_acts (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      receipt_id TEXT REFERENCES attribution (receipt_id),
      event TEXT NOT NULL CHECK (event IN ('pending', 'settlement', 'release', 'adjustment', 'payout',
        'dispute-opened', 'dispute-upheld', 'dispute-rejected')),
      detail TEXT NOT NULL,
      chain BLOB
    ) STRICT;
    INSERT INTO entry_of_acts SELECT id, event || ':' || receipt_id, receipt_id, event, '', NULL FROM entry;
    CREATE TABLE posting_of_acts (
      entry_id INTEGER NOT NULL REFERENCES entry_of_acts (id),
      line INTEGER NOT NULL,
      account TEXT NOT NULL,
      amount_nano INTEGER NOT NULL CHECK (amount_nano <> 0),
      PRIMARY KEY (entry_id, line),
      UNIQUE (entry_id, account)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO posting_of_acts SELECT entry_id, line, account, amount_nano FROM posting;
    DROP TABLE posting;
    DROP TABLE entry;
    ALTER TABLE entry_of_acts RENAME TO entry;
    ALTER TABLE posting_of_acts RENAME TO posting;
    CREATE INDEX posting_account ON posting (account, entry_id);
    CREATE INDEX entry_receipt ON entry (receipt_id, id);
    CREATE TABLE escrow (
      receipt_id TEXT PRIMARY KEY REFERENCES attribution (receipt_id),
      until_day INTEGER NOT NULL CHECK (until_day >= 0)
    ) STRICT;
    CREATE INDEX escrow_day ON escrow (until_day, receipt_id);
    ALTER TABLE policy ADD COLUMN escrow_days INTEGER NOT NULL DEFAULT 0;
    """

  /// The entries of each account were an index that every posting wrote somewhere else. `credit` has those that credit a
  /// contributor, up to the entry that `credit_listed` names; whoever asks for them brings it up to date (`credits`).
  private static let credits = """
    DROP INDEX posting_account;
    CREATE TABLE credit (
      account TEXT NOT NULL,
      entry_id INTEGER NOT NULL,
      PRIMARY KEY (account, entry_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE credit_listed (
      id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
      entry_id INTEGER NOT NULL
    ) STRICT;
    INSERT INTO credit_listed (id, entry_id) VALUES (1, 0);
    """

  /// Amounts are nano-units in signed 64 bits. An entry is what one event of one receipt posted: unique, so that a
  /// repeated event posts nothing. `balance` is the sum of the postings of each account, kept in the same transaction.
  private static let tables = """
    CREATE TABLE policy (
      digest BLOB PRIMARY KEY,
      key_id BLOB NOT NULL,
      policy_id TEXT NOT NULL,
      statement BLOB NOT NULL,
      UNIQUE (key_id, policy_id)
    ) STRICT;
    CREATE TABLE attribution (
      receipt_id TEXT PRIMARY KEY,
      execution BLOB NOT NULL,
      model BLOB NOT NULL,
      price_nano INTEGER NOT NULL CHECK (price_nano >= 0),
      owner TEXT NOT NULL,
      policy BLOB NOT NULL REFERENCES policy (digest),
      statement BLOB NOT NULL
    ) STRICT;
    CREATE TABLE settlement (
      receipt_id TEXT PRIMARY KEY REFERENCES attribution (receipt_id),
      receipt BLOB NOT NULL,
      log_index INTEGER NOT NULL CHECK (log_index >= 0)
    ) STRICT;
    CREATE TABLE entry (
      id INTEGER PRIMARY KEY,
      receipt_id TEXT NOT NULL REFERENCES attribution (receipt_id),
      event TEXT NOT NULL CHECK (event IN ('pending', 'settlement')),
      UNIQUE (receipt_id, event)
    ) STRICT;
    CREATE TABLE posting (
      entry_id INTEGER NOT NULL REFERENCES entry (id),
      line INTEGER NOT NULL,
      account TEXT NOT NULL,
      amount_nano INTEGER NOT NULL CHECK (amount_nano <> 0),
      PRIMARY KEY (entry_id, line),
      UNIQUE (entry_id, account)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE balance (
      account TEXT PRIMARY KEY,
      amount_nano INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// Statements of the log, and how much of the log has been looked through for them.
  private static let contributions = """
    CREATE TABLE contribution (
      log_index INTEGER NOT NULL PRIMARY KEY CHECK (log_index >= 0),
      statement BLOB NOT NULL
    ) STRICT;
    CREATE TABLE followed (
      name TEXT PRIMARY KEY,
      log_size INTEGER NOT NULL CHECK (log_size >= 0)
    ) STRICT;
    """
}
