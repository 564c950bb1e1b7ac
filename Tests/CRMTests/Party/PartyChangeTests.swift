internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct PartyChangeTests {
    private var scenario = Scenario()
    private let ann: StreamNumber

    init() {
        var command = RegisterParty.person("Ann Lee", [.email("ann@example.com")], tax: "91X")
        command.name.invoiceTitle = "Lee Ltd"
        command.detail.country = "CN"
        command.detail.language = "zh"
        command.detail.roles = ["consumer"]
        ann = scenario.registered(command)
    }

    private func change(_ edit: (inout ChangePartyDetail) -> Void) -> ChangePartyDetail {
        var command = ChangePartyDetail.with { $0.party = Reference(number: ann) }
        edit(&command)
        return command
    }

    private func correction(_ edit: (inout CorrectParty) -> Void) -> CorrectParty {
        var command = CorrectParty.with { $0.party = Reference(number: ann) }
        edit(&command)
        return command
    }

    /// The name before and after of the last event.
    private func lastNames(_ scenario: Scenario) -> (before: PartyNamePersonal, after: PartyNamePersonal)? {
        switch scenario.lastPersonal {
        case .partyDetailChanged(let names), .partyCorrected(let names): (names.before, names.name)
        default: nil
        }
    }

    @Test func `a change of name keeps what is not sent and remembers what was`() throws {
        var scenario = scenario
        let outcome = scenario.when(change { $0.name.display = "Ann Wu" })
        #expect(outcome.kinds == [.partyDetailChanged])
        let names = try #require(lastNames(scenario))
        #expect(names.before.display == "Ann Lee")
        #expect(
            names.after.display == "Ann Wu" && names.after.taxNumber == "91X" && names.after.invoiceTitle == "Lee Ltd")
        guard case .partyDetailChanged(let changed)? = outcome.payloads.first else { return }
        #expect(changed.nameReplaced && !changed.hasDetail && changed.hasName_p && changed.hasTaxNumber_p)
        #expect(!scenario.showsOpenly("Ann"))
    }

    @Test func `a second change is compared with the first`() throws {
        var scenario = scenario
        scenario.when(change { $0.name.display = "Ann Wu" })
        #expect(scenario.when(change { $0.name.display = "Ann Wu" }).isUnchanged)
        scenario.when(correction { $0.name.display = "Anne Wu" })
        #expect(try #require(lastNames(scenario)).before.display == "Ann Wu")
        #expect(scenario.when(change { $0.name.display = "Anne Wu" }).isUnchanged)
    }

    @Test func `a name in another normal form of Unicode is another name`() throws {
        var scenario = scenario
        scenario.when(change { $0.name.display = "Zo\u{EB}" })
        #expect(scenario.when(change { $0.name.display = "Zoe\u{308}" }).kinds == [.partyDetailChanged])
        #expect(Array(try #require(lastNames(scenario)).after.display.utf8) == Array("Zoe\u{308}".utf8))
    }

    @Test func `parts that are sent again without a display form leave the one there is`() {
        var scenario = scenario
        let parts: [NamePart] = [.of(.given, "Ann"), .of(.family, "Lee")]
        scenario.when(
            change {
                $0.name.parts = parts
                $0.name.display = "Annie"
            })
        #expect(scenario.when(change { $0.name.parts = parts }).isUnchanged)
        #expect(scenario.when(change { $0.name.display = "Annie" }).isUnchanged)
    }

    @Test func `the detail changes field by field`() {
        var scenario = scenario
        let outcome = scenario.when(
            change {
                $0.detail.language = "en"
                $0.clear = ["roles"]
            })
        guard case .partyDetailChanged(let changed)? = outcome.payloads.first else {
            Issue.record("not changed: \(outcome)")
            return
        }
        #expect(!changed.nameReplaced && scenario.lastPersonal == nil)
        #expect(changed.detail.country == "CN" && changed.detail.language == "en" && changed.detail.roles.isEmpty)
        #expect(scenario.party(ann).detail == changed.detail)
    }

    @Test func `nothing sent and nothing different is unchanged`() {
        var scenario = scenario
        #expect(scenario.when(change { _ in }).isUnchanged)
        #expect(
            scenario.when(
                change {
                    $0.name.display = "Ann Lee"
                    $0.name.taxNumber = "91X"
                    $0.detail.country = "CN"
                    $0.detail.roles = ["consumer"]
                }
            ).isUnchanged)
        #expect(scenario.when(correction { $0.kind = .person }).isUnchanged)
    }

    @Test func `a tax number is found anew after a change and no longer after it was emptied`() {
        var scenario = scenario
        scenario.when(change { $0.name.taxNumber = "92y" })
        #expect(scenario.holders(domain: "tax", value: "91X").isEmpty)
        #expect(scenario.holders(domain: "tax", value: "92Y") == [ann])
        scenario.when(change { $0.clear = ["tax_number", "invoice_title", "country", "language"] })
        #expect(scenario.holders(domain: "tax", value: "92Y").isEmpty)
        #expect(!scenario.party(ann).hasTaxNumber_p && scenario.party(ann).detail.country.isEmpty)
        #expect(scenario.isReproducible)
    }

    @Test func `a correction holds since the party's first event where it does not say from when`() {
        var scenario = scenario
        let since = scenario.party(ann).registeredAt
        let outcome = scenario.when(
            correction {
                $0.kind = .organisation
                $0.detail.country = "DE"
            })
        guard case .partyCorrected(let corrected)? = outcome.payloads.first else {
            Issue.record("not corrected: \(outcome)")
            return
        }
        #expect(corrected.kind == .organisation && corrected.detail.country == "DE" && corrected.validFrom == since)
        #expect(scenario.party(ann).kind == .organisation)
    }

    @Test func `a correction holds from when it says, which is not after it`() {
        var scenario = scenario
        let instant = Instant(microseconds: 1_700_000_000_000_000)
        let outcome = scenario.when(
            correction {
                $0.name.display = "Anna Lee"
                $0.validFrom = instant.timestamp
            })
        guard case .partyCorrected(let corrected)? = outcome.payloads.first else {
            Issue.record("not corrected: \(outcome)")
            return
        }
        #expect(corrected.nameReplaced && corrected.validFrom == instant.rawValue)
        let late = correction {
            $0.name.display = "Anna Li"
            $0.validFrom = Instant(microseconds: scenario.now.rawValue + 10_000_000).timestamp
        }
        #expect(scenario.when(late).field == "valid_from")
    }

    @Test func `what leaves no identity is refused`() {
        var scenario = Scenario()
        let bo = scenario.registered(.person("Bo"))
        let clear = ChangePartyDetail.with {
            $0.party = Reference(number: bo)
            $0.clear = ["name"]
        }
        #expect(scenario.when(clear).code == .identityRequired)
        #expect(
            scenario.when(
                CorrectParty.with {
                    $0.party = clear.party; $0.clear = ["name"]
                }
            ).code == .identityRequired)
    }

    @Test func `a name can be emptied while there is a contact point`() {
        var scenario = scenario
        #expect(scenario.when(change { $0.clear = ["name"] }).kinds == [.partyDetailChanged])
        #expect(!scenario.party(ann).hasName_p)
    }

    @Test func `bad forms are refused`() {
        let cases: [(ChangePartyDetail, ErrorCode, String)] = [
            (change { $0.clear = ["e-mail"] }, .schemaInvalid, "clear[0]"),
            (
                change {
                    $0.name.display = "A"
                    $0.clear = ["name"]
                }, .schemaInvalid, "clear"
            ),
            (change { $0.detail.country = "cn" }, .schemaInvalid, "detail.country"),
            (change { $0.name.display = text(of: 1_001) }, .limitExceeded, "name.display"),
            (change { $0.party = Reference() }, .schemaInvalid, "party"),
            (change { $0.party = Reference(number: .none) }, .schemaInvalid, "party.number"),
            (change { $0.party.id = "x" }, .schemaInvalid, "party.id"),
            (change { $0.party = Reference(number: StreamNumber(999)) }, .notFound, ""),
        ]
        for (command, code, field) in cases {
            var scenario = scenario
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
        var scenario = scenario
        let correction = correction { $0.validFrom.seconds = 1 << 60 }
        #expect(scenario.when(correction).field == "valid_from")
    }

    @Test func `an archived party is not changed, but saying what is so is fine`() {
        var scenario = scenario
        scenario.when(ArchiveParty.with { $0.party = Reference(number: ann) }, reason: "moved")
        #expect(scenario.when(change { $0.name.display = "Ann Wu" }).code == .archived)
        #expect(scenario.when(correction { $0.detail.country = "DE" }).code == .archived)
        #expect(scenario.when(change { $0.name.display = "Ann Lee" }).isUnchanged)
    }
}
