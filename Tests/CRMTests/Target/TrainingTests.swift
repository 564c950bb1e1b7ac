import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct TrainingTests {
    private var scenario = Scenario()
    private let employee: StreamNumber

    init() {
        employee = scenario.given(.employee, .employeeHired(EmployeeHired()))
    }

    private func training(_ key: String? = nil, remark: String = "") -> RecordTraining {
        .with {
            $0.employee = Reference(number: employee)
            $0.detail.course = "Negotiation"
            $0.detail.result = .passed
            $0.detail.days.firstDay = "2025-11-03"
            $0.detail.days.lastDay = "2025-11-04"
            if !remark.isEmpty { $0.personal.remark = remark }
            if let key { $0.external = [ExternalKey(system: "hr", key: key)] }
        }
    }

    private func correct(_ number: StreamNumber, _ set: (inout CorrectTraining) -> Void) -> CorrectTraining {
        .with {
            $0.training = Reference(number: number)
            set(&$0)
        }
    }

    @Test func `a training is the employee's, and what is personal is sealed for him`() throws {
        var scenario = scenario
        let outcome = scenario.when(training("t1", remark: "was late twice"))
        #expect(outcome.kinds == [.trainingRecorded])
        #expect(outcome.events.first?.subjects.last?.subject == employee)
        guard case .trainingRecorded(let sealed)? = outcome.events.first?.personal.first?.data else { return }
        #expect(sealed.training.remark == "was late twice")
        #expect(!scenario.lastDecided.contains("late"))
        #expect(scenario.when(training("t1")).code == .referenceTaken)
        #expect(scenario.isReproducible)
    }

    @Test func `without days it was on the day of the fact, in the organisation's zone`() throws {
        var scenario = scenario
        scenario.when(
            SetOrganisation.with {
                $0.zone = "Asia/Shanghai"
                $0.currency = "CNY"
            })
        var command = training()
        command.detail.clearDays()
        // 2025-12-01T20:00:00Z is 2 December in Shanghai.
        let outcome = scenario.when(command, at: Instant(microseconds: 1_764_619_200_000_000))
        guard case .trainingRecorded(let recorded)? = outcome.payloads.first else {
            Issue.record("not recorded: \(outcome)")
            return
        }
        #expect(recorded.detail.days.firstDay == "2025-12-02" && recorded.detail.days.lastDay == "2025-12-02")
    }

    @Test func `what has no form is refused with its field`() {
        var scenario = scenario
        func refused(_ code: ErrorCode, _ field: String, _ change: (inout RecordTraining) -> Void) {
            var command = training()
            change(&command)
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(field): \(outcome)")
        }
        refused(.schemaInvalid, "detail.course") { $0.detail.course = "" }
        refused(.schemaInvalid, "detail.result") { $0.detail.result = .unspecified }
        refused(.amountInvalid, "detail.hours") { $0.detail.hours = decimal("0") }
        refused(.schemaInvalid, "detail.valid_until") { $0.detail.validUntil = "2025-11-03" }
        refused(.futureOccurredAt, "detail.days.last_day") { $0.detail.days.lastDay = "2026-01-02" }
        refused(.referenceMissing, "employee") { $0.employee = Reference(number: StreamNumber(99)) }
        refused(.limitExceeded, "personal.score") { $0.personal.score = String(repeating: "1", count: 101) }
    }

    @Test func `a correction merges, opens what is personal only where it says something of it, and may be late`()
        throws
    {
        var scenario = scenario
        let number = try scenario.made(training(remark: "good"))
        #expect(scenario.when(correct(number) { $0.personal.remark = "good" }).isUnchanged)
        #expect(scenario.when(correct(number) { $0.detail.course = "Negotiation" }).isUnchanged)
        let before = Instant(microseconds: scenario.now.rawValue - 3_600_000_000)
        guard
            case .trainingCorrected(let open)? = scenario.when(
                correct(number) { $0.detail.result = .failed }, at: before
            ).payloads.first
        else { return }
        #expect(open.detail.result == .failed && open.detail.course == "Negotiation" && !open.personalReplaced)
        let outcome = scenario.when(correct(number) { $0.personal.score = "4.0" })
        guard case .trainingCorrected(let sealed)? = outcome.events.first?.personal.first?.data else { return }
        #expect(sealed.training.score == "4.0" && sealed.training.remark == "good")
        #expect(!scenario.lastDecided.contains("4.0"))
        #expect(scenario.when(correct(number) { $0.clear = ["remark"] }).kinds == [.trainingCorrected])
        #expect(scenario.when(correct(number) { $0.clear = ["remark"] }).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `a withdrawn training is withdrawn for good`() throws {
        var scenario = scenario
        let number = try scenario.made(training())
        let withdraw = WithdrawTraining.with { $0.training = Reference(number: number) }
        #expect(scenario.when(withdraw).code == .reasonRequired)
        #expect(scenario.when(withdraw, reason: "wrong person").kinds == [.trainingWithdrawn])
        #expect(scenario.when(withdraw).isUnchanged)
        #expect(scenario.when(correct(number) { $0.detail.result = .failed }).code == .terminalState)
    }
}

extension [UInt8] {
    /// Whether the bytes hold a text.
    func contains(_ text: String) -> Bool {
        let sought = Array(text.utf8)
        return indices.contains { self[$0...].starts(with: sought) }
    }
}
