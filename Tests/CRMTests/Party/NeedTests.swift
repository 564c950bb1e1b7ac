internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct NeedTests {
    private var scenario = Scenario()
    private let ann: StreamNumber

    init() { ann = scenario.registered() }

    private func need(_ edit: (inout RecordNeed) -> Void) -> RecordNeed {
        var command = RecordNeed.with { $0.party = Reference(number: ann) }
        edit(&command)
        return command
    }

    @Test func `a need is sealed, its product and budget stand open`() {
        var scenario = scenario
        let product = scenario.given(.product, .productDefined(ProductDefined()))
        let outcome = scenario.when(
            need {
                $0.need.text = "a quieter pump"
                $0.product = Reference(number: product)
                $0.budget.minorUnits = 50_000
                $0.budget.currency = "CNY"
            })
        guard case .needRecorded(let recorded)? = outcome.payloads.first,
            case .needRecorded(let personal)? = scenario.lastPersonal
        else {
            Issue.record("not recorded: \(outcome)")
            return
        }
        #expect(recorded.productNumber == product.rawValue && recorded.budget.minorUnits == 50_000)
        #expect(personal.need.text == "a quieter pump" && !scenario.showsOpenly("quieter"))
    }

    @Test func `a budget alone is a need`() {
        var scenario = scenario
        #expect(scenario.when(need { $0.budget.currency = "EUR" }).kinds == [.needRecorded])
    }

    @Test func `needs are refused`() {
        let cases: [(RecordNeed, ErrorCode, String)] = [
            (need { _ in }, .schemaInvalid, "need"),
            (need { $0.need.problem = text(of: 1_001) }, .limitExceeded, "need.problem"),
            (need { $0.budget.currency = "Euro" }, .currencyMismatch, "budget.currency"),
            (
                need {
                    $0.budget.currency = "EUR"
                    $0.budget.minorUnits = -1
                }, .amountInvalid, "budget.minor_units"
            ),
            (need { $0.product = Reference(number: StreamNumber(99)) }, .referenceMissing, "product"),
            (
                need {
                    $0.party = Reference(number: StreamNumber(99))
                    $0.need.text = "a pump"
                }, .notFound, ""
            ),
        ]
        for (command, code, field) in cases {
            var scenario = scenario
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
    }

    @Test func `a preference is sealed, its topic stands open`() {
        var scenario = scenario
        let command = RecordPreference.with {
            $0.party = Reference(number: ann)
            $0.topic = "hour"
            $0.preference.value = "after eight in the evening"
        }
        let outcome = scenario.when(command)
        #expect(outcome.payloads == [.preferenceRecorded(.with { $0.topic = "hour" })])
        guard case .preferenceRecorded(let personal)? = scenario.lastPersonal else { return }
        #expect(personal.preference.value == "after eight in the evening" && !scenario.showsOpenly("evening"))
    }

    @Test func `preferences are refused`() {
        var scenario = scenario
        var command = RecordPreference.with { $0.party = Reference(number: ann) }
        #expect(scenario.when(command).field == "topic")
        command.topic = "hour"
        #expect(scenario.when(command).field == "preference.value")
        command.preference.value = text(of: 1_001)
        #expect(scenario.when(command).code == .limitExceeded)
        command.preference.value = "late"
        scenario.when(ArchiveParty.with { $0.party = command.party }, reason: "moved")
        #expect(scenario.when(command).code == .archived)
        #expect(scenario.when(need { $0.need.text = "a pump" }).code == .archived)
    }
}
