import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// New ids, as a client chooses them.
func newID() -> String {
    Identifier.version7(
        milliseconds: UInt64(Date().timeIntervalSince1970 * 1_000), randomHigh: .random(in: 0...UInt64.max),
        randomLow: .random(in: 0...UInt64.max)
    ).description
}

extension Command {
    /// A command with an id of its own.
    init(_ bodies: CommandBody..., id: String = newID()) {
        self.init()
        self.id = id
        self.bodies = bodies
    }

    /// The same with something changed.
    func with(_ change: (inout Command) -> Void) -> Command {
        var command = self
        change(&command)
        return command
    }
}

extension CommandBody {
    /// Registers a person.
    static func person(_ name: String, id: String = newID(), email: String? = nil) -> CommandBody {
        .with { body in
            body.registerParty = .with {
                $0.id = id
                $0.kind = .person
                $0.name.display = name
                if let email {
                    $0.contactPoints = [
                        .with {
                            $0.kind = .email
                            $0.personal.value = email
                        }
                    ]
                }
            }
        }
    }

    /// Places an order of one line: 2 pieces at 12.50.
    static func order(
        of party: Reference? = nil, id: String = newID(), currency: String = "EUR",
        _ change: (inout PlaceOrder) -> Void = { _ in }
    ) -> CommandBody {
        .with { body in
            body.placeOrder = .with {
                $0.id = id
                if let party { $0.party = party }
                $0.currency = currency
                $0.lines = [
                    .with {
                        $0.quantity = DecimalValue(2)
                        $0.unitPrice = DecimalValue(1_250, scale: 2)
                    }
                ]
                $0.reached = .confirmed
                change(&$0)
            }
        }
    }

    /// The same with something changed.
    func with(_ change: (inout CommandBody) -> Void) -> CommandBody {
        var body = self
        change(&body)
        return body
    }
}

extension ExternalKey {
    init(system: String, key: String) {
        self.init()
        self.system = system
        self.key = key
    }
}

extension DecimalValue {
    init(_ unscaled: Int64, scale: UInt32 = 0) {
        self.init()
        self.unscaled = unscaled
        self.scale = scale
    }
}

extension KithClient {
    /// Sends a command that must be accepted.
    @discardableResult
    func accepted(_ command: Command, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Accepted {
        let result = try await submit(command).value
        guard case .accepted(let accepted)? = result.outcome else {
            Issue.record("not accepted: \(result)", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        return accepted
    }
}

extension CommandResult {
    /// The code of the refusal; nil where it is another outcome.
    var refusal: ErrorCode? {
        if case .refused(let detail)? = outcome { detail.code } else { nil }
    }
}

extension Accepted {
    /// Position of its last event.
    var position: UInt64 { events.map(\.position).max() ?? 0 }
}
