import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Commands that cannot be carried out, sent to the real service: each has a definite code, and none changes the log.
@Suite(.serialized) struct CommandRefusalTests {
    private typealias Case = (name: String, command: Command, code: ErrorCode)

    /// Sends each command and compares the code; the log must not grow.
    private static func expectRefused(_ cases: [Case], by daemon: Daemon) async throws {
        let before = try await daemon.durablePosition()
        try await daemon.withClient { client in
            for wrong in cases {
                let result = try await client.submit(wrong.command).value
                #expect(result.refusal == wrong.code, "\(wrong.name): \(result)")
                #expect(!result.refused.sentence.isEmpty, "\(wrong.name)")
            }
        }
        #expect(try await daemon.durablePosition() == before)
    }

    @Test func `ids that are missing, malformed or used again are refused`() async throws {
        try await Daemon.run { daemon in
            let ana = Command(.person("Ana"))
            try await daemon.withClient { _ = try await $0.accepted(ana) }
            let cases: [Case] = [
                ("no id", Command(.person("Bo"), id: ""), .schemaInvalid),
                ("no UUID", Command(.person("Bo"), id: "1234"), .schemaInvalid),
                (
                    "the UUID of zeros", Command(.person("Bo"), id: "00000000-0000-0000-0000-000000000000"),
                    .schemaInvalid
                ),
                ("id and key", Command(.person("Bo")).with { $0.idempotencyKey = Data([1]) }, .schemaInvalid),
                ("an aggregate id that is no UUID", Command(.person("Bo", id: "bo")), .schemaInvalid),
                ("no correlation id", Command(.person("Bo")).with { $0.correlationID = "x" }, .schemaInvalid),
                ("no bodies", Command().with { $0.id = newID() }, .schemaInvalid),
                (
                    "used with other content", ana.with { $0.bodies[0].registerParty.name.display = "Bo" },
                    .commandIDReused
                ),
                ("used with another time", ana.with { $0.occurredAt = .init(seconds: 0, nanos: 0) }, .commandIDReused),
                ("used with one body more", ana.with { $0.bodies.append(.person("Bo")) }, .commandIDReused),
                ("the aggregate's id again", Command(ana.bodies[0]), .referenceTaken),
            ]
            try await CommandRefusalTests.expectRefused(cases, by: daemon)
        }
    }

    @Test func `a stale revision is refused with the one that is`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                let id = newID()
                try await client.accepted(Command(.person("Ana", id: id)))
                let tag = CommandBody.with {
                    $0.tag = .with {
                        $0.kind = .party
                        $0.target = Reference(id: id)
                        $0.tag = "vip"
                    }
                }
                try await client.accepted(Command(tag.with { $0.expectedRevision = 1 }))
                let before = try await client.status().value.durablePosition
                for stale in [0, 1, 3, UInt64.max] {
                    let body = tag.with {
                        $0.tag.tag = "other"
                        $0.expectedRevision = stale
                    }
                    let result = try await client.submit(Command(body)).value
                    #expect(result.refusal == .revisionConflict)
                    #expect(result.refused.expected == stale && result.refused.actual == 2)
                }
                #expect(try await client.status().value.durablePosition == before)
            }
        }
    }

    @Test func `amounts that overflow or are none are refused`() async throws {
        let cases: [(name: String, line: OrderLineInput)] = [
            (
                "product",
                .with {
                    $0.quantity = DecimalValue(.max)
                    $0.unitPrice = DecimalValue(.max)
                }
            ),
            (
                "product in cents",
                .with {
                    $0.quantity = DecimalValue(1_000_000)
                    $0.unitPrice = DecimalValue(.max)
                }
            ),
            (
                "ten decimals",
                .with {
                    $0.quantity = DecimalValue(1)
                    $0.unitPrice = DecimalValue(1, scale: 10)
                }
            ),
            (
                "a scale of 2^32-1",
                .with {
                    $0.quantity = DecimalValue(1, scale: .max)
                    $0.net = 1
                }
            ),
            (
                "a price below zero",
                .with {
                    $0.quantity = DecimalValue(1)
                    $0.unitPrice = DecimalValue(-1)
                }
            ),
            (
                "a quantity of seven decimals",
                .with {
                    $0.quantity = DecimalValue(1, scale: 7)
                    $0.net = 1
                }
            ),
            (
                "a great quantity",
                .with {
                    $0.quantity = DecimalValue(.min)
                    $0.net = 1
                }
            ),
        ]
        try await Daemon.run { daemon in
            var commands: [Case] = cases.map { wrong in
                (wrong.name, Command(.order { $0.lines = [wrong.line] }), .amountInvalid)
            }
            let greatest = OrderLineInput.with {
                $0.quantity = DecimalValue(1)
                $0.net = .max
            }
            commands.append(("a sum", Command(.order { $0.lines = [greatest, greatest] }), .amountInvalid))
            commands.append(("an unknown currency", Command(.order(currency: "XXZ")), .currencyMismatch))
            try await CommandRefusalTests.expectRefused(commands, by: daemon)
        }
    }

    @Test func `a customer whose sums overflow does not stop the service`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                let party = newID()
                try await client.accepted(Command(.person("Croesus", id: party)))
                let greatest = OrderLineInput.with {
                    $0.quantity = DecimalValue(1)
                    $0.net = .max
                }
                var position: UInt64 = 0
                for _ in 1...2 {
                    let result = try await client.submit(
                        Command(.order(of: Reference(id: party)) { $0.lines = [greatest] })
                    ).value
                    #expect(result.refusal == nil || result.refusal == .amountInvalid, "\(result)")
                    position = max(position, result.accepted.position)
                }
                try await client.accepted(Command(.order()))
                let status = try await client.status()
                #expect(status.value.projections.allSatisfy { $0.state != .parked }, "\(status.value)")
                let customer = try await client.customer(
                    .with {
                        $0.party = Reference(id: party)
                        $0.atLeast = position
                    }
                ).value
                #expect(customer.purchases.first?.gross == .max)
            }
        }
    }

    @Test func `dates out of range are refused`() async throws {
        try await Daemon.run { daemon in
            let party = newID()
            try await daemon.withClient { _ = try await $0.accepted(Command(.person("Ana", id: party))) }
            func at(_ seconds: Int64, nanos: Int32 = 0) -> Command {
                Command(.person("Bo")).with { $0.occurredAt = .init(seconds: seconds, nanos: nanos) }
            }
            let status = CommandBody.with {
                $0.changePartyStatus = .with {
                    $0.party = Reference(id: party)
                    $0.status = .former
                }
            }
            let now = Int64(Date().timeIntervalSince1970)
            let cases: [Case] = [
                ("before the year 1", at(-62_135_596_801), .schemaInvalid),
                ("after the year 9999", at(253_402_300_800), .schemaInvalid),
                ("greatest", at(.max), .schemaInvalid),
                ("least", at(.min), .schemaInvalid),
                ("two seconds of nanoseconds", at(0, nanos: 2_000_000_000), .schemaInvalid),
                ("nanoseconds below zero", at(0, nanos: -1), .schemaInvalid),
                ("in an hour", at(now + 3_600), .futureOccurredAt),
                ("the last second of 9999", at(253_402_300_799), .futureOccurredAt),
                (
                    "before the party's first event",
                    Command(status).with { $0.occurredAt = .init(seconds: now - 86_400, nanos: 0) }, .occurredOutOfOrder
                ),
            ]
            try await CommandRefusalTests.expectRefused(cases, by: daemon)

            // The first second of the year 1 is a date like any other.
            try await daemon.withClient { client in
                let id = newID()
                let accepted = try await client.accepted(
                    Command(.person("Methuselah", id: id)).with {
                        $0.occurredAt = .init(seconds: -62_135_596_800, nanos: 0)
                    })
                let view = try await client.customer(
                    .with {
                        $0.party = Reference(id: id)
                        $0.atLeast = accepted.position
                    })
                #expect(view.value.knownSince.seconds == -62_135_596_800)
            }
        }
    }

    @Test func `references to nothing are refused`() async throws {
        try await Daemon.run { daemon in
            let order = newID()
            try await daemon.withClient { _ = try await $0.accepted(Command(.order(id: order))) }
            func ordered(_ reference: Reference) -> Command { Command(.order(of: reference)) }
            func tagged(_ reference: Reference) -> Command {
                Command(
                    .with {
                        $0.tag = .with {
                            $0.kind = .party
                            $0.target = reference
                            $0.tag = "x"
                        }
                    })
            }
            let cases: [Case] = [
                ("an id that nobody has", ordered(Reference(id: newID())), .referenceMissing),
                ("a key that nobody has", ordered(Reference(system: "shop", key: "1")), .referenceMissing),
                ("a number behind the log", ordered(.with { $0.number = 1_000_000 }), .referenceMissing),
                ("the greatest number", ordered(.with { $0.number = .max }), .referenceMissing),
                ("a stream of another kind", ordered(Reference(id: order)), .referenceMissing),
                ("a token", ordered(.with { $0.token = Data(repeating: 1, count: 16) }), .schemaInvalid),
                ("an id that is no UUID", ordered(Reference(id: "ana")), .schemaInvalid),
                ("a key without a system", ordered(Reference(system: "", key: "1")), .schemaInvalid),
                ("a tag on nothing", tagged(Reference(id: newID())), .notFound),
                ("a tag without a reference", tagged(Reference()), .schemaInvalid),
                (
                    "an import that is none",
                    Command(.person("Bo")).with { $0.importJob = Reference(id: newID()) }, .referenceMissing
                ),
                (
                    "a product that is none",
                    Command(.order { $0.lines[0].product = Reference(system: "shop", key: "p") }), .referenceMissing
                ),
                (
                    "a return of an order that is none",
                    Command(
                        .with {
                            $0.registerReturn = .with {
                                $0.order = Reference(id: newID())
                                $0.lines = [
                                    .with {
                                        $0.orderLine = 1
                                        $0.quantity = DecimalValue(1)
                                    }
                                ]
                            }
                        }), .referenceMissing
                ),
            ]
            try await CommandRefusalTests.expectRefused(cases, by: daemon)
        }
    }

    @Test func `more than the limits is refused`() async throws {
        func text(_ bytes: Int) -> String { String(repeating: "x", count: bytes) }
        func register(_ change: (inout RegisterParty) -> Void) -> Command {
            Command(CommandBody.person("Ana").with { change(&$0.registerParty) })
        }
        let email = ContactPointInput.with {
            $0.kind = .other
            $0.personal.value = "x"
            $0.label = "x"
        }
        let cases: [Case] = [
            (
                "1,001 bodies",
                Command().with {
                    $0.id = newID()
                    $0.bodies = .init(repeating: .person("x"), count: 1_001)
                },
                .limitExceeded
            ),
            ("5,001 lines", Command(.order { $0.lines = .init(repeating: $0.lines[0], count: 5_001) }), .limitExceeded),
            ("a name of 1,001 bytes", register { $0.name.display = text(1_001) }, .limitExceeded),
            ("51 contact points", register { $0.contactPoints = .init(repeating: email, count: 51) }, .limitExceeded),
            (
                "21 external keys",
                register { party in
                    party.external = (0...20).map { number in
                        ExternalKey(system: "s", key: "\(number)")
                    }
                }, .limitExceeded
            ),
            (
                "a key of 257 bytes",
                register {
                    $0.external = [
                        ExternalKey(system: "s", key: text(257))
                    ]
                }, .limitExceeded
            ),
            (
                "a system of 65 bytes",
                register {
                    $0.external = [
                        ExternalKey(system: text(65), key: "k")
                    ]
                },
                .limitExceeded
            ),
            (
                "a reason of 1,001 bytes", Command(CommandBody.person("Ana").with { $0.reason = text(1_001) }),
                .limitExceeded
            ),
            (
                "an idempotency key of 257 bytes",
                Command(.person("Ana"), id: "").with { $0.idempotencyKey = Data(repeating: 1, count: 257) },
                .limitExceeded
            ),
            (
                "50,000 personal bytes",
                register { party in
                    party.contactPoints = (0..<50).map { number in
                        .with {
                            $0.kind = .other
                            $0.label = "x"
                            $0.personal.value = "\(number)" + text(990)
                        }
                    }
                }, .limitExceeded
            ),
            ("a document number of 129 bytes", Command(.order { $0.documentNumber = text(129) }), .limitExceeded),
        ]
        try await Daemon.run { daemon in
            try await CommandRefusalTests.expectRefused(cases, by: daemon)
            let error = await #expect(throws: KithClientError.self) {
                try await daemon.withClient { client in
                    _ = try await client.submit(Command(.person(text(5 << 20))))
                }
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test func `an atomic command with one wrong body changes nothing`() async throws {
        try await Daemon.run { daemon in
            try await CommandRefusalTests.expectRefused(
                [
                    (
                        "the last of three", Command(.person("Ana"), .order(), .order(of: Reference(id: newID()))),
                        .referenceMissing
                    ),
                    ("the first of two", Command(.person(""), .order()), .identityRequired),
                ], by: daemon)
        }
    }
}
