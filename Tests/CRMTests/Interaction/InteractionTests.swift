internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct InteractionTests {
    private var scenario = Scenario()
    private let ann: StreamNumber
    private let bo: StreamNumber

    init() {
        ann = scenario.registered()
        bo = scenario.registered(.person("Bo"))
    }

    private func party(_ number: StreamNumber, _ role: InteractionRole = .unspecified) -> InteractionPartyInput {
        .with {
            $0.party = Reference(number: number)
            $0.role = role
        }
    }

    private func call(_ change: (inout LogInteraction) -> Void = { _ in }) -> LogInteraction {
        .with {
            $0.detail.channel = "phone"
            $0.detail.direction = .inbound
            $0.parties = [party(ann), party(bo, .represented)]
            $0.content.text = "asked for sails"
            change(&$0)
        }
    }

    @Test func `a text about two people is sealed twice, and nothing of it is open`() throws {
        var scenario = scenario
        let outcome = scenario.when(call { $0.external = [ExternalKey(system: "pbx", key: "1")] })
        #expect(outcome.kinds == [.interactionLogged, .externalLinked])
        #expect(outcome.events[0].personal.count == 2)
        #expect(outcome.events[0].subjects.suffix(2).map(\.subject) == [ann, bo])
        #expect(!scenario.showsOpenly("sails"))
        let number = outcome.events[0].stream
        let state = try #require(try scenario.state(InteractionAggregate.self, of: number))
        #expect(state.content.count == 2)
        for reference in state.content {
            guard case .interactionLogged(let part)? = try scenario.open(reference).data else {
                return #expect(Bool(false))
            }
            #expect(part.content.text == "asked for sails")
        }
        #expect(try scenario.resolve(Reference(external: ExternalKey(system: "pbx", key: "1")), .interaction) == number)
        #expect(scenario.when(call { $0.external = [ExternalKey(system: "pbx", key: "1")] }).code == .referenceTaken)
        #expect(scenario.isReproducible)
    }

    @Test func `what an interaction cannot be is refused`() {
        var scenario = scenario
        let start = scenario.now
        #expect(scenario.when(call { $0.detail.channel = "smoke" }).code == .channelUnknown)
        #expect(scenario.when(call { $0.detail.channel = "smoke" }, historic: true).code == .channelUnknown)
        #expect(scenario.when(call { $0.parties = [] }).code == .noParty)
        #expect(scenario.when(call { $0.parties = [party(ann, .copied)] }, historic: true).code == .noParty)
        let empty = call {
            $0.parties = []
            $0.clearContent()
        }
        #expect(scenario.when(empty).code == .noParty)
        #expect(scenario.when(empty, historic: true).kinds == [.interactionLogged])
        #expect(scenario.when(call { $0.parties = [party(ann), party(ann)] }).field == "parties[1].party")
        #expect(scenario.when(call { $0.detail.direction = .unspecified }).field == "detail.direction")
        let backwards = call {
            $0.detail.start = start.timestamp
            $0.detail.end = Instant(microseconds: start.rawValue - 1_000_000).timestamp
        }
        #expect(scenario.when(backwards, historic: true).code == .endBeforeStart)
        let future = call { $0.detail.start = Instant(microseconds: start.rawValue + 3_600_000_000).timestamp }
        #expect(scenario.when(future).code == .futureOccurredAt && scenario.isReproducible)
    }

    @Test func `an own channel is known once it is set`() {
        var scenario = scenario
        let set = SetChannels.with { $0.channels = [.with { $0.code = "fair" }] }
        #expect(scenario.when(set).kinds == [.channelsSet] && scenario.when(set).isUnchanged)
        #expect(scenario.when(call { $0.detail.channel = "fair" }).kinds == [.interactionLogged])
        #expect(scenario.when(SetChannels.with { $0.channels = [.with { $0.code = "phone" }] }).code == .schemaInvalid)
    }

    @Test func `a correction says what changes, and the text only where it is another one`() throws {
        var scenario = scenario
        let number = scenario.when(call()).events[0].stream
        func correct(_ change: (inout CorrectInteraction) -> Void) -> CorrectInteraction {
            .with {
                $0.interaction = Reference(number: number)
                change(&$0)
            }
        }
        #expect(scenario.when(correct { $0.content.text = "asked for sails" }).isUnchanged)
        #expect(scenario.when(correct { $0.detail.sentiment = .positive }).events.first?.personal.isEmpty == true)
        #expect(scenario.when(correct { $0.detail.sentiment = .positive }).isUnchanged)
        #expect(scenario.when(correct { $0.content.text = "asked for oars" }).events.first?.personal.count == 2)
        let cy = scenario.registered(.person("Cy"))
        #expect(scenario.when(correct { $0.parties = [party(cy)] }).field == "content")
        let other = correct {
            $0.parties = [party(cy)]
            $0.content.text = "asked for oars"
        }
        let outcome = scenario.when(other)
        #expect(outcome.events.first?.personal.count == 1)
        #expect(Set(outcome.events[0].subjects.map(\.subject)) == [ann, bo, cy])
        #expect(scenario.when(other).isUnchanged)
        #expect(!scenario.showsOpenly("oars") && scenario.isReproducible)
    }

    @Test func `links come and go, and a text that was redacted does not come back`() throws {
        var scenario = scenario
        let first = scenario.when(call()).events[0].stream
        let second = scenario.when(call()).events[0].stream
        let link = InteractionLinkInput.with {
            $0.kind = .interaction
            $0.target = Reference(number: first)
        }
        var add = LinkInteraction.with {
            $0.interaction = Reference(number: second)
            $0.add = [link]
        }
        #expect(scenario.when(add).kinds == [.interactionLinked] && scenario.when(add).isUnchanged)
        add.interaction = Reference(number: first)
        #expect(scenario.when(add).code == .schemaInvalid)
        let remove = LinkInteraction.with {
            $0.interaction = Reference(number: second)
            $0.remove = [link]
        }
        #expect(scenario.when(remove).kinds == [.interactionLinked] && scenario.when(remove).isUnchanged)

        let redact = RedactInteraction.with { $0.interaction = Reference(number: first) }
        #expect(scenario.when(redact).code == .reasonRequired)
        #expect(scenario.when(redact, reason: "asked to").kinds == [.interactionRedacted])
        #expect(scenario.when(redact, reason: "asked to").isUnchanged)
        let again = CorrectInteraction.with {
            $0.interaction = Reference(number: first)
            $0.content.text = "once more"
        }
        #expect(scenario.when(again).code == .illegalTransition && scenario.isReproducible)
    }
}
