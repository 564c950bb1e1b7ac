import CRM
import FoundationEssentials
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct CompetitorTests {
    private func record(_ name: String, _ key: String? = nil, country: String = "") -> RecordCompetitor {
        .with {
            $0.detail.name = name
            $0.detail.country = country
            if let key { $0.external = [ExternalKey(system: "crm", key: key)] }
        }
    }

    private func change(_ number: StreamNumber, _ set: (inout ChangeCompetitor) -> Void) -> ChangeCompetitor {
        .with {
            $0.competitor = Reference(number: number)
            set(&$0)
        }
    }

    @Test func `a competitor is recorded once, whatever the case of its name`() throws {
        var scenario = Scenario()
        #expect(scenario.when(record("Straße AG", "s1")).kinds == [.competitorRecorded])
        let number = try #require(scenario.lastTarget)
        #expect(scenario.when(record("Straße AG", "s1")).isUnchanged)
        #expect(scenario.when(record("Straße AG")).isUnchanged)
        #expect(scenario.lastTarget == number)
        for name in ["STRASSE AG", "straße ag", "  Straße AG "] {
            let outcome = scenario.when(record(name))
            #expect(outcome.code == .competitorExists && outcome.field == "detail.name", "\(name)")
            #expect(outcome.refusal?.detail.relatedIds == [scenario.id(of: number)?.description ?? ""])
        }
        #expect(scenario.when(record("Straße AG", "s2")).code == .competitorExists)
        #expect(scenario.when(record("Other", "s1")).code == .referenceTaken)
        let key = Reference(external: ExternalKey(system: "crm", key: "s1"))
        #expect(try scenario.resolve(key, .competitor) == number)
        #expect(scenario.isReproducible)
    }

    @Test func `what has no form is refused with its field`() {
        var scenario = Scenario()
        let cases: [(RecordCompetitor, ErrorCode, String)] = [
            (record(""), .schemaInvalid, "detail.name"), (record("  "), .schemaInvalid, "detail.name"),
            (record(String(repeating: "n", count: 201)), .limitExceeded, "detail.name"),
            // 200 bytes, and 600 once the case of its letters is put aside.
            (record(String(repeating: "\u{390}", count: 100)), .limitExceeded, "detail.name"),
            (record("A", country: "Germany"), .schemaInvalid, "detail.country"),
            (
                RecordCompetitor.with {
                    $0.id = "1"; $0.detail.name = "A"
                }, .schemaInvalid, "id"
            ),
        ]
        for (command, code, field) in cases {
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(field)")
        }
        #expect(scenario.events.isEmpty)
    }

    @Test func `a change merges, moves the name, and says the name before`() throws {
        var scenario = Scenario()
        let first = try scenario.made(record("First", country: "DE"))
        let second = try scenario.made(record("Second"))
        let outcome = scenario.when(
            change(first) {
                $0.detail.name = "Premier"
                $0.detail.website = "https://premier.example"
                $0.clear = ["country"]
            })
        guard case .competitorChanged(let changed)? = outcome.payloads.first else {
            Issue.record("not changed: \(outcome)")
            return
        }
        #expect(changed.detail.name == "Premier" && changed.detail.country.isEmpty && changed.nameBefore == "First")
        #expect(scenario.when(change(first) { $0.detail.name = "Premier" }).isUnchanged)
        #expect(scenario.when(change(first) { $0.detail.name = "second" }).code == .competitorExists)
        #expect(scenario.when(change(first) { $0.detail.name = "PREMIER" }).kinds == [.competitorChanged])
        #expect(scenario.when(change(second) { $0.detail.name = "First" }).kinds == [.competitorChanged])
        #expect(scenario.when(change(second) { $0.clear = ["name"] }).code == .schemaInvalid)
        let both = change(second) {
            $0.detail.website = "x"
            $0.clear = ["website"]
        }
        #expect(scenario.when(both).field == "clear[0]")
        #expect(scenario.isReproducible)
    }

    @Test func `a retired competitor changes no more until it is restored, except in history`() throws {
        var scenario = Scenario()
        let number = try scenario.made(record("Gone"))
        let retire = RetireCompetitor.with { $0.competitor = Reference(number: number) }
        let restore = RestoreCompetitor.with { $0.competitor = Reference(number: number) }
        #expect(scenario.when(restore).isUnchanged)
        #expect(scenario.when(retire).kinds == [.competitorRetired])
        #expect(scenario.when(retire).isUnchanged)
        #expect(scenario.when(change(number) { $0.detail.country = "FR" }).code == .competitorRetired)
        #expect(scenario.when(move(number, "x")).code == .competitorRetired)
        #expect(scenario.when(move(number, "x"), historic: true).kinds == [.competitorMoved])
        #expect(scenario.when(restore).kinds == [.competitorRestored])
        #expect(scenario.when(change(number) { $0.detail.country = "FR" }).kinds == [.competitorChanged])
        #expect(scenario.isReproducible)
    }

    // MARK: Moves

    private func move(
        _ number: StreamNumber, _ summary: String, at happened: Instant? = Instant(microseconds: 1_700_000_000_000_000)
    ) -> RecordCompetitorMove {
        .with {
            $0.competitor = Reference(number: number)
            $0.move.kind = .price
            $0.move.summary = summary
            if let happened { $0.move.happenedAt = happened.timestamp }
        }
    }

    @Test func `a move is recorded once and can be taken back`() throws {
        var shop = try Shop()
        let number = try shop.scenario.made(record("Rival"))
        var command = move(number, "10 % off")
        command.product = Reference(number: shop.pen)
        let outcome = shop.scenario.when(command)
        let position = try #require(outcome.events.first?.stored.position)
        guard case .competitorMoved(let moved)? = outcome.payloads.first else { return }
        #expect(moved.productNumber == shop.pen.rawValue)
        #expect(shop.scenario.when(command).isUnchanged)
        #expect(shop.scenario.when(move(number, "10 % off")).kinds == [.competitorMoved])

        func withdraw(_ position: Position) -> WithdrawCompetitorMove {
            .with {
                $0.competitor = Reference(number: number)
                $0.movePosition = position.rawValue
            }
        }
        #expect(shop.scenario.when(withdraw(position)).field == "reason")
        #expect(shop.scenario.when(withdraw(position), reason: "rumour").kinds == [.competitorMoveWithdrawn])
        #expect(shop.scenario.when(withdraw(position), reason: "rumour").isUnchanged)
        #expect(shop.scenario.when(withdraw(Position(1)), reason: "no").code == .notFound)
        #expect(shop.scenario.when(command).kinds == [.competitorMoved])
        #expect(shop.scenario.isReproducible)
    }

    @Test func `a move needs a kind, a summary, and a time that is not ahead`() throws {
        var scenario = Scenario()
        let number = try scenario.made(record("Rival"))
        #expect(scenario.when(move(number, "")).field == "move.summary")
        var noKind = move(number, "x")
        noKind.move.kind = .unspecified
        #expect(scenario.when(noKind).field == "move.kind")
        let ahead = Instant(microseconds: scenario.now.rawValue + 3_600_000_000)
        #expect(scenario.when(move(number, "x", at: ahead)).code == .futureOccurredAt)
        var noProduct = move(number, "x")
        noProduct.product = Reference(number: StreamNumber(999))
        let outcome = scenario.when(noProduct)
        #expect(outcome.code == .referenceMissing && outcome.field == "product")
        let undated = scenario.when(move(number, "x", at: nil), at: Instant(microseconds: 1_600_000_000_000_000))
        guard case .competitorMoved(let moved)? = undated.payloads.first else {
            Issue.record("not recorded: \(undated)")
            return
        }
        #expect(moved.move.happenedAt.seconds == 1_600_000_000)
    }

    @Test func `a competitor has ten thousand moves at most`() throws {
        var scenario = Scenario()
        let number = try scenario.made(record("Rival"))
        var state = try #require(try scenario.state(CompetitorAggregate.self, of: number))
        func isRefused(_ moves: UInt64) -> Bool {
            for position in 0..<moves { state.moves[position] = Data() }
            let context = DecisionContext(
                occurredAt: scenario.now, recordedAt: scenario.now, historic: true, hasReason: false, principal: .none,
                target: number, firstPosition: scenario.nextPosition, head: nil, world: scenario)
            do throws(Refusal) {
                #expect(try move(number, "x").decide(state, (), context).count == 1)
                return false
            } catch { return error.code == .limitExceeded }
        }
        #expect(!isRefused(9_999))
        #expect(isRefused(10_000))
    }

    @Test func `strengths and weaknesses are set anew per product, and removed where both are empty`() throws {
        var shop = try Shop()
        let number = try shop.scenario.made(record("Rival"))
        func set(_ product: StreamNumber?, _ strengths: [String], _ weaknesses: [String] = []) -> SetStrengthWeakness {
            .with {
                $0.competitor = Reference(number: number)
                if let product { $0.product = Reference(number: product) }
                $0.strengths = strengths
                $0.weaknesses = weaknesses
            }
        }
        #expect(shop.scenario.when(set(nil, [])).isUnchanged)
        #expect(shop.scenario.when(set(nil, ["cheap"], ["slow"])).kinds == [.strengthWeaknessSet])
        #expect(shop.scenario.when(set(nil, ["cheap"], ["slow"])).isUnchanged)
        #expect(shop.scenario.when(set(shop.pen, ["cheap"])).kinds == [.strengthWeaknessSet])
        #expect(shop.scenario.when(set(nil, [])).kinds == [.strengthWeaknessSet])
        #expect(shop.scenario.when(set(nil, [])).isUnchanged)
        let state = try #require(try shop.scenario.state(CompetitorAggregate.self, of: number))
        #expect(state.strengthsAndWeaknesses.keys.map(\.self) == [shop.pen.rawValue])
        #expect(shop.scenario.when(set(nil, Array(repeating: "x", count: 21))).code == .limitExceeded)
        #expect(shop.scenario.when(set(nil, [""])).field == "strengths[0]")
        #expect(shop.scenario.isReproducible)
    }

    // MARK: Property

    @Test func `no two competitors ever have the same name`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var scenario = Scenario()
        var numbers: [StreamNumber] = []
        let names = ["Alpha", "ALPHA", "alpha ", "Ömega", "ÖMEGA", "贝塔", "Σίγμας", "ΣΊΓΜΑΣ"]
        for _ in 0..<300 {
            let name = names.randomElement(using: &generator) ?? ""
            if numbers.isEmpty || Bool.random(using: &generator) {
                if case .accepted = scenario.when(record(name)) { numbers.append(try #require(scenario.lastTarget)) }
            } else if let number = numbers.randomElement(using: &generator) {
                scenario.when(change(number) { $0.detail.name = name })
            }
            let held = try numbers.map { try scenario.state(CompetitorAggregate.self, of: $0)?.detail.name ?? "" }
            let folded = held.map { $0.trimmingBlanks.uppercased().lowercased() }
            #expect(Set(folded).count == folded.count, "seed \(seed): \(held)")
        }
        #expect(scenario.isReproducible, "seed \(seed)")
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var text = Substring(self)
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
