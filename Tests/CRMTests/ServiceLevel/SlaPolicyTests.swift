import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct SlaPolicyTests {
    private static func level(
        _ order: UInt32 = 1, _ change: (inout SlaPolicyInput) -> Void = { _ in }
    ) -> DefineSlaPolicy {
        DefineSlaPolicy.with {
            $0.content.label = "Level \(order)"
            $0.content.order = order
            $0.content.targets = [
                .with {
                    $0.clock = .resolution
                    $0.seconds = 172_800
                },
                .with {
                    $0.clock = .firstResponse
                    $0.seconds = 14_400
                },
            ]
            change(&$0.content)
        }
    }

    @Test func `a level holds at once, unless it is a draft`() throws {
        var scenario = Scenario()
        let outcome = scenario.when(Self.level())
        #expect(outcome.kinds == [.slaPolicyDefined, .slaVersionActivated])
        guard case .slaPolicyDefined(let defined)? = outcome.payloads.first else { return missing() }
        #expect(defined.content.targets.map(\.clock) == [.firstResponse, .resolution])
        #expect(defined.content.pauseOn == [.customer, .thirdParty])
        #expect(defined.content.warnPercent == 75)
        #expect(defined.content.calendarNumber == 0)
        let draft = Self.level(2).with { $0.draft = true }
        let outcomeOfDraft = scenario.when(draft)
        #expect(outcomeOfDraft.kinds == [.slaPolicyDefined])
        let activate = ActivateSlaVersion.with { $0.policy = Reference(number: outcomeOfDraft.events[0].stream) }
        #expect(scenario.when(activate).kinds == [.slaVersionActivated])
        #expect(scenario.when(activate).isUnchanged)
        #expect(scenario.when(activate.with { $0.version = 7 }).code == .notFound)
        #expect(scenario.isReproducible)
    }

    @Test func `a further version waits until it is activated`() throws {
        var scenario = Scenario()
        let policy = try scenario.made(Self.level())
        let change = ChangeSlaPolicy.with {
            $0.policy = Reference(number: policy)
            $0.content = Self.level().content
            $0.content.warnPercent = 50
        }
        #expect(scenario.when(change).kinds == [.slaPolicyChanged])
        #expect(scenario.when(change).isUnchanged)
        #expect(scenario.folded(SlaPolicyAggregate.self, policy).activeVersion == 1)
        #expect(scenario.when(change.with { $0.activate = true }).kinds == [.slaVersionActivated])
        #expect(scenario.folded(SlaPolicyAggregate.self, policy).active?.warnPercent == 50)
        #expect(scenario.isReproducible)
    }

    @Test func `two levels of one order for the same tickets are ambiguous`() throws {
        var scenario = Scenario()
        let first = try scenario.made(Self.level { $0.match.categories = ["billing"] })
        let refused = scenario.when(Self.level { $0.match.categories = ["billing/invoice"] })
        #expect(refused.code == .policyAmbiguous)
        #expect(refused.field == "content.order")
        #expect(refused.refusal?.detail.relatedIds == [scenario.idText(of: first)])
        #expect(scenario.when(Self.level()).code == .policyAmbiguous)
        #expect(scenario.when(Self.level { $0.match.categories = ["billings"] }).kinds.count == 2)
        #expect(scenario.when(Self.level(2)).kinds.count == 2)
        let apart = Self.level {
            $0.match.categories = ["billing"]
            $0.match.priorities = ["urgent"]
        }
        #expect(scenario.when(apart).code == .policyAmbiguous)
        #expect(scenario.when(apart.with { $0.draft = true }).kinds == [.slaPolicyDefined])
    }

    private static let refusals = [
        RefusedCommand(
            "it promises nothing", .defineSlaPolicy(level { $0.targets = [] }), .schemaInvalid, "content.targets"),
        RefusedCommand(
            "a clock stands twice", .defineSlaPolicy(level { $0.targets.append($0.targets[0]) }), .schemaInvalid,
            "content.targets[2].clock"),
        RefusedCommand(
            "no time at all", .defineSlaPolicy(level { $0.targets[0].seconds = 0 }), .schemaInvalid,
            "content.targets[0].seconds"),
        RefusedCommand(
            "a warning after the end", .defineSlaPolicy(level { $0.warnPercent = 100 }), .schemaInvalid,
            "content.warn_percent"),
        RefusedCommand(
            "pauses and never pauses",
            .defineSlaPolicy(
                level {
                    $0.pauseOn = [.customer]
                    $0.neverPauses = true
                }), .schemaInvalid, "content.never_pauses"),
    ]

    @Test(arguments: refusals) func `what is no service level is refused`(_ refused: RefusedCommand) {
        var scenario = Scenario()
        let outcome = scenario.when(refused.command)
        #expect(outcome.code == refused.code)
        #expect(outcome.field == refused.field)
    }

    @Test func `the first level in order that matches is for a ticket`() throws {
        var desk = try Helpdesk()
        desk.scenario.when(Self.level(2))
        desk.scenario.when(
            Self.level(1) {
                $0.match.priorities = ["urgent"]
                $0.match.channels = ["phone"]
            })
        let levels = try desk.scenario.activeServiceLevels()
        #expect(levels.compactMap(\.state.active?.order) == [1, 2])
        let ticket = try desk.opened {
            $0.priority = "urgent"
            $0.channel = "phone"
        }
        #expect(levels[0].state.active?.match.holds(for: desk.state(ticket)) ?? false)
        let other = try desk.opened { $0.priority = "urgent" }
        #expect(!(levels[0].state.active?.match.holds(for: desk.state(other)) ?? true))
    }
}
