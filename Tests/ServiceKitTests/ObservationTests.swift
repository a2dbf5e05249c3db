import Logging
import Metrics
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct ObservationTests {
  @Test func countersGaugesAndHistogramsAreWrittenAsPrometheusReadsThem() {
    let registry = MetricsRegistry()
    let counter = Counter(label: "jobs.done", dimensions: [("kind", "a\"b\\c\nd")], factory: registry)
    counter.increment(by: 3)
    counter.increment()
    Gauge(label: "queue_depth", factory: registry).record(7)
    let timer = Metrics.Timer(label: "wait_seconds", factory: registry)
    timer.recordNanoseconds(3_000_000)
    timer.recordNanoseconds(200_000_000_000)
    let text = registry.text()
    #expect(text.contains("# TYPE jobs_done counter\njobs_done{kind=\"a\\\"b\\\\c\\nd\"} 4\n"))
    #expect(text.contains("# TYPE queue_depth gauge\nqueue_depth 7\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"0.0025\"} 0\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"0.005\"} 1\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"120\"} 1\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"+Inf\"} 2\n"))
    #expect(text.contains("wait_seconds_sum 200.003\nwait_seconds_count 2\n"))
  }

  @Test func theSameLabelsInAnotherOrderAreTheSameSeries() {
    let registry = MetricsRegistry()
    Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
    Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
    #expect(registry.text() == "# TYPE c counter\nc{a=\"1\",b=\"2\"} 2\n")
  }

  @Test func labelValuesCannotGrowWithoutBound() {
    let registry = MetricsRegistry(seriesMax: 3)
    for at in 0..<1000 { Counter(label: "c", dimensions: [("id", "\(at)")], factory: registry).increment() }
    let lines = registry.text().split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines.contains("c{id=\"other\"} 997"))
  }

  @Test func namesAreMadeFitForPrometheus() {
    #expect(MetricsRegistry.name("http.server.time") == "http_server_time")
    #expect(MetricsRegistry.name("9lives é") == "_9lives__")
    #expect(MetricsRegistry.name("") == "_")
  }

  @Test func aLogEntryIsOneLineOfJSON() {
    let lines = Mutex<[String]>([])
    var logger = Logger(label: "colophon.test") { label in
      JSONLogHandler(label: label, service: "storage") { line in lines.withLock { $0.append(line) } }
    }
    logger[metadataKey: "request_id"] = "req_1"
    logger[metadataKey: "trace_id"] = "abc"
    logger.info("said \"hi\"\nand\u{1} left", metadata: ["n": "7"])
    logger.debug("not written at level info")
    let written = lines.withLock { $0 }
    #expect(written.count == 1)
    let line = written.first ?? ""
    #expect(line.hasPrefix(#"{"ts":"20"#) && line.hasSuffix("}\n"))
    #expect(
      line.contains(
        #"Z","level":"info","service":"storage","label":"colophon.test","message":"said \"hi\"\nand\u0001 left","request_id":"req_1","trace_id":"abc","metadata":{"n":"7"}}"#
      ), "\(line)")
  }

  @Test func theListeningLineWaitsForAllListeners() {
    let lines = Mutex<[String]>([])
    let listeners = Listeners(service: "storage", address: "127.0.0.1", expected: [.http1, .http2]) { line in
      lines.withLock { $0.append(line) }
    }
    listeners.bound(.http2, port: 9)
    #expect(lines.withLock { $0.isEmpty })
    listeners.bound(.http1, port: 8)
    #expect(
      lines.withLock { $0 }
        == [#"{"listening":{"service":"storage","address":"127.0.0.1","port":8,"h2c_port":9}}"# + "\n"])
  }

  @Test func aRequestIDIsAcceptedOnlyWhereItIsSafeToShow() {
    #expect(RequestID.isAcceptable("abc-DEF_1.2:3"))
    #expect(RequestID.isAcceptable(RequestID.fresh()))
    #expect(RequestID.fresh() != RequestID.fresh())
    for bad in ["", "a b", "a\"b", "é", "a\nb", String(repeating: "a", count: 129)] {
      #expect(!RequestID.isAcceptable(bad))
    }
  }
}
