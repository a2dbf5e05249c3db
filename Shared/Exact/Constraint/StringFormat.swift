/// `format` as patterns. Each is a part of what the format allows, so that every validator of it agrees; any other format
/// is refused.
enum StringFormat {
  private static let time =
    "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
  /// Years 1000 to 2999; 29 February in years that are multiples of 4 and not of 100.
  private static let date =
    "[12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    + "|02-(0[1-9]|1[0-9]|2[0-8]))|[12][0-9](0[48]|[2468][048]|[13579][26])-02-29"
  private static let label = "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
  private static let host = "\(label)(\\.\(label)){0,3}\\.[a-z]{2,16}"
  private static let octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"

  /// The pattern of a format, which matches whole strings.
  static let patterns: [String: String] = [
    "date": "^(\(date))$",
    "time": "^\(time)$",
    "date-time": "^(\(date))T\(time)$",
    "duration": "^P([1-9][0-9]{0,3}D|T[1-9][0-9]{0,3}[HMS]|[1-9][0-9]{0,3}DT[1-9][0-9]{0,3}[HMS])$",
    "uuid": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "ipv4": "^\(octet)(\\.\(octet)){3}$",
    "ipv6": "^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$",
    "hostname": "^\(host)$",
    "email": "^[A-Za-z0-9]{1,24}([._+-][A-Za-z0-9]{1,16}){0,2}@\(host)$",
    "uri": "^https?://\(host)(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~-]*)*(\\?[A-Za-z0-9._~=&-]*)?(#[A-Za-z0-9._~-]*)?$",
  ]
}
