internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct LinkTests {
    private var scenario = Scenario()
    private let ann: StreamNumber
    private let product: StreamNumber
    private let key = ExternalKey(system: "shop", key: "K-4711")

    init() {
        ann = scenario.registered()
        product = scenario.given(.product, .productDefined(ProductDefined()))
    }

    private func link(_ kind: AggregateKind, _ number: StreamNumber, _ key: ExternalKey) -> LinkExternalRecord {
        .with {
            $0.kind = kind
            $0.target = Reference(number: number)
            $0.key = key
        }
    }

    private func unlink(_ kind: AggregateKind, _ number: StreamNumber, _ key: ExternalKey) -> UnlinkExternalRecord {
        .with {
            $0.kind = kind
            $0.target = Reference(number: number)
            $0.key = key
        }
    }

    @Test func `a party's key is sealed and names it from then on`() throws {
        var scenario = scenario
        let outcome = scenario.when(link(.party, ann, key))
        #expect(outcome.payloads == [.externalLinked(ExternalLinked())])
        #expect(outcome.events.first?.subjects.last?.role == .self_)
        #expect(try scenario.resolve(Reference(external: key), .party) == ann)
        #expect(!scenario.showsOpenly("K-4711") && scenario.party(ann).externalCount == 1)
    }

    @Test func `a product's key stands open`() throws {
        var scenario = scenario
        let outcome = scenario.when(link(.product, product, key))
        #expect(outcome.payloads == [.externalLinked(.with { $0.key = key })])
        #expect(outcome.events.first?.subjects.isEmpty == true)
        #expect(try scenario.resolve(Reference(external: key), .product) == product)
    }

    @Test func `the same key names one aggregate of each kind`() {
        var scenario = scenario
        scenario.when(link(.party, ann, key))
        #expect(scenario.when(link(.product, product, key)).kinds == [.externalLinked])
        #expect(scenario.when(link(.party, ann, key)).isUnchanged)
        let bo = scenario.registered(.person("Bo"))
        let outcome = scenario.when(link(.party, bo, key))
        #expect(outcome.code == .referenceTaken && outcome.field == "key")
        #expect(outcome.refusal?.detail.relatedIds == [scenario.idText(of: ann)])
    }

    @Test func `an unlinked key is free again`() throws {
        var scenario = scenario
        for (kind, number) in [(AggregateKind.party, ann), (.product, product)] {
            scenario.when(link(kind, number, key))
            #expect(scenario.when(unlink(kind, number, key)).kinds == [.externalUnlinked])
            #expect(try scenario.resolve(Reference(external: key), kind) == nil)
            #expect(scenario.when(unlink(kind, number, key)).code == .notFound)
        }
        #expect(!scenario.showsOpenly("Ann") && scenario.party(ann).externalCount == 0 && scenario.isReproducible)
    }

    @Test func `another aggregate's key cannot be unlinked`() {
        var scenario = scenario
        let bo = scenario.registered(.person("Bo"))
        scenario.when(link(.party, bo, key))
        let outcome = scenario.when(unlink(.party, ann, key))
        #expect(outcome.code == .notFound && outcome.field == "key")
    }

    @Test func `a party keeps its last identity`() {
        var scenario = scenario
        let bo = scenario.registered(.person("", external: [key]))
        #expect(scenario.when(unlink(.party, bo, key)).code == .identityRequired)
    }

    @Test func `an order's key stands open, and its customer on the event`() {
        var scenario = scenario
        let order = scenario.given(.order, .orderPlaced(.with { $0.partyNumber = ann.rawValue }))
        let outcome = scenario.when(link(.order, order, key))
        #expect(outcome.payloads == [.externalLinked(.with { $0.key = key })])
        #expect(outcome.events.first?.subjects.map(\.subject) == [ann])
        #expect(outcome.events.first?.subjects.map(\.role) == [.customer])
    }

    @Test func `links are refused`() {
        let file = ExternalKey(system: "import-file", key: "00")
        let uid = ExternalKey(system: "uid", key: "0")
        let cases: [(LinkExternalRecord, ErrorCode, String)] = [
            (link(.unspecified, ann, key), .schemaInvalid, "kind"),
            (link(.log, ann, key), .schemaInvalid, "kind"),
            (link(.UNRECOGNIZED(5), ann, key), .schemaInvalid, "kind"),
            (link(.party, .none, key), .schemaInvalid, "target.number"),
            (link(.party, product, key), .notFound, ""),
            (link(.party, ann, ExternalKey(system: "shop", key: "")), .schemaInvalid, "key.key"),
            (link(.party, ann, ExternalKey(system: text(of: 65), key: "1")), .limitExceeded, "key.system"),
            (link(.import, ann, file), .schemaInvalid, "key.system"),
            (link(.principal, ann, uid), .schemaInvalid, "key.system"),
        ]
        for (command, code, field) in cases {
            var scenario = scenario
            let linked = scenario.when(command)
            #expect(linked.code == code && linked.field == field, "\(linked)")
            let unlinked = scenario.when(unlink(command.kind, StreamNumber(command.target.number), command.key))
            #expect(unlinked.code == code && unlinked.field == field, "\(unlinked)")
        }
    }

    @Test func `a party has at most twenty keys, an archived one gets none and loses none`() {
        var scenario = scenario
        for index in 1...20 { scenario.when(link(.party, ann, ExternalKey(system: "shop", key: String(index)))) }
        #expect(scenario.when(link(.party, ann, key)).code == .limitExceeded)
        scenario.when(ArchiveParty.with { $0.party = Reference(number: ann) }, reason: "moved")
        let first = ExternalKey(system: "shop", key: "1")
        #expect(scenario.when(unlink(.party, ann, first)).code == .archived)
        #expect(scenario.when(link(.party, ann, first)).isUnchanged)
    }
}
