public import SwiftProtobuf

extension Instant {
    /// The instant of a protobuf timestamp, or nil where it lies outside the years 1 to 9999 or its
    /// nanoseconds are not in 0..<1,000,000,000. Fractions of a microsecond are cut off.
    public init?(_ timestamp: Google_Protobuf_Timestamp) {
        guard (-62_135_596_800...253_402_300_799).contains(timestamp.seconds),
            (0..<1_000_000_000).contains(timestamp.nanos)
        else { return nil }
        self.init(microseconds: timestamp.seconds * 1_000_000 + Int64(timestamp.nanos / 1_000))
    }

    /// The same instant as a protobuf timestamp.
    public var timestamp: Google_Protobuf_Timestamp {
        let (quotient, remainder) = rawValue.quotientAndRemainder(dividingBy: 1_000_000)
        let seconds = remainder < 0 ? quotient - 1 : quotient
        let micros = remainder < 0 ? remainder + 1_000_000 : remainder
        return Google_Protobuf_Timestamp(seconds: seconds, nanos: Int32(micros * 1_000))
    }
}
