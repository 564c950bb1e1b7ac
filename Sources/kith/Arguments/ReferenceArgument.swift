internal import ArgumentParser
internal import Schema

/// Names an aggregate: a UUID, `system:key` of another system's record, or `#number` of its stream.
struct ReferenceArgument: ExpressibleByArgument, Equatable {
    static let help = "a UUID, system:key, or #number"

    var reference: Reference

    init?(argument: String) {
        reference = Reference()
        if argument.hasPrefix("#") {
            guard let number = UInt64(argument.dropFirst()), number > 0 else { return nil }
            reference.number = number
        } else if let id = Identifier(argument) {
            reference.id = id.description
        } else if let colon = argument.firstIndex(of: ":") {
            reference.external.system = String(argument[..<colon])
            reference.external.key = String(argument[argument.index(after: colon)...])
            guard !reference.external.system.isEmpty, !reference.external.key.isEmpty else { return nil }
        } else {
            return nil
        }
    }
}

/// Names a stream: the kind of aggregate, a colon, and a reference, for example `order:online-retail:536365`.
struct StreamArgument: ExpressibleByArgument, Equatable {
    var scope = StreamScope()

    init?(argument: String) {
        guard let colon = argument.firstIndex(of: ":"),
            let kind = KindArgument(rawValue: String(argument[..<colon])),
            let reference = ReferenceArgument(argument: String(argument[argument.index(after: colon)...]))
        else { return nil }
        scope.kind = kind.kind
        scope.stream = reference.reference
    }
}
