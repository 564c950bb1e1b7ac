internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct PipelineStageTests {
    private static func mapping(_ from: String, _ to: String) -> StageMapping {
        .with {
            $0.from = from
            $0.to = to
        }
    }

    @Test func `opportunities of a mapped stage are in the other one from then on`() throws {
        var deals = try DealSketch()
        let deal = try deals.open(at: .day(1)) { $0.stage = "talk" }
        // Version 2 has "meet" in place of "talk", which is then mapped to "offer".
        var content = DealSketch.content
        content.stages[1] = .of("meet", "Meet", 30, .pipeline, maxDays: 5)
        let published = PipelineVersionPublished.with {
            $0.version = 2
            $0.content = content
        }
        try deals.log.append(deals.pipeline, .pipelineVersionPublished(published), at: .day(10))
        try deals.log.append(
            deals.pipeline,
            .stagesMapped(
                .with {
                    $0.version = 2; $0.mappings = [Self.mapping("talk", "meet")]
                }),
            at: .day(10))
        try deals.log.append(
            deals.pipeline,
            .stagesMapped(
                .with {
                    $0.version = 2; $0.mappings = [Self.mapping("meet", "offer")]
                }),
            at: .day(20))
        #expect(try deals.opportunity(deal, asOf: .day(9))?.stage == "talk")
        #expect(try deals.opportunity(deal, asOf: .day(19))?.stageLabel == "Meet")
        // In its stage since day 1, which allows 5 days now; the probability is still that of its entry.
        #expect(try deals.opportunity(deal, asOf: .day(19))?.stalled == true)
        #expect(try deals.opportunity(deal, asOf: .day(19))?.probability == 40)
        #expect(try deals.opportunity(deal, asOf: .day(20))?.stage == "offer")
        let stages = try deals.summary().stages
        #expect(stages.map(\.stage) == ["new", "meet", "offer"] && stages.map(\.opportunities) == [0, 0, 1])
        // A version that has the stage again ends its mapping.
        let again = PipelineVersionPublished.with {
            $0.version = 3
            $0.content = DealSketch.content
        }
        try deals.log.append(deals.pipeline, .pipelineVersionPublished(again), at: .day(30))
        #expect(try deals.opportunity(deal, asOf: .day(29))?.stage == "offer")
        #expect(try deals.opportunity(deal)?.stage == "talk")
    }

    @Test func `a history older than its pipeline is told in the pipeline's first version`() throws {
        var deals = try DealSketch(definedAt: .day(300))
        let deal = try deals.open(at: .day(10)) { $0.stage = "offer" }
        #expect(try deals.opportunity(deal, asOf: .day(20))?.stageLabel == "Offer")
        #expect(try deals.summary(asOf: .day(20)).stages.map(\.opportunities) == [0, 0, 1])
    }

    @Test func `a stage that only a later version has keeps its name and stands last`() throws {
        var deals = try DealSketch()
        var content = DealSketch.content
        content.stages.insert(.of("early", "Early", 5, .pipeline), at: 0)
        let published = PipelineVersionPublished.with {
            $0.version = 2
            $0.content = content
        }
        try deals.log.append(deals.pipeline, .pipelineVersionPublished(published), at: .day(50))
        try deals.open(at: .day(10)) { $0.stage = "early" }
        #expect(try deals.summary(asOf: .day(20)).stages.map(\.label) == ["New", "talk", "Offer", "Early"])
        #expect(try deals.summary(asOf: .day(60)).stages.map(\.label) == ["Early", "New", "talk", "Offer"])
    }
}
