internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct OpportunityRecordTests {
    private func record(_ stream: StreamNumber, _ log: LogSketch) throws -> Record {
        try log.opened(try #require(try Directory.record(stream, in: try log.fold(Directory.self))))
    }

    private func money(_ cents: Int64) -> Money {
        .with {
            $0.minorUnits = cents
            $0.currency = "EUR"
        }
    }

    private func opened(_ party: StreamNumber) -> OpportunityOpened {
        .with {
            $0.head.partyNumber = party.rawValue
            $0.head.channel = "web"
            $0.owner.employeeNumber = 77
            $0.pipelineNumber = 5
            $0.pipelineVersion = 1
            $0.stage = "lead"
            $0.probability = 15
            $0.category = .pipeline
            $0.amount = money(1_010)
            $0.amountFromLines = true
            $0.closeDate = "2026-03-01"
            $0.lines = [
                .with {
                    $0.line = 2
                    $0.net = 1_010
                }
            ]
            $0.competitorNumbers = [9]
            $0.external = [.of("crm", "1")]
            $0.personalPart = true
        }
    }

    @Test func `a pipeline's record shows the version in force and the mappings that hold`() throws {
        var log = LogSketch()
        let content = PipelineContent.with {
            $0.name = "Sales"
            $0.stages = [
                .with {
                    $0.key = "lead"
                    $0.kind = .open
                }
            ]
        }
        let pipeline = try log.begin(
            .pipeline,
            .pipelineDefined(
                .with {
                    $0.content = content
                    $0.isDefault = true
                    $0.external = [.of("crm", "p")]
                }))
        func mapped(_ from: String, _ to: String) -> StagesMapped {
            .with {
                $0.mappings = [
                    .with {
                        $0.from = from
                        $0.to = to
                    }
                ]
            }
        }
        try log.append(pipeline, .stagesMapped(mapped("lead", "talk")))
        try log.append(pipeline, .stagesMapped(mapped("old", "talk")))
        try log.append(pipeline, .stagesMapped(mapped("old", "lead")))
        #expect(try record(pipeline, log).pipeline.mappings.map(\.to) == ["talk", "lead"])
        try log.append(
            pipeline,
            .pipelineVersionPublished(
                .with {
                    $0.version = 2
                    $0.content = content
                }))
        let shown = try record(pipeline, log)
        #expect(shown.pipeline.isDefault && shown.pipeline.version == 2)
        #expect(shown.pipeline.mappings.map(\.from) == ["old"])
        #expect(shown.external == [.of("crm", "p")])
    }

    @Test func `an opportunity's record shows how it stands, and what its events sealed`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(country: "DE"))
        let subjects = [(party, SubjectRole.prospect)]
        let number = try log.begin(
            .opportunity, .opportunityOpened(opened(party)), at: .day(1), subjects: subjects,
            personal: .opportunityOpened(.with { $0.personal.name = "Kitchen" }))
        let first = try record(number, log)
        #expect(first.opportunity.personal.name == "Kitchen")
        #expect(first.opportunity.partyID == LogSketch.id(of: party).description)
        // 1,010 × 15 % is 151.5 cents: half goes to even.
        #expect(first.opportunity.weighted == 152)
        #expect(first.opportunity.lines.map(\.line) == [2])
        #expect(first.external == [.of("crm", "1")])
        #expect(Instant(first.opportunity.openedAt) == .day(1))

        try log.append(
            number,
            .stageAdvanced(
                .with {
                    $0.to = "talk"
                    $0.probability = 30
                    $0.category = .bestCase
                }), at: .day(3), subjects: subjects)
        try log.append(
            number,
            .closeDateMoved(
                .with {
                    $0.from = "2026-03-01"
                    $0.to = "2026-04-01"
                }), subjects: subjects)
        try log.append(
            number,
            .closeDateMoved(
                .with {
                    $0.from = "2026-04-01"
                    $0.to = "2026-03-15"
                }), subjects: subjects)
        try log.append(
            number,
            .nextStepSet(
                .with {
                    $0.personalPart = true
                    $0.dueDate = "2026-02-02"
                }), subjects: subjects, personal: .nextStepSet(.with { $0.text = "call" }))
        try log.append(
            number,
            .lineRemoved(
                .with {
                    $0.line.line = 2
                    $0.amountBefore = money(1_010)
                }), subjects: subjects)
        let second = try record(number, log).opportunity
        #expect(second.stage == "talk" && second.probability == 30 && second.category == .bestCase)
        #expect(second.pushes == 1 && second.closeDate == "2026-03-15")
        #expect(second.nextStep.text == "call" && second.nextStepDue == "2026-02-02")
        #expect(!second.hasAmount && !second.hasWeighted && second.lines.isEmpty)
        #expect(second.stages.map(\.stage) == ["lead", "talk"])
        #expect(Instant(second.stages[0].to) == .day(3) && !second.stages[1].hasTo)
    }

    @Test func `an end, a correction of it and a return are shown`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(country: "DE"))
        let subjects = [(party, SubjectRole.prospect)]
        let number = try log.begin(
            .opportunity, .opportunityOpened(opened(party)), at: .day(1), subjects: subjects,
            personal: .opportunityOpened(.with { $0.personal.name = "Kitchen" }))
        try log.append(
            number,
            .opportunityLost(
                .with {
                    $0.turn.stage = "lost"
                    $0.turn.category = .omitted
                    $0.turn.amount = money(1_010)
                    $0.lossReason = "price"
                    $0.competitorNumber = 9
                    $0.personalPart = true
                }), at: .day(5), subjects: subjects, personal: .opportunityLost(.with { $0.notes = "dear" }))
        let lost = try record(number, log).opportunity
        #expect(lost.status == .lost && lost.lossReason == "price" && lost.lostToNumber == 9)
        #expect(lost.closing.notes == "dear" && Instant(lost.closedAt) == .day(5))
        #expect(lost.stages.map(\.stage) == ["lead", "lost"] && lost.weighted == 0)

        try log.append(
            number,
            .opportunityCorrected(
                .with {
                    $0.openedAt = Instant.day(0).rawValue
                    $0.openedAtBefore = Instant.day(1).rawValue
                    $0.closedAt = Instant.day(4).rawValue
                    $0.lossReason = "late"
                    $0.status = .lost
                }), at: .day(6), subjects: subjects, personal: .reason(.with { $0.reason = "typing" }))
        let corrected = try record(number, log).opportunity
        #expect(Instant(corrected.openedAt) == .day(0) && Instant(corrected.closedAt) == .day(4))
        #expect(Instant(corrected.stages[0].from) == .day(0) && Instant(corrected.stages[0].to) == .day(4))
        #expect(Instant(corrected.stages[1].from) == .day(4) && Instant(corrected.stageSince) == .day(4))
        #expect(corrected.lossReason == "late" && corrected.closing.notes == "dear")

        try log.append(
            number,
            .opportunityReopened(
                .with {
                    $0.turn.stage = "lead"
                    $0.turn.probability = 20
                    $0.turn.category = .pipeline
                    $0.closeDate = "2026-06-01"
                }), at: .day(8), subjects: subjects)
        let reopened = try record(number, log).opportunity
        #expect(reopened.status == .open && reopened.reopenings == 1 && !reopened.hasClosedAt)
        #expect(reopened.lossReason.isEmpty && reopened.lostToNumber == 0 && !reopened.hasClosing)
        #expect(reopened.closeDate == "2026-06-01" && reopened.weighted == 202)
        #expect(reopened.stages.map(\.stage) == ["lead", "lost", "lead"])

        try log.append(number, .opportunityAbandoned(.with { $0.turn.stage = "lead" }), at: .day(9), subjects: subjects)
        let abandoned = try record(number, log).opportunity
        #expect(abandoned.status == .abandoned && abandoned.stages.count == 3)
        #expect(Instant(abandoned.stageSince) == .day(8) && Instant(abandoned.stages[2].to) == .day(9))
    }

    @Test func `an opportunity of nobody stands open, and may have begun at any time`() throws {
        var log = LogSketch()
        let number = try log.begin(
            .opportunity,
            .opportunityOpened(
                .with {
                    $0.head.name = "Row 7"
                    $0.stage = "lead"
                    $0.openingUnknown = true
                }))
        let shown = try record(number, log).opportunity
        #expect(shown.personal.name == "Row 7" && shown.partyID.isEmpty)
        #expect(!shown.hasOpenedAt && !shown.hasStageSince && !shown.stages[0].hasFrom)
        try log.append(
            number, .opportunityCorrected(.with { $0.openedAt = Instant.day(2).rawValue }), at: .day(3))
        let corrected = try record(number, log).opportunity
        #expect(Instant(corrected.openedAt) == .day(2) && Instant(corrected.stageSince) == .day(2))
        #expect(Instant(corrected.stages[0].from) == .day(2))
    }
}
