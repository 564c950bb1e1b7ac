internal import Schema
internal import SwiftProtobuf

/// The salespeople, the pipeline and the opportunities of demo data. An opportunity is known by its number, from 0;
/// everything about it follows from the number.
struct DemoSales: Sendable {
    /// Something that becomes of an opportunity.
    struct Step {
        /// Days after its opening; no two steps are on one day.
        var day: Int
        var body: CommandBody
    }

    private static let currency = "USD"
    private static let employees = ["Ana Nowak", "李娜", "Yusuf Demir", "María Torres", "田中 葵"]
    private static let lossReasons = ["price", "timing", "competitor"]
    /// Mean number of days from opening to the end.
    private static let meanCycle = 55.0

    let seed: UInt64
    let catalogue: DemoCatalogue
    let parties: DemoParties
    let options: DemoOptions

    // MARK: Who sells, and how

    /// The commands that make team, salespeople and pipeline known.
    var setUp: [CommandBody] {
        var bodies: [CommandBody] = [
            .with { $0.definePipeline = Self.pipeline },
            .with {
                $0.defineTeam.name = "Sales"
                $0.defineTeam.external = [Self.key("T-1")]
            },
        ]
        for (index, name) in Self.employees.enumerated() {
            bodies.append(
                .with {
                    $0.hireEmployee.name.display = name
                    $0.hireEmployee.external = [Self.key("E-\(index + 1)")]
                    $0.hireEmployee.roles = ["sales"]
                    $0.hireEmployee.teams = [Self.reference("T-1")]
                })
        }
        return bodies
    }

    private static var pipeline: DefinePipeline {
        .with {
            $0.external = [key("sales")]
            $0.content.name = "Wholesale"
            $0.content.skippingAllowed = true
            $0.content.stages = [
                stage("qualified", 20, .pipeline, days: 30), stage("proposal", 40, .bestCase, days: 45),
                stage("negotiation", 70, .commit, days: 45),
                .with {
                    $0.key = "won"
                    $0.kind = .won
                },
                .with {
                    $0.key = "lost"
                    $0.kind = .lost
                },
            ]
            $0.content.lossReasons = lossReasons.map { reason in .with { $0.key = reason } }
        }
    }

    private static func stage(
        _ key: String, _ probability: UInt32, _ category: ForecastCategory, days: UInt32
    ) -> PipelineStage {
        .with {
            $0.key = key
            $0.probability = probability
            $0.category = category
            $0.maxDays = days
        }
    }

    private static func key(_ text: String) -> ExternalKey {
        .with {
            $0.system = DemoParties.system
            $0.key = text
        }
    }

    private static func reference(_ text: String) -> Reference { .with { $0.external = key(text) } }

    // MARK: Opportunities

    /// The day on which an opportunity is opened, counted from the first of the period; nil where its party comes too
    /// late for one.
    func openingDay(_ opportunity: Int) -> Int? {
        let first = parties.registrationDay(party(opportunity), of: options.days) + 1
        guard first < options.days else { return nil }
        var random = DemoGenerator(seed, 20, UInt64(opportunity))
        return first + random.below(options.days - first)
    }

    private func party(_ opportunity: Int) -> Int {
        var random = DemoGenerator(seed, 21, UInt64(opportunity))
        return random.below(options.parties)
    }

    /// What becomes of an opportunity, from its opening on; also what would happen after the end of the period.
    ///
    /// - Parameter day: the day of its opening.
    func steps(_ opportunity: Int, openedOn day: Int) -> [Step] {
        var random = DemoGenerator(seed, 22, UInt64(opportunity))
        let own = Self.reference("D-\(opportunity + 1)")
        // So many days at least that every step has one of its own.
        let length = 4 + Int(random.exponential(mean: Self.meanCycle))
        let expected = length + random.below(30) - 10
        var steps = [Step(day: 0, body: .with { $0.openOpportunity = opening(opportunity, day + expected, &random) })]
        var proposal = CommandBody()
        proposal.advanceStage.opportunity = own
        proposal.advanceStage.stage = "proposal"
        steps.append(Step(day: 1 + (length - 3) / 3, body: proposal))
        if expected < length {
            // It takes longer than was thought.
            var push = CommandBody()
            push.setCloseDate.opportunity = own
            push.setCloseDate.closeDate = date(day + length + random.below(20))
            steps.append(Step(day: 2 + (length - 3) / 3, body: push))
        }
        let ending = ending(own, &random)
        if case .loseOpportunity? = ending.command {
        } else if length > 8 {
            var negotiation = CommandBody()
            negotiation.advanceStage.opportunity = own
            negotiation.advanceStage.stage = "negotiation"
            steps.append(Step(day: 3 + (length - 3) * 2 / 3, body: negotiation))
        }
        return steps + [Step(day: length, body: ending)]
    }

    private func ending(_ own: Reference, _ random: inout DemoGenerator) -> CommandBody {
        let share = random.unit()
        return .with {
            if share < 0.52 {
                $0.winOpportunity.opportunity = own
            } else if share < 0.94 {
                $0.loseOpportunity.opportunity = own
                $0.loseOpportunity.lossReason = random.pick(Self.lossReasons)
            } else {
                $0.abandonOpportunity.opportunity = own
                $0.reason = "nobody answers"
            }
        }
    }

    private func opening(_ opportunity: Int, _ closing: Int, _ random: inout DemoGenerator) -> OpenOpportunity {
        let product = catalogue.drawn(&random)
        let quantity = 10 * (2 + random.below(40))
        let employee = 1 + min(random.below(Self.employees.count), random.below(Self.employees.count))
        let discounted = catalogue.price(product) * (80 + random.below(16)) / 100
        return .with {
            $0.external = [Self.key("D-\(opportunity + 1)")]
            $0.pipeline = Self.reference("sales")
            $0.party = DemoParties.reference(party(opportunity))
            $0.personal.name = "\(quantity) × \(catalogue.definition(product).detail.name)"
            $0.owner.employee = Self.reference("E-\(employee)")
            $0.channel = random.pick(["f2f", "phone", "web"])
            $0.leadSource = random.pick(["fair", "referral", "referral", "website", "campaign"])
            $0.currency = Self.currency
            $0.closeDate = date(closing)
            $0.lines = [
                .with {
                    $0.product.external = DemoCatalogue.key(product)
                    $0.quantity.unscaled = Int64(quantity)
                    $0.unitPrice.unscaled = Int64(discounted)
                    $0.unitPrice.scale = 2
                }
            ]
        }
    }

    /// A day of the period, or after it, as `yyyy-mm-dd`.
    private func date(_ day: Int) -> String {
        let time = CivilTime(microseconds: options.start.rawValue + Int64(day) * 86_400_000_000)
        return TimeText.day(time.year, time.month, time.day)
    }
}
