import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct PipelineTests {
    @Test func `the first pipeline is the default, and what follows from a stage's kind is filled in`() throws {
        var scenario = Scenario()
        var define = Deals.definition
        define.external = [ExternalKey(system: "crm", key: "p")]
        let outcome = scenario.when(define)
        #expect(outcome.kinds == [.pipelineDefined])
        guard case .pipelineDefined(let defined)? = outcome.payloads.first else { return missing() }
        #expect(defined.isDefault)
        #expect(defined.content.stages.map(\.probability) == [10, 30, 60, 100, 0])
        #expect(defined.content.stages.map(\.category) == [.pipeline, .bestCase, .commit, .closed, .omitted])
        #expect(defined.content.stages.map(\.label) == ["lead", "talk", "offer", "won", "lost"])
        #expect(defined.content.lossReasons.map(\.notesRequired) == [false, true])
        let first = outcome.events[0].stream
        #expect(try scenario.claim(.defaultPipeline) == Int64(first.rawValue))
        #expect(try scenario.resolve(Reference(external: define.external[0]), .pipeline) == first)

        define.external = []
        guard case .pipelineDefined(let second)? = scenario.when(define).payloads.first else { return missing() }
        #expect(!second.isDefault)
        #expect(try scenario.claim(.defaultPipeline) == Int64(first.rawValue))
        #expect(scenario.when(DefinePipeline.with { $0.content = Deals.content }).kinds == [.pipelineDefined])
        #expect(scenario.isReproducible)
    }

    @Test func `commands that name no pipeline are about the default one`() throws {
        var scenario = Scenario()
        let publish = PublishPipelineVersion.with {
            $0.content = Deals.content
            $0.content.name = "Other"
        }
        let map = MapStages.with {
            $0.mappings = [
                .with {
                    $0.from = "lead"
                    $0.to = "talk"
                }
            ]
        }
        for outcome in [scenario.when(publish), scenario.when(map)] {
            #expect(outcome.code == .referenceMissing && outcome.field == "pipeline")
        }
        let first = try scenario.made(Deals.definition)
        _ = try scenario.made(DefinePipeline.with { $0.content = Deals.content })
        let published = scenario.when(publish)
        #expect(published.kinds == [.pipelineVersionPublished] && published.events.first?.stream == first)
        #expect(scenario.when(publish).isUnchanged)
        let mapped = scenario.when(map)
        #expect(mapped.kinds == [.stagesMapped] && mapped.events.first?.stream == first)
        #expect(scenario.isReproducible)
    }

    static let refusals: [(String, ErrorCode, String, @Sendable (inout PipelineContent) -> Void)] = [
        ("no name", .schemaInvalid, "content.name", { $0.name = "" }),
        ("no won stage", .noWonStage, "content.stages", { $0.stages.remove(at: 3) }),
        ("no lost stage", .noLostStage, "content.stages", { $0.stages.remove(at: 4) }),
        ("no open stage", .schemaInvalid, "content.stages", { $0.stages.removeFirst(3) }),
        ("an open stage behind", .schemaInvalid, "content.stages[5]", { $0.stages.append(Deals.stage("late")) }),
        ("a key twice", .schemaInvalid, "content.stages[1].key", { $0.stages[1].key = "lead" }),
        ("no key", .schemaInvalid, "content.stages[0].key", { $0.stages[0].key = "" }),
        ("a long key", .limitExceeded, "content.stages[0].key", { $0.stages[0].key = text(of: 65) }),
        ("101 percent", .probabilityRange, "content.stages[0].probability", { $0.stages[0].probability = 101 }),
        ("won at 90", .probabilityRange, "content.stages[3].probability", { $0.stages[3].probability = 90 }),
        ("lost at 1", .probabilityRange, "content.stages[4].probability", { $0.stages[4].probability = 1 }),
        ("open and closed", .schemaInvalid, "content.stages[0].category", { $0.stages[0].category = .closed }),
        ("won and omitted", .schemaInvalid, "content.stages[3].category", { $0.stages[3].category = .omitted }),
        ("an unknown kind", .schemaInvalid, "content.stages[0].kind", { $0.stages[0].kind = .UNRECOGNIZED(9) }),
        (
            "an unknown requirement", .schemaInvalid, "content.stages[0].requirements[0]",
            { $0.stages[0].requirements = [.unspecified] }
        ),
        ("a reason twice", .schemaInvalid, "content.loss_reasons[1].key", { $0.lossReasons[1].key = "price" }),
        (
            "too many stages", .limitExceeded, "content.stages",
            { content in content.stages += (0..<46).map { Deals.stage("s\($0)", 0, .lost) } }
        ),
    ]

    @Test(arguments: refusals.indices)
    func `a pipeline is refused`(index: Int) throws {
        let (name, code, field, change) = Self.refusals[index]
        var scenario = Scenario()
        var define = Deals.definition
        change(&define.content)
        let outcome = scenario.when(define)
        #expect(outcome.code == code, "\(name)")
        #expect(outcome.field == field, "\(name)")
    }

    @Test func `a further version holds from then on, and the same one changes nothing`() throws {
        var deals = try Deals()
        var publish = PublishPipelineVersion()
        publish.pipeline = Reference(number: deals.pipeline)
        publish.content = Deals.content
        #expect(deals.scenario.when(publish).isUnchanged)
        publish.content.stages[0].probability = 15
        let outcome = deals.scenario.when(publish)
        #expect(outcome.kinds == [.pipelineVersionPublished])
        guard case .pipelineVersionPublished(let published)? = outcome.payloads.first else { return missing() }
        #expect(published.version == 2)
        #expect(deals.scenario.when(publish).isUnchanged)
        let number = try deals.opened()
        #expect(try deals.state(number).probability == 15)
        #expect(try deals.state(number).pipelineVersion == 2)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `a stage with open opportunities goes only where they are mapped to`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        var publish = PublishPipelineVersion()
        publish.pipeline = Reference(number: deals.pipeline)
        publish.content = Deals.content
        publish.content.stages.removeFirst()
        let refused = deals.scenario.when(publish)
        #expect(refused.code == .stageInUse)
        #expect(refused.field == "content.stages")
        publish.mappings = [mapping("lead", "talk")]
        #expect(deals.scenario.when(publish).kinds == [.pipelineVersionPublished, .stagesMapped])
        #expect(deals.scenario.when(publish).isUnchanged)
        // It is in talk now: the next stage is the offer.
        let advanced = deals.scenario.when(AdvanceStage.with { $0.opportunity = Reference(number: number) })
        guard case .stageAdvanced(let event)? = advanced.payloads.first else { return missing() }
        #expect(event.from == "lead")
        #expect(event.to == "offer")
        #expect(try deals.inStage("lead") == 0)
        #expect(try deals.inStage("offer") == 1)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `a mapping may lead on, and ends when the stage comes back`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        var map = MapStages()
        map.pipeline = Reference(number: deals.pipeline)
        map.mappings = [mapping("lead", "talk")]
        #expect(deals.scenario.when(map).kinds == [.stagesMapped])
        #expect(deals.scenario.when(map).isUnchanged)
        let advance = AdvanceStage.with {
            $0.opportunity = Reference(number: number)
            $0.stage = "talk"
        }
        #expect(deals.scenario.when(advance).isUnchanged)
        #expect(deals.scenario.when(deals.open.in("lead")).code == .stageUnknown)

        map.mappings = [mapping("talk", "offer")]
        #expect(deals.scenario.when(map).kinds == [.stagesMapped])
        #expect(deals.scenario.when(deals.open.in("talk")).code == .stageUnknown)
        map.mappings = [mapping("offer", "lead")]
        #expect(deals.scenario.when(map).code == .cycle)
        map.mappings = [mapping("lead", "lead")]
        #expect(deals.scenario.when(map).code == .cycle)
        #expect(deals.scenario.when(advance).code == .stageUnknown)

        // The same stages once more: all of them take opportunities again.
        let publish = PublishPipelineVersion.with {
            $0.pipeline = Reference(number: deals.pipeline)
            $0.content = Deals.content
        }
        #expect(deals.scenario.when(publish).kinds == [.pipelineVersionPublished])
        #expect(deals.scenario.when(deals.open.in("lead")).kinds == [.opportunityOpened])
        #expect(deals.scenario.when(advance).kinds == [.stageAdvanced])
        #expect(deals.scenario.isReproducible)
    }

    @Test func `mappings name stages that were and stages that are`() throws {
        var deals = try Deals()
        func refused(_ mappings: [StageMapping], _ code: ErrorCode, _ field: String) {
            let map = MapStages.with {
                $0.pipeline = Reference(number: deals.pipeline)
                $0.mappings = mappings
            }
            let outcome = deals.scenario.when(map)
            #expect(outcome.code == code)
            #expect(outcome.field == field)
        }
        refused([], .schemaInvalid, "mappings")
        refused([mapping("never", "talk")], .stageUnknown, "mappings[0].from")
        refused([mapping("lead", "never")], .stageUnknown, "mappings[0].to")
        refused([mapping("lead", "won")], .stageUnknown, "mappings[0].to")
        refused([mapping("lead", "talk"), mapping("lead", "offer")], .schemaInvalid, "mappings[1].from")
        refused([mapping("lead", "talk"), mapping("talk", "lead")], .cycle, "mappings[0].to")
        refused([mapping("", "talk")], .schemaInvalid, "mappings[0].from")
    }

    @Test func `a stage keeps its kind`() throws {
        var deals = try Deals()
        var publish = PublishPipelineVersion()
        publish.pipeline = Reference(number: deals.pipeline)
        publish.content = Deals.content
        publish.content.stages[2] = Deals.stage("won", 60)
        publish.content.stages[3] = Deals.stage("signed", 0, .won)
        let outcome = deals.scenario.when(publish)
        #expect(outcome.code == .schemaInvalid)
        #expect(outcome.field == "content.stages[2].kind")
        publish.content = Deals.content
        publish.mappings = [mapping("lead", "talk")]
        #expect(deals.scenario.when(publish).field == "mappings[0].from")
    }

    private func mapping(_ from: String, _ to: String) -> StageMapping {
        StageMapping.with {
            $0.from = from
            $0.to = to
        }
    }
}

extension OpenOpportunity {
    /// The same opportunity in another stage.
    func `in`(_ stage: String) -> OpenOpportunity {
        var copy = self
        copy.stage = stage
        return copy
    }
}
