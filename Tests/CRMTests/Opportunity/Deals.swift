import CRM
import FoundationEssentials
import KithTesting
import Schema
import SwiftProtobuf
import Testing

/// A log with a pipeline, two customers and two products, for tests of opportunities. It is 2026-01-01.
struct Deals {
    var scenario = Scenario()
    let pipeline: StreamNumber
    let party: StreamNumber
    let other: StreamNumber
    let pen: StreamNumber
    let ink: StreamNumber

    init(_ change: (inout DefinePipeline) -> Void = { _ in }) throws {
        var define = Deals.definition
        change(&define)
        pipeline = try scenario.made(define)
        party = try scenario.made(RegisterParty.person("Ada"))
        other = try scenario.made(RegisterParty.person("Bea"))
        pen = try scenario.made(DefineProduct.with { $0.sku = "PEN" })
        ink = try scenario.made(DefineProduct.with { $0.sku = "INK" })
    }

    static func stage(
        _ key: String, _ probability: UInt32 = 0, _ kind: StageKind = .open,
        _ change: (inout PipelineStage) -> Void = { _ in }
    ) -> PipelineStage {
        var stage = PipelineStage()
        stage.key = key
        stage.probability = probability
        stage.kind = kind
        change(&stage)
        return stage
    }

    /// lead 10, talk 30, offer 60, won, lost; skipping is not allowed.
    static var content: PipelineContent {
        PipelineContent.with {
            $0.name = "Sales"
            $0.stages = [
                stage("lead", 10), stage("talk", 30) { $0.category = .bestCase },
                stage("offer", 60) { $0.category = .commit }, stage("won", 0, .won), stage("lost", 0, .lost),
            ]
            $0.lossReasons = [
                LossReason.with { $0.key = "price" }, LossReason.with { $0.key = "other" },
            ]
        }
    }

    static var definition: DefinePipeline { DefinePipeline.with { $0.content = content } }

    /// An opportunity with Ada over 100 EUR.
    var open: OpenOpportunity {
        OpenOpportunity.with {
            $0.party = Reference(number: party)
            $0.amount = money(10_000)
            $0.closeDate = "2026-03-31"
        }
    }

    /// An opportunity that was opened.
    mutating func opened(_ change: (inout OpenOpportunity) -> Void = { _ in }) throws -> StreamNumber {
        var command = open
        change(&command)
        return try scenario.made(command)
    }

    func state(_ number: StreamNumber) throws -> OpportunityState {
        try #require(try scenario.state(OpportunityAggregate.self, of: number))
    }

    func inStage(_ key: String) throws -> Int64 { try scenario.claim(.openInStage(pipeline, key)) }

    func openOf(_ party: StreamNumber) throws -> Int64 { try scenario.claim(.openOpportunities(party)) }
}

/// An amount in cents of a euro.
func money(_ cents: Int64, _ currency: String = "EUR") -> Money {
    Money.with {
        $0.minorUnits = cents
        $0.currency = currency
    }
}

/// Midnight UTC of a day of January 2026, or of later ones counted on from it.
func january(_ day: Int64) -> Instant {
    Instant(microseconds: 1_767_225_600_000_000 + (day - 1) * 86_400_000_000)
}

/// A line of an opportunity.
func dealLine(_ product: StreamNumber?, _ quantity: String, _ price: String, number: UInt32 = 0) -> OpportunityLineInput
{
    OpportunityLineInput.with {
        if let product { $0.product = Reference(number: product) }
        $0.quantity = decimal(quantity)
        $0.unitPrice = decimal(price)
        $0.line = number
    }
}

extension Scenario {
    /// Moves the clock to a day of January 2026, or of later ones counted on from it.
    mutating func wait(until day: Int64) { now = january(day) }
}

/// Says that an event is not the one that a test goes on with.
func missing(sourceLocation: SourceLocation = #_sourceLocation) {
    Issue.record("another event was expected here", sourceLocation: sourceLocation)
}
