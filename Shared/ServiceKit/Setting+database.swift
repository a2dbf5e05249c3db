extension Setting {
  /// Where a service that keeps rows keeps them.
  public static let database = [
    Setting(
      "database", .string, default: "sqlite",
      help:
        "sqlite, or a connection string of PostgreSQL without a password, as 'host=/run/postgresql dbname=colophon'.",
      // Who writes a password into it all the same is refused, and must not find it in the log.
      secret: true),
    Setting(
      "database-password-file", .path, help: "File (mode 0600) with PostgreSQL's password, where it asks for one."),
    Setting(
      "database-connections", .int(1...256), default: "4", help: "Connections to PostgreSQL, each with a thread."),
  ]
}
