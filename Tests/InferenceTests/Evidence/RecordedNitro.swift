import Codec
import Testing

/// A document as the module writes one, about the report data of `EvidenceParts`' key and nonce. `Nitro` of
/// Tests/Interop/minted_hardware.py made it: FORMAT section 8 read again, in Python.
enum RecordedNitro {
  /// When it was made, in seconds since 1970.
  static let time: Int64 = 1_757_000_000

  static func document() throws -> [UInt8] { try Base64.decode(text) }

  /// The root of its maker's own, in DER: the first of its bundle.
  static func root() throws -> [UInt8] {
    let payload = try #require(CBOR(decoding: document(), rules: .anyLength).arrayValue?[2].bytesValue)
    return try #require(CBOR(decoding: payload, rules: .anyLength)["cabundle"]?.arrayValue?.first?.bytesValue)
  }

  private static let text = """
    hEShATgioFkFuKlkcGNyc6MAWDABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBWDACAgICAgICAgICAgICAg\
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICWDADAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwNl\
    bm9uY2X2ZmRpZ2VzdGZTSEEzODRoY2FidW5kbGWCWQF8MIIBeDCB/6ADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCnRlc3Qubml0cm8wHh\
    cNMjUwNjA2MTUzMzIwWhcNMjUxMjAzMTUzMzIwWjAVMRMwEQYDVQQDDAp0ZXN0Lm5pdHJvMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE0WgTngLg80fu\
    kH52H4sQwTtH9TprQFt4zysQ663yLxNJqJclCV6uDCMVpLNqs0OImxlVZVezNTAgDvicWZknUhgRWSDaDWc6gmty8b6NJ7+C/KRPug2pIqMC+u0qMU\
    4UoyMwITAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAKBggqhkjOPQQDAgNoADBlAjAsEmSVBm0VHORTS/p6P7v3ptL0NcfU3f6p09ox\
    GShHjhCmQblk7cvzWiLo6WrmjcwCMQD5IXv7kpjPjzjSDrKdV4lG2agYbeLe3xwIe65L+PoUoOuOm0BY1BIC28Lc3CHkLZRZAXgwggF0MIH7oAMCAQ\
    ICAQIwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKdGVzdC5uaXRybzAeFw0yNTA2MDYxNTMzMjBaFw0yNTEyMDMxNTMzMjBaMBExDzANBgNVBAMMBnRl\
    c3QuMDB2MBAGByqGSM49AgEGBSuBBAAiA2IABBYu324X+oFgvRuW0kfHGAs1rQ9A5f1+dMyJ+ERrgBxNrYKKjdMIOuctiQWf78IrY5O7qmhuCWL99g\
    cCOjLYouZmy/D5sMBokzOOLrXSUo1+FoummkM70U6HrOpPfBBXVKMjMCEwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwCgYIKoZIzj0E\
    AwIDaAAwZQIxAP4pTbcDlpVTXSz85pwxvpWO8vk1prRCOs0gkkkorTHU+0+SyfmJlH7Vj+ME0Y6POgIwOIYT/hI41mg21NxRyTs6ga/o0v773oZQR8\
    OjaXD/pNduQnybAVYolw4u58VWlJI+aW1vZHVsZV9pZGhpLTAtZW5jMGl0aW1lc3RhbXAbAAABmRVcYgBpdXNlcl9kYXRhWED43y0tVw0/JIgh8q8O\
    e6X5KgRp0uM/21EoTfIaxpBcwB4XfI8dNLCMN4+5z9mK/hjS34D+yzIxc4Lg/k9zndb2anB1YmxpY19rZXn2a2NlcnRpZmljYXRlWQFyMIIBbjCB9K\
    ADAgECAgECMAoGCCqGSM49BAMCMBExDzANBgNVBAMMBnRlc3QuMDAeFw0yNTA2MDYxNTMzMjBaFw0yNTEyMDMxNTMzMjBaMBExDzANBgNVBAMMBnRl\
    c3QuMTB2MBAGByqGSM49AgEGBSuBBAAiA2IABAi3vDhqDx6m3dzcrH5LCldG5r7cXcgiK2j5UTkjPNO5Te6FowEGYM9eN+VBh43Zz+atrTRJLteHVw\
    dFamBv2oyMnqLY+eawU1saXy6IyrAoAYvyKQitjW5cEAcs6zl4D6MgMB4wDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwCgYIKoZIzj0EAwID\
    aQAwZgIxAPmPE5iGS7153uLfNX73QAeQS7hnvZKXwTNod4GhtOeMLNI9YM47XldvFF4n/DAMaAIxAJbYtnK94BWsX03mE2a/yuYMe3viGmdVPy1WUQ\
    Pa1wQUvxhSPDV2DRYk+orKyYE9lVhgOsO8NuM62iGTEglKeE4gvDyiT+H0mtLAu6Uf8VUXJbAHkO5ttiY4k6ndL8nEAKpt9Kb0XY0/Q+0pj//Ppt8+\
    E/Uc4ViN1a7/iaCiSR0td+iGmgaVubbLur1QIYkBITja
    """
}
