public import Schema

/// An answer of the service, and what of the log it reflects.
public struct Answer<Value: Sendable>: Sendable {
    /// What was asked for.
    public var value: Value
    /// Epoch and position that the answer reflects, how far the view is behind the log, and its state.
    public var reflects: Reflects

    /// An answer with what it reflects.
    public init(value: Value, reflects: Reflects) {
        self.value = value
        self.reflects = reflects
    }
}
