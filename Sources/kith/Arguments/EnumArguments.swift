internal import ArgumentParser
internal import Schema

/// By what a list is sorted.
enum SortArgument: String, ExpressibleByArgument, CaseIterable {
    case registered, changed, occurred, label

    var order: SortOrder {
        switch self {
        case .registered: .registered
        case .changed: .changed
        case .occurred: .occurred
        case .label: .label
        }
    }
}

/// A role, as it is named on the command line, for example `service-agent`.
struct RoleArgument: ExpressibleByArgument, Equatable {
    static var allValueStrings: [String] {
        Role.allCases.filter { $0 != .unspecified }.map { Labels.of($0) }
    }

    var role: Role

    init?(argument: String) {
        guard let role = Role.allCases.first(where: { $0 != .unspecified && Labels.of($0) == argument }) else {
            return nil
        }
        self.role = role
    }
}

/// A kind of event by its name, for example `OrderPlaced`.
struct EventKindArgument: ExpressibleByArgument, Equatable {
    static var allValueStrings: [String] {
        EventKind.allCases.filter { $0 != .unspecified }.map { Labels.of($0) }
    }

    var kind: EventKind

    init?(argument: String) {
        guard let kind = EventKind.allCases.first(where: { $0 != .unspecified && Labels.of($0) == argument }) else {
            return nil
        }
        self.kind = kind
    }
}

/// An instant: an ISO 8601 date (midnight, UTC) or date and time with a zone.
struct InstantArgument: ExpressibleByArgument, Equatable {
    var instant: Instant

    init?(argument: String) {
        guard let pattern = try? TimePattern("iso"), let instant = pattern.instant(of: argument, zone: .utc) else {
            return nil
        }
        self.instant = instant
    }
}
