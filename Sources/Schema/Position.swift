/// A place in the log: 1, 2, 3 … without gaps, in commit order. 0 means none.
public struct Position: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The position with this number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// No position.
    public static let none = Position(0)

    public static func < (left: Position, right: Position) -> Bool { left.rawValue < right.rawValue }

    /// The position `count` places further on.
    public func advanced(by count: Int) -> Position { Position(rawValue + UInt64(count)) }

    public var description: String { String(rawValue) }
}

/// The number of a stream: the position of its first event. 0 means none.
public struct StreamNumber: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The stream with this number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// No stream; as a principal: the service itself.
    public static let none = StreamNumber(0)

    public static func < (left: StreamNumber, right: StreamNumber) -> Bool { left.rawValue < right.rawValue }

    public var description: String { String(rawValue) }
}

/// A place in a stream: its first event has revision 1. An expected revision of 0 means that it must not exist.
public struct Revision: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The revision with this number.
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The stream does not exist.
    public static let none = Revision(0)

    public static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

    public var description: String { String(rawValue) }
}

/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Instant: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// The instant so many microseconds after the epoch.
    public init(microseconds: Int64) { rawValue = microseconds }

    public static func < (left: Instant, right: Instant) -> Bool { left.rawValue < right.rawValue }

    /// The first instant that a fact may have: 0001-01-01T00:00:00Z.
    public static let earliest = Instant(microseconds: -62_135_596_800_000_000)
    /// The last instant that a fact may have: 9999-12-31T23:59:59.999999Z.
    public static let latest = Instant(microseconds: 253_402_300_799_999_999)

    public var description: String { String(rawValue) }
}
