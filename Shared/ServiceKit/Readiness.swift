/// One thing that must hold before a service takes requests.
public struct ReadinessCheck: Sendable {
  public let name: String
  /// Returns nil when it holds, else a short reason without secrets. An error counts as one.
  public let check: @Sendable () async throws -> String?

  public init(_ name: String, check: @escaping @Sendable () async throws -> String?) {
    self.name = name
    self.check = check
  }
}

/// Runs the checks of a service side by side, each with a limit of time.
public struct Readiness: Sendable {
  public struct Fault: Sendable, Equatable {
    public let name: String
    public let reason: String
  }

  private let checks: [ReadinessCheck]
  private let timeLimit: Duration

  public init(_ checks: [ReadinessCheck], timeLimit: Duration = .seconds(2)) {
    self.checks = checks
    self.timeLimit = timeLimit
  }

  /// What does not hold now, in order of name.
  public func faults() async -> [Fault] {
    await withTaskGroup(of: Fault?.self) { group in
      for check in checks {
        group.addTask { await fault(of: check) }
      }
      return await group.reduce(into: []) { faults, fault in fault.map { faults.append($0) } }
        .sorted { $0.name < $1.name }
    }
  }

  private func fault(of check: ReadinessCheck) async -> Fault? {
    await withTaskGroup(of: Fault?.self) { group in
      group.addTask {
        do { return try await check.check().map { Fault(name: check.name, reason: $0) } } catch {
          return Fault(name: check.name, reason: "\(error)")
        }
      }
      group.addTask {
        try? await Task.sleep(for: timeLimit)
        return Fault(name: check.name, reason: "no answer within \(timeLimit)")
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }
}
