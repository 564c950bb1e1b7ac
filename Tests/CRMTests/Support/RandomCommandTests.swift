internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

/// Random commands to parties, imports, the organisation and principals.
///
/// Values come from small pools, so that keys, addresses and ids collide often.
private struct CommandSource {
    var random: SeededGenerator

    /// Kinds for what every aggregate takes. A list of its own: a further aggregate leaves the sequences as they are.
    private static let kinds: [AggregateKind] = [
        .unspecified, .log, .party, .product, .priceBook, .order, .return, .import, .organisation, .principal,
        .employee,
    ]

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    /// Mostly something of the kind that is asked for.
    private mutating func reference(_ scenario: Scenario, _ kind: AggregateKind) -> Reference {
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return Reference()
        case 1: return Reference(external: key())
        case 2: return Reference(number: StreamNumber(UInt64.random(in: 0...60, using: &random)))
        default:
            let streams = scenario.events.filter {
                $0.stored.header.revision.rawValue == 1 && $0.stored.header.streamKind == kind
            }
            guard !streams.isEmpty else { return Reference(number: StreamNumber(1)) }
            // Every second time one of the first few, so that commands meet what earlier ones did.
            return Reference(number: pick(chance(2) ? Array(streams.prefix(8)) : streams).stream)
        }
    }

    private mutating func key() -> ExternalKey {
        ExternalKey(system: pick(["shop", "erp", "uid", "import-file", ""]), key: pick(["1", "2", "3", "4", "0"]))
    }

    private mutating func contactPoint() -> ContactPointInput {
        let kind = pick(ContactPointKind.allCases + [.UNRECOGNIZED(99)])
        if kind == .postal { return .postal(lines: [pick(["Main St 1", "Main St 2", ""])]) }
        let value = pick([
            "ann@example.com", "bo@EXAMPLE.com", "+86 138 0013 8000", "+8613800138000 ext 5", "+44 20 7946 0958", "110",
            "not an address", "",
        ])
        return .of(kind, value)
    }

    private mutating func name() -> PartyNamePersonal {
        .with {
            if chance(2) { $0.display = pick(["Ann", "Bo", "王小明", "Zo\u{EB}", "Zoe\u{308}"]) }
            if chance(3) { $0.parts = [.of(pick(NamePartKind.allCases), pick(["Ann", "小明", ""]))] }
            if chance(4) { $0.taxNumber = pick(["91X", "91x", "92Y"]) }
        }
    }

    private mutating func detail() -> PartyDetail {
        .with {
            if chance(3) { $0.country = pick(["CN", "DE", "Narnia"]) }
            if chance(4) { $0.roles = [pick(["buyer", "consumer"])] }
        }
    }

    private mutating func clear() -> [String] {
        chance(5) ? [pick(["name", "tax_number", "country", "roles", "shoe_size"])] : []
    }

    mutating func next(_ scenario: Scenario) -> CommandBody.OneOf_Command {
        switch Int.random(in: 0..<24, using: &random) {
        case 0...2: return .registerParty(registration())
        case 3...6: return .upsertParty(upsert())
        case 7, 8:
            return .changePartyDetail(
                .with {
                    $0.party = reference(scenario, .party)
                    $0.name = name()
                    $0.detail = detail()
                    $0.clear = clear()
                    $0.allowDuplicate = chance(2)
                })
        case 9:
            return .correctParty(
                .with {
                    $0.party = reference(scenario, .party)
                    $0.kind = pick(PartyKind.allCases)
                    $0.name = name()
                    $0.clear = clear()
                    $0.allowDuplicate = chance(2)
                })
        case 10, 11:
            return .addContactPoint(
                .with {
                    $0.party = reference(scenario, .party)
                    $0.contactPoint = contactPoint()
                    $0.allowDuplicate = chance(2)
                })
        default: return further(scenario)
        }
    }

    private mutating func registration() -> RegisterParty {
        .with {
            $0.kind = pick(PartyKind.allCases)
            $0.name = name()
            $0.contactPoints = (0..<Int.random(in: 0...3, using: &random)).map { _ in contactPoint() }
            if chance(2) { $0.external = [key()] }
            $0.allowDuplicate = chance(2)
        }
    }

    private mutating func upsert() -> UpsertParty {
        .with {
            $0.key = key()
            $0.kind = pick(PartyKind.allCases)
            $0.name = name()
            $0.detail = detail()
            $0.contactPoints = (0..<Int.random(in: 0...3, using: &random)).map { _ in contactPoint() }
            $0.clear = clear()
            if chance(2) { $0.sourceVersion = UInt64.random(in: 1...5, using: &random) }
            if chance(4) { $0.status = pick(PartyStatus.allCases) }
            $0.allowDuplicate = chance(2)
        }
    }

    private mutating func further(_ scenario: Scenario) -> CommandBody.OneOf_Command {
        let party = reference(scenario, .party)
        let number = UInt32.random(in: 0...5, using: &random)
        switch Int.random(in: 0..<18, using: &random) {
        case 0:
            return .verifyContactPoint(
                .with {
                    $0.party = party; $0.contactPoint = number; $0.method = "mail"
                })
        case 1, 2:
            return .retireContactPoint(
                .with {
                    $0.party = party; $0.contactPoint = number
                })
        case 3:
            return .changePartyStatus(
                .with {
                    $0.party = party; $0.status = pick(PartyStatus.allCases)
                })
        case 4:
            return .recordNeed(
                .with {
                    $0.party = party; $0.need.text = "a pump"; $0.product = product(party)
                })
        case 5:
            return .recordPreference(
                .with {
                    $0.party = party; $0.topic = "hour"; $0.preference.value = "late"
                })
        case 6: return .archiveParty(.with { $0.party = party })
        case 7, 8: return .restoreParty(.with { $0.party = party })
        case 9...12: return annotation(scenario)
        case 13: return .startImport(start())
        case 14: return .commitImport(.with { $0.importJob = reference(scenario, .import) })
        case 15: return .setOrganisation(.with { $0.zone = pick(["UTC", "Asia/Shanghai", "Mars"]) })
        case 16: return .registerPrincipal(.with { $0.uid = UInt32(number) })
        default: return access(reference(scenario, .principal))
        }
    }

    /// Nothing, or a party, which is no product.
    private mutating func product(_ party: Reference) -> Reference { chance(4) ? party : Reference() }

    private mutating func annotation(_ scenario: Scenario) -> CommandBody.OneOf_Command {
        let kind = chance(3) ? pick(Self.kinds) : .party
        let target = reference(scenario, kind)
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            return .linkExternalRecord(
                .with {
                    $0.kind = kind; $0.target = target; $0.key = key()
                })
        case 1:
            return .unlinkExternalRecord(
                .with {
                    $0.kind = kind; $0.target = target; $0.key = key()
                })
        case 2:
            return .addNote(
                .with {
                    $0.kind = kind; $0.target = target; $0.note.text = "likes tea"
                })
        case 3:
            return .tag(
                .with {
                    $0.kind = kind; $0.target = target; $0.tag = pick(["a", "b"])
                })
        default:
            return .untag(
                .with {
                    $0.kind = kind; $0.target = target; $0.tag = pick(["a", "b"])
                })
        }
    }

    private mutating func start() -> StartImport {
        .with {
            $0.fileHash = bytes(pick([1, 2]))
            $0.mapping = "m"
            $0.mappingHash = bytes(pick([1, 2]))
            $0.mode = pick(CommandMode.allCases)
        }
    }

    private mutating func access(_ target: Reference) -> CommandBody.OneOf_Command {
        let role = pick([Role.admin, .admin, .service, .unspecified])
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return .grantRole(
                .with {
                    $0.principal = target; $0.role = role
                })
        case 1:
            return .revokeRole(
                .with {
                    $0.principal = target; $0.role = role
                })
        case 2:
            return .allowOnBehalfOf(
                .with {
                    $0.principal = target; $0.allowed = chance(2)
                })
        default:
            return .bindPrincipal(
                .with {
                    $0.principal = target; $0.employee = target
                })
        }
    }
}

@Suite struct RandomCommandTests {
    /// A new seed on every run, and some that every run repeats.
    private static let seeds: [UInt64] = [1, 2, 3, 4, 5, UInt64.random(in: 6 ... .max)]

    /// Kinds of event that every sequence brings about, so that it does not pass for want of success.
    private static let expected: Set<EventKind> = [
        .partyRegistered, .partyCorrected, .partyDetailChanged, .contactPointAdded, .contactPointVerified,
        .contactPointRetired, .partyStatusChanged, .needRecorded, .preferenceRecorded, .partyArchived, .partyRestored,
        .externalLinked, .noteAdded, .tagged, .untagged, .importStarted, .organisationSet, .principalRegistered,
    ]

    @Test(arguments: seeds)
    func `whatever is sent, nothing traps, the fold repeats and the rules hold`(seed: UInt64) throws {
        var source = CommandSource(random: SeededGenerator(seed: seed))
        var scenario = Scenario()
        var accepted: Set<EventKind> = []
        for step in 0..<2_500 {
            let command = source.next(scenario)
            let isHistoric = Int.random(in: 0..<5, using: &source.random) == 0
            let isReasoned = Bool.random(using: &source.random)
            let outcome = scenario.when(command, reason: isReasoned ? "a reason" : "", historic: isHistoric)
            accepted.formUnion(outcome.kinds)
            #expect(outcome.code != .internal, "seed \(seed), step \(step): \(command)")
            if case .accepted = outcome { expectSettled(scenario, command, isReasoned, isHistoric, seed, step) }
        }
        #expect(scenario.isReproducible, "seed \(seed)")
        #expect(accepted.isSuperset(of: Self.expected), "seed \(seed): only \(accepted)")
        try expectIdentities(scenario, seed)
    }

    /// Commands that say how something is to be are settled by one run: the second finds nothing to change.
    private func expectSettled(
        _ scenario: Scenario, _ command: CommandBody.OneOf_Command, _ isReasoned: Bool, _ isHistoric: Bool,
        _ seed: UInt64, _ step: Int
    ) {
        switch command {
        case .registerParty, .recordNeed, .recordPreference, .addNote, .registerPrincipal, .unlinkExternalRecord: return
        default: break
        }
        var copy = scenario
        let again = copy.when(command, reason: isReasoned ? "a reason" : "", historic: isHistoric)
        #expect(again.isUnchanged, "seed \(seed), step \(step): \(command) gave \(again) the second time")
    }

    /// Every party can be told, and is found by what it has and by nothing else.
    private func expectIdentities(_ scenario: Scenario, _ seed: UInt64) throws {
        for event in scenario.events where event.stored.header.kind == .partyRegistered {
            let state = scenario.party(event.stream)
            #expect(
                state.hasName_p || !state.contactPoints.isEmpty || state.externalCount > 0,
                "seed \(seed), party \(event.stream)")
            var record = PartyRecord(state, scenario)
            let values = try record.contactPoints().compactMap { LookupValue($0.personal) }
            for address in ["ann@example.com", "bo@example.com"] {
                let isHolder = scenario.holders(domain: "email", value: address).contains(event.stream)
                let isThere = values.contains { $0.domain == "email" && $0.bytes == Array(address.utf8) }
                #expect(isHolder == isThere, "seed \(seed), party \(event.stream)")
            }
            let phone = scenario.holders(domain: "phone", value: "+8613800138000").contains(event.stream)
            #expect(
                phone == values.contains { $0.bytes == Array("+8613800138000".utf8) },
                "seed \(seed), party \(event.stream)")
            let taxNumber = LookupValue(taxNumber: try record.name().taxNumber)
            #expect(state.hasTaxNumber_p == (taxNumber != nil), "seed \(seed), party \(event.stream)")
        }
    }
}
