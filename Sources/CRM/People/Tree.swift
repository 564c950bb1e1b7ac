internal import Schema

/// Something that can be a part of another thing of its kind: a team, a territory.
protocol TreePart {
    /// 0: it is no part of another one.
    var parentNumber: UInt64 { get }
    var retired: Bool { get }
}

/// Limits of trees.
enum TreeLimits {
    /// Things above one: all of them are looked at when it gets its place.
    static let depth = 100
}

extension DecisionContext {
    /// The stream of what something is to be a part of; none where nothing is named.
    ///
    /// - Parameter reference: nil where nothing is named.
    /// - Throws: REFERENCE_MISSING; TERMINAL_STATE where it is retired; CYCLE where it is the thing itself or below it;
    ///   LIMIT_EXCEEDED where too many stand above.
    func parent<A: Aggregate>(
        _ reference: Reference?, _ type: A.Type
    ) throws(Refusal) -> StreamNumber where A.State: TreePart {
        guard let reference else { return .none }
        let parent = try world.required(reference, A.kind, field: "parent")
        var above = parent
        var depth = 0
        while above != .none {
            guard above != target else {
                throw Refusal(.cycle, "A thing cannot be a part of itself. Choose another parent.", field: "parent")
            }
            depth += 1
            guard depth <= TreeLimits.depth else {
                throw Refusal(
                    .limitExceeded, "At most \(TreeLimits.depth) may stand above it. Choose a parent further up.",
                    field: "parent")
            }
            guard let state = try world.state(A.self, of: above) else { break }
            if above == parent, state.retired {
                throw Refusal(.terminalState, "The parent is retired. Choose another one.", field: "parent")
            }
            above = StreamNumber(state.parentNumber)
        }
        return parent
    }

    /// Refuses to retire something that still has parts.
    ///
    /// - Throws: NOT_EMPTY.
    func requireNoParts(field: String) throws(Refusal) {
        guard try world.claim(.parts(target)) > 0 else { return }
        throw Refusal(.notEmpty, "Others are still a part of it. Retire or move them first.", field: field)
    }
}
