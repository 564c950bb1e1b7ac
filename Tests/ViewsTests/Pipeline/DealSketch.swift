internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// A pipeline and its opportunities in a log in memory.
struct DealSketch {
    var log = LogSketch()
    let pipeline: StreamNumber

    /// Of the pipeline: three open stages, a won and a lost one.
    static let content = PipelineContent.with {
        $0.name = "Direct"
        $0.stages = [
            .of("new", "New", 10, .pipeline, maxDays: 30), .of("talk", "", 40, .bestCase),
            .of("offer", "Offer", 80, .commit), .of("won", "Won", 100, .closed, kind: .won),
            .of("lost", "Lost", 0, .omitted, kind: .lost),
        ]
    }

    init(zone: String = "UTC", definedAt: Instant = .day(0)) throws {
        try log.begin(.organisation, .organisationSet(.with { $0.zone = zone }))
        pipeline = try log.begin(.pipeline, .pipelineDefined(.with { $0.content = DealSketch.content }), at: definedAt)
    }

    /// What an opportunity begins with; what a test does not care about is left out.
    struct Opening {
        var amount: Money? = .of(1_000)
        var stage = "new"
        var closeDate = ""
        var owner: Owner?
        var party = StreamNumber.none
        var products: [UInt64] = []
        var competitors: [UInt64] = []
        var leadSource = ""
        var channel = ""
        var isUnknown = false
    }

    @discardableResult
    mutating func open(at: Instant = .day(0), _ change: (inout Opening) -> Void = { _ in }) throws -> StreamNumber {
        var opening = Opening()
        change(&opening)
        let stage = DealSketch.stage(opening.stage)
        let opened = OpportunityOpened.with {
            $0.head.partyNumber = opening.party.rawValue
            $0.head.leadSource = opening.leadSource
            $0.head.channel = opening.channel
            $0.pipelineNumber = pipeline.rawValue
            $0.pipelineVersion = 1
            $0.stage = opening.stage
            $0.probability = stage.probability
            $0.category = stage.category
            if let amount = opening.amount { $0.amount = amount }
            if let owner = opening.owner { $0.owner = owner }
            $0.closeDate = opening.closeDate
            $0.competitorNumbers = opening.competitors
            $0.openingUnknown = opening.isUnknown
            for (index, product) in opening.products.enumerated() {
                $0.lines.append(
                    .with {
                        $0.line = UInt32(index + 1); $0.productNumber = product
                    })
            }
        }
        let subjects: [(StreamNumber, SubjectRole)] = opening.party == .none ? [] : [(opening.party, .prospect)]
        return try log.begin(.opportunity, .opportunityOpened(opened), at: at, subjects: subjects)
    }

    mutating func win(_ deal: StreamNumber, at: Instant, _ amount: Money? = .of(1_000)) throws {
        try log.append(deal, .opportunityWon(.with { $0.turn = .to("won", amount) }), at: at)
    }

    mutating func lose(
        _ deal: StreamNumber, at: Instant, _ amount: Money? = .of(1_000), reason: String = "price",
        to competitor: UInt64 = 0
    ) throws {
        let lost = OpportunityLost.with {
            $0.turn = .to("lost", amount)
            $0.lossReason = reason
            $0.competitorNumber = competitor
        }
        try log.append(deal, .opportunityLost(lost), at: at)
    }

    mutating func abandon(
        _ deal: StreamNumber, at: Instant, stage: String = "new", _ amount: Money? = .of(1_000)
    ) throws {
        var turn = OpportunityTurn.to(stage, amount)
        turn.probability = 0
        turn.category = .omitted
        try log.append(deal, .opportunityAbandoned(.with { $0.turn = turn }), at: at)
    }

    mutating func reopen(
        _ deal: StreamNumber, at: Instant, stage: String = "new", _ amount: Money? = .of(1_000), closeDate: String = ""
    ) throws {
        let reopened = OpportunityReopened.with {
            $0.turn = .to(stage, amount)
            $0.closeDate = closeDate
        }
        try log.append(deal, .opportunityReopened(reopened), at: at)
    }

    mutating func advance(_ deal: StreamNumber, to stage: String, at: Instant) throws {
        let advanced = StageAdvanced.with {
            $0.to = stage
            $0.pipelineNumber = pipeline.rawValue
            $0.probability = DealSketch.stage(stage).probability
            $0.category = DealSketch.stage(stage).category
        }
        try log.append(deal, .stageAdvanced(advanced), at: at)
    }

    mutating func regress(_ deal: StreamNumber, to stage: String, at: Instant) throws {
        let regressed = StageRegressed.with {
            $0.to = stage
            $0.pipelineNumber = pipeline.rawValue
            $0.probability = DealSketch.stage(stage).probability
            $0.category = DealSketch.stage(stage).category
        }
        try log.append(deal, .stageRegressed(regressed), at: at)
    }

    mutating func setAmount(_ deal: StreamNumber, _ amount: Money?, at: Instant) throws {
        try log.append(deal, .amountSet(.with { if let amount { $0.amount = amount } }), at: at)
    }

    mutating func moveCloseDate(_ deal: StreamNumber, from: String, to: String, at: Instant) throws {
        try log.append(
            deal,
            .closeDateMoved(
                .with {
                    $0.from = from; $0.to = to
                }), at: at)
    }

    mutating func assign(_ deal: StreamNumber, to owner: Owner, at: Instant) throws {
        try log.append(deal, .ownerAssigned(.with { $0.owner = owner }), at: at)
    }

    mutating func correct(
        _ deal: StreamNumber, at: Instant, _ populate: (inout OpportunityCorrected) throws -> Void
    ) throws {
        try log.append(deal, .opportunityCorrected(try .with(populate)), at: at)
    }

    func summary(
        asOf: Instant = .day(100), _ conditions: OpportunityConditions = OpportunityConditions(),
        _ populate: (inout PipelineRequest) throws -> Void = { _ in }
    ) throws -> PipelineSummary {
        try Pipeline.summary(
            try .with(populate), of: conditions, asOf: asOf, in: try log.fold(Pipeline.self))
    }

    /// One opportunity, whatever became of it; nil where there was none yet.
    func opportunity(_ deal: StreamNumber, asOf: Instant = .day(100)) throws -> OpportunitySummary? {
        let request = OpportunitiesRequest.with { $0.statuses = [.open, .won, .lost, .abandoned] }
        let page = try Pipeline.opportunities(
            request, of: OpportunityConditions(), asOf: asOf, now: asOf, in: try log.fold(Pipeline.self))
        return page.response.opportunities.first { $0.number == deal.rawValue }
    }

    static func stage(_ key: String) -> PipelineStage { content.stages.first { $0.key == key } ?? PipelineStage() }
}

extension PipelineStage {
    static func of(
        _ key: String, _ label: String, _ probability: UInt32, _ category: ForecastCategory, kind: StageKind = .open,
        maxDays: UInt32 = 0
    ) -> PipelineStage {
        .with {
            $0.key = key
            $0.label = label
            $0.kind = kind
            $0.probability = probability
            $0.category = category
            $0.maxDays = maxDays
        }
    }
}

extension OpportunityTurn {
    static func to(_ stage: String, _ amount: Money?) -> OpportunityTurn {
        .with {
            $0.stage = stage
            $0.probability = DealSketch.stage(stage).probability
            $0.category = DealSketch.stage(stage).category
            if let amount { $0.amount = amount }
        }
    }
}

extension Money {
    static func of(_ minorUnits: Int64, _ currency: String = "EUR") -> Money {
        .with {
            $0.minorUnits = minorUnits
            $0.currency = currency
        }
    }
}

extension Owner {
    static func employee(_ number: UInt64) -> Owner { .with { $0.employeeNumber = number } }

    static func team(_ number: UInt64) -> Owner { .with { $0.teamNumber = number } }
}
