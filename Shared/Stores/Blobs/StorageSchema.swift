/// The rows of the storage service: what it keeps and why, and the order of the log.
public enum StorageSchema {
  public static let schema = Schema(service: "storage", migrations)

  public static let migrations = [
    Migration(
      "blobs and custody",
      """
      CREATE TABLE blob (
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        retention TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        PRIMARY KEY (digest, retention)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE custody (
        receipt_id TEXT NOT NULL,
        subject BLOB NOT NULL CHECK (length(subject) = 32),
        statement BLOB NOT NULL,
        PRIMARY KEY (receipt_id, subject)
      ) STRICT, WITHOUT ROWID;
      """),
    // head.root begins as the root of the empty tree. previous_size is the size that the published checkpoint file may
    // still have when the process dies between the swap and the publication.
    Migration(
      "log",
      """
      CREATE TABLE entry (
        position INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        kid BLOB,
        kind TEXT,
        sub TEXT,
        registered_unix_ms INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX entry_claim ON entry (kid, kind, sub);
      CREATE TABLE head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        size INTEGER NOT NULL,
        previous_size INTEGER NOT NULL CHECK (previous_size <= size),
        root BLOB NOT NULL CHECK (length(root) = 32),
        note BLOB
      ) STRICT;
      INSERT INTO head (id, size, previous_size, root)
        VALUES (1, 0, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
      CREATE TRIGGER head_never_shrinks BEFORE UPDATE ON head WHEN NEW.size <= OLD.size
        BEGIN SELECT RAISE(ABORT, 'a log never shrinks'); END;
      CREATE TRIGGER entry_never_leaves BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'a log entry is never removed'); END;
      CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'a log entry is never changed'); END;
      """,
      postgres: """
        CREATE TABLE entry (
          position BIGINT PRIMARY KEY,
          digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
          kid BYTEA,
          kind TEXT,
          sub TEXT,
          registered_unix_ms BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX entry_claim ON entry (kid, kind, sub);
        CREATE TABLE head (
          id BIGINT PRIMARY KEY CHECK (id = 1),
          size BIGINT NOT NULL,
          previous_size BIGINT NOT NULL CHECK (previous_size <= size),
          root BYTEA NOT NULL CHECK (length(root) = 32),
          note BYTEA
        );
        INSERT INTO head (id, size, previous_size, root)
          VALUES (1, 0, 0, '\\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
        CREATE TRIGGER head_never_shrinks BEFORE UPDATE ON head FOR EACH ROW WHEN (NEW.size <= OLD.size)
          EXECUTE FUNCTION refuse('a log never shrinks');
        CREATE TRIGGER entry_never_leaves BEFORE DELETE ON entry FOR EACH ROW
          EXECUTE FUNCTION refuse('a log entry is never removed');
        CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry FOR EACH ROW
          EXECUTE FUNCTION refuse('a log entry is never changed');
        """),
    LogSchema.statements,
    Migration(
      "cosigned heads",
      """
      CREATE TABLE cosigned_head (
        size INTEGER PRIMARY KEY,
        cosignatures INTEGER NOT NULL,
        note BLOB NOT NULL
      ) STRICT;
      """),
    Migration(
      "timestamped heads",
      """
      CREATE TABLE timestamped_head (
        size INTEGER PRIMARY KEY,
        cosignatures INTEGER NOT NULL,
        note BLOB NOT NULL,
        token BLOB NOT NULL
      ) STRICT;
      """),
    BlobSchema.tables,
    BlobSchema.known,
    LogSchema.claimants,
  ]
}
