/// Which timer of its stream: an aggregate numbers its kinds of timer, and says what each of them is about.
public struct TimerKey: Hashable, Sendable, Comparable {
    /// The kind of timer, in the aggregate's own numbering.
    public var kind: UInt16
    /// What it is about within the stream, for example the position of the event that a lot of points began with; 0
    /// where the stream has one timer of the kind.
    public var item: UInt64

    /// A timer's key.
    public init(kind: UInt16, item: UInt64 = 0) {
        self.kind = kind
        self.item = item
    }

    public static func < (left: TimerKey, right: TimerKey) -> Bool {
        (left.kind, left.item) < (right.kind, right.item)
    }
}
