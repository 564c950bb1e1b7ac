import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OpportunityPropertyTests {
    /// Random commands about a few opportunities.
    private struct Play {
        var deals: Deals
        var random: SeededGenerator
        var accepted = 0

        mutating func step() {
            deals.scenario.now = Instant(
                microseconds: deals.scenario.now.rawValue + Int64.random(in: 0...86_400_000_000, using: &random))
            let historic = Int.random(in: 0..<4, using: &random) == 0
            let before = deals.scenario.events.count
            deals.scenario.when(command(), reason: "r", historic: historic)
            if deals.scenario.events.count > before { accepted += 1 }
        }

        private mutating func command() -> CommandBody.OneOf_Command {
            let opportunity = Reference(external: key())
            let stage = ["", "", "lead", "talk", "offer", "won", "gone"].randomElement(using: &random) ?? ""
            switch Int.random(in: 0..<17, using: &random) {
            case 0: return .advanceStage(.with { ($0.opportunity, $0.stage) = (opportunity, stage) })
            case 1: return .regressStage(.with { ($0.opportunity, $0.stage) = (opportunity, stage) })
            case 2:
                let amount = amount()
                return .setAmount(.with { ($0.opportunity, $0.amount) = (opportunity, amount) })
            case 3: return .setAmount(.with { ($0.opportunity, $0.fromLines) = (opportunity, true) })
            case 4:
                let line = line()
                return .addLine(.with { ($0.opportunity, $0.line, $0.currency) = (opportunity, line, "EUR") })
            case 5:
                let line = UInt32.random(in: 1...3, using: &random)
                return .removeLine(.with { ($0.opportunity, $0.line) = (opportunity, line) })
            case 6: return .winOpportunity(.with { $0.opportunity = opportunity })
            case 7: return .loseOpportunity(.with { ($0.opportunity, $0.lossReason) = (opportunity, "price") })
            case 8: return .abandonOpportunity(.with { $0.opportunity = opportunity })
            case 9: return .reopenOpportunity(.with { $0.opportunity = opportunity })
            case 10:
                let party = party()
                return .changeOpportunity(.with { ($0.opportunity, $0.party) = (opportunity, party) })
            case 11:
                let probability = UInt32.random(in: 0...100, using: &random)
                return .overrideProbability(
                    .with { ($0.opportunity, $0.probability) = (opportunity, probability) })
            default: return .upsertOpportunity(upsert())
            }
        }

        private mutating func key() -> ExternalKey {
            ExternalKey(system: "crm", key: "\(Int.random(in: 0..<4, using: &random))")
        }

        private mutating func party() -> Reference {
            Reference(number: Bool.random(using: &random) ? deals.party : deals.other)
        }

        private mutating func amount() -> Money {
            money(.random(in: 0...500, using: &random), Int.random(in: 0..<9, using: &random) == 0 ? "USD" : "EUR")
        }

        private mutating func line() -> OpportunityLineInput {
            dealLine(
                deals.pen, "\(Int.random(in: 1...3, using: &random))", "0.\(Int.random(in: 1...9, using: &random))",
                number: .random(in: 1...3, using: &random))
        }

        private mutating func upsert() -> UpsertOpportunity {
            var open = OpenOpportunity()
            if Bool.random(using: &random) { open.party = party() }
            if Bool.random(using: &random) { open.amount = amount() }
            if Bool.random(using: &random) { open.personal.name = "n\(Int.random(in: 0..<3, using: &random))" }
            if Bool.random(using: &random) { open.stage = ["lead", "talk"].randomElement(using: &random) ?? "" }
            if Int.random(in: 0..<3, using: &random) == 0 { open.lines = [line()] }
            open.reached = [.unspecified, .open, .won, .lost, .abandoned].randomElement(using: &random) ?? .open
            if [.won, .lost, .abandoned].contains(open.reached) {
                // The command is sent a second later than the last one.
                open.closedAt = Instant(microseconds: deals.scenario.now.rawValue + 1_000_000).timestamp
            }
            if open.reached == .lost { open.lossReason = "price" }
            let key = key()
            return UpsertOpportunity.with { ($0.key, $0.opportunity) = (key, open) }
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `whatever happens, what is counted is what is open, and amounts are sums`(seed: UInt64) throws {
        var play = Play(
            deals: try Deals { $0.content.skippingAllowed = seed % 2 == 0 }, random: SeededGenerator(seed: seed))
        for step in 0..<250 {
            play.step()
            if step % 10 == 0 { try check(play.deals, seed) }
        }
        try check(play.deals, seed)
        #expect(play.accepted > 40, "seed \(seed)")
        #expect(play.deals.scenario.isReproducible, "seed \(seed)")
    }

    private func check(_ deals: Deals, _ seed: UInt64) throws {
        var stages: [String: Int64] = [:]
        var parties: [UInt64: Int64] = [:]
        for stream in Set(deals.scenario.events.map(\.stream)) {
            guard let state = try deals.scenario.state(OpportunityAggregate.self, of: stream) else { continue }
            if state.status == .open {
                stages[state.stage, default: 0] += 1
                parties[state.head.partyNumber, default: 0] += 1
                #expect(Deals.content.stages.contains { $0.key == state.stage && $0.kind == .open }, "seed \(seed)")
            } else {
                #expect(state.hasClosedAt && state.closedAt >= state.openedAt, "seed \(seed)")
                #expect(state.probability == (state.status == .won ? 100 : 0), "seed \(seed)")
            }
            if state.amountFromLines, !state.lines.isEmpty {
                #expect(state.amount.minorUnits == state.lines.reduce(0) { $0 + $1.net }, "seed \(seed)")
            }
            #expect(!state.hasAmount || state.currency == state.amount.currency, "seed \(seed)")
            #expect(state.lines.map(\.line) == state.lines.map(\.line).sorted(), "seed \(seed)")
        }
        for stage in ["lead", "talk", "offer", "won", "lost"] {
            #expect(try deals.inStage(stage) == stages[stage] ?? 0, "seed \(seed): \(stage)")
        }
        for party in [deals.party, deals.other] {
            #expect(try deals.openOf(party) == parties[party.rawValue] ?? 0, "seed \(seed)")
        }
    }
}
