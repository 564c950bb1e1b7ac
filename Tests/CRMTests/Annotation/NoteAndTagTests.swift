internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct NoteTests {
    private var scenario = Scenario()
    private let ann: StreamNumber

    init() { ann = scenario.registered() }

    private func note(_ kind: AggregateKind, _ number: StreamNumber, _ text: String = "likes tea") -> AddNote {
        .with {
            $0.kind = kind
            $0.target = Reference(number: number)
            $0.note.text = text
        }
    }

    @Test func `a note about a party is sealed, also while it is archived`() {
        var scenario = scenario
        scenario.when(ArchiveParty.with { $0.party = Reference(number: ann) }, reason: "moved")
        let outcome = scenario.when(note(.party, ann))
        #expect(outcome.payloads == [.noteAdded(NoteAdded())])
        #expect(outcome.events.first?.subjects.last?.role == .self_)
        #expect(scenario.lastPersonal == .noteAdded(.with { $0.text = "likes tea" }))
        #expect(!scenario.showsOpenly("tea"))
    }

    @Test(arguments: [AggregateKind.order, .return])
    func `a note about what a party ordered or returned is sealed under the party's key`(kind: AggregateKind) {
        var scenario = scenario
        let number =
            kind == .order
            ? scenario.given(.order, .orderPlaced(.with { $0.partyNumber = ann.rawValue }))
            : scenario.given(.return, .returnRegistered(.with { $0.partyNumber = ann.rawValue }))
        let outcome = scenario.when(note(kind, number))
        #expect(outcome.payloads == [.noteAdded(NoteAdded())])
        #expect(outcome.events.first?.subjects.last?.subject == ann)
        #expect(outcome.events.first?.subjects.last?.role == .customer)
        #expect(scenario.lastPersonal == .noteAdded(.with { $0.text = "likes tea" }))
    }

    @Test func `a note about anything else stands open`() {
        var scenario = scenario
        let order = scenario.given(.order, .orderPlaced(OrderPlaced()))
        let product = scenario.given(.product, .productDefined(ProductDefined()))
        for (kind, number) in [(AggregateKind.order, order), (.product, product)] {
            let outcome = scenario.when(note(kind, number))
            #expect(outcome.payloads == [.noteAdded(.with { $0.text = "likes tea" })])
            #expect(outcome.events.first?.subjects.isEmpty == true)
        }
    }

    @Test func `the same note twice is two notes`() {
        var scenario = scenario
        scenario.when(note(.party, ann))
        #expect(scenario.when(note(.party, ann)).kinds == [.noteAdded])
    }

    @Test func `notes are refused`() {
        var scenario = scenario
        #expect(scenario.when(note(.party, ann, "")).field == "note.text")
        #expect(scenario.when(note(.party, ann, text(of: 1_001))).code == .limitExceeded)
        #expect(scenario.when(note(.party, ann, text(of: 1_000))).kinds == [.noteAdded])
        #expect(scenario.when(note(.party, StreamNumber(99))).code == .notFound)
        #expect(scenario.when(note(.unspecified, ann)).field == "kind")
        #expect(
            scenario.when(
                AddNote.with {
                    $0.kind = .party; $0.note.text = "x"
                }
            ).field == "target")
    }
}

@Suite struct TagTests {
    private var scenario = Scenario()
    private let ann: StreamNumber
    private let product: StreamNumber

    init() {
        ann = scenario.registered()
        product = scenario.given(.product, .productDefined(ProductDefined()))
    }

    private func tag(_ kind: AggregateKind, _ number: StreamNumber, _ tag: String = "vip") -> Schema.Tag {
        .with {
            $0.kind = kind
            $0.target = Reference(number: number)
            $0.tag = tag
        }
    }

    private func untag(_ kind: AggregateKind, _ number: StreamNumber, _ tag: String = "vip") -> Untag {
        .with {
            $0.kind = kind
            $0.target = Reference(number: number)
            $0.tag = tag
        }
    }

    @Test func `a tag is put on once and taken off once`() {
        var scenario = scenario
        for (kind, number) in [(AggregateKind.party, ann), (.product, product)] {
            #expect(scenario.when(untag(kind, number)).isUnchanged)
            #expect(scenario.when(tag(kind, number)).payloads == [.tagged(.with { $0.tag = "vip" })])
            #expect(scenario.when(tag(kind, number)).isUnchanged)
            #expect(scenario.when(tag(kind, number, "vip2")).kinds == [.tagged])
            #expect(scenario.when(untag(kind, number)).payloads == [.untagged(.with { $0.tag = "vip" })])
            #expect(scenario.when(untag(kind, number)).isUnchanged)
        }
        #expect(scenario.isReproducible)
    }

    @Test func `tags that differ in normal form only are two tags`() {
        var scenario = scenario
        scenario.when(tag(.party, ann, "caf\u{E9}"))
        #expect(scenario.when(tag(.party, ann, "cafe\u{301}")).kinds == [.tagged])
    }

    @Test func `a tag of a person's aggregate names the person`() {
        var scenario = scenario
        let order = scenario.given(.order, .orderPlaced(.with { $0.partyNumber = ann.rawValue }))
        #expect(scenario.when(tag(.party, ann)).events.first?.subjects.map(\.role) == [.self_])
        #expect(scenario.when(tag(.order, order)).events.first?.subjects.map(\.role) == [.customer])
        #expect(scenario.when(untag(.order, order)).events.first?.subjects.map(\.subject) == [ann])
        #expect(scenario.when(tag(.product, product)).events.first?.subjects.isEmpty == true)
    }

    @Test func `tags are refused`() {
        var scenario = scenario
        #expect(scenario.when(tag(.party, ann, "")).field == "tag")
        #expect(scenario.when(tag(.party, ann, text(of: 65))).code == .limitExceeded)
        #expect(scenario.when(tag(.party, product)).code == .notFound)
        #expect(scenario.when(untag(.log, ann)).field == "kind")
        #expect(scenario.when(untag(.party, ann, "")).field == "tag")
    }
}
