internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct PromiseTests {
    private var office = Office()
    private let bo: StreamNumber
    private let cy: StreamNumber
    private let party: StreamNumber
    private let promise: StreamNumber

    init() {
        bo = office.employee("Bo")
        cy = office.employee("Cy")
        party = office.party()
        promise = office.made(
            MakePromise.to(party, by: .employee(bo)) { $0.reminder = At.january(8, 9).timestamp })
    }

    private func state(_ office: Office) -> PromiseState { office.state(PromiseAggregate.self, promise) }

    @Test func `a promise is sealed for the one to whom it was made`() throws {
        var office = office
        let interaction = office.scenario.given(.interaction, .interactionLogged(InteractionLogged()))
        let command = MakePromise.to(party, by: .employee(bo), due: .instant(At.january(9, 17))) {
            $0.personal.text = "We repaint the door"
            $0.category = "repair"
            $0.concerns = [.of(.interaction, interaction)]
            $0.external = [ExternalKey(system: "crm", key: "p1")]
        }
        let outcome = office.when(command)
        #expect(outcome.kinds == [.promiseMade])
        #expect(outcome.events.first?.subjects.last?.subject == party)
        #expect(outcome.events.first?.subjects.last?.role == .promisee)
        #expect(outcome.events.first?.personal == [.with { $0.promiseMade.text = "We repaint the door" }])
        #expect(!office.scenario.lastDecided.contains("door"))
        guard case .promiseMade(let made)? = outcome.payloads.first else { return }
        #expect(made.detail.due.day.isEmpty && made.detail.due.instant == At.january(9, 17).rawValue)
        #expect(made.detail.concerns.map(\.number) == [interaction.rawValue])
        #expect(try office.openWork(Owner(employee: bo), .promise) == 2)
        #expect(office.when(command).code == .referenceTaken)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a promise is refused`() {
        var office = office
        let gone = office.employee("Gone")
        office.when(DeactivateEmployee.of(gone))
        let archived = office.party(name: "Old")
        office.when(ArchiveParty.with { $0.party = Reference(number: archived) }, reason: "moved")
        let bo = OwnerReference.employee(bo)
        let cases: [(MakePromise, ErrorCode, String)] = [
            (.to(StreamNumber(99), by: bo), .referenceMissing, "party"),
            (.to(archived, by: bo), .archived, "party"),
            (.to(party, by: bo) { $0.clearParty() }, .schemaInvalid, "party"),
            (.to(party, by: bo) { $0.personal.text = "" }, .schemaInvalid, "personal.text"),
            (.to(party, by: bo) { $0.clearDue() }, .schemaInvalid, "due"),
            (.to(party, by: nil), .schemaInvalid, "promisor"),
            (.to(party, by: .employee(gone)), .assigneeInactive, "promisor"),
            (.to(party, by: bo, due: .day("2025-12-31")), .dueInPast, "due"),
            (.to(party, by: bo) { $0.reminder = At.january(1).timestamp }, .dueInPast, "reminder"),
        ]
        for (command, code, field) in cases {
            var office = office
            let outcome = office.when(command)
            #expect(outcome.code == code, "\(command)")
            #expect(outcome.field == field, "\(command)")
        }
        let old = MakePromise.to(party, by: nil, due: .day("2020-01-01")) { $0.clearPersonal() }
        #expect(office.when(old, historic: true).kinds == [.promiseMade])
    }

    @Test func `a promise is kept in time until the end of its day, late afterwards`() throws {
        var office = office
        var late = office
        let outcome = office.when(KeepPromise.of(promise, "sent by mail"), at: At.january(9, 23, 59))
        #expect(outcome.events.first?.personal == [.with { $0.promiseKept.remark = "sent by mail" }])
        guard case .promiseKept(let kept)? = outcome.payloads.first else { return }
        #expect(kept.inTime && kept.due.day == "2026-01-09" && kept.promisor == Owner(employee: bo))
        #expect(office.when(KeepPromise.of(promise)).isUnchanged)
        #expect(office.when(KeepPromise.of(promise, "sent by mail")).isUnchanged)
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        late.when(KeepPromise.of(promise), at: At.january(10))
        #expect(!state(late).inTime && state(late).status == .kept)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a promise that was broken was kept after all, and the other way round`() throws {
        var office = office
        #expect(office.when(BreakPromise.of(promise)).code == .reasonRequired)
        #expect(office.when(BreakPromise.of(promise), reason: "forgotten").kinds == [.promiseBroken])
        #expect(office.when(BreakPromise.of(promise)).isUnchanged)
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.when(KeepPromise.of(promise)).kinds == [.promiseKept])
        #expect(office.when(BreakPromise.of(promise, "wrong colour"), reason: "wrong").kinds == [.promiseBroken])
        #expect(office.when(BreakPromise.of(promise), historic: true).isUnchanged)
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.scenario.isReproducible)
    }

    @Test func `nobody asks any longer for a promise that is released`() throws {
        var office = office
        #expect(office.when(ReleasePromise.of(promise, "bought elsewhere")).kinds == [.promiseReleased])
        #expect(office.when(ReleasePromise.of(promise)).isUnchanged)
        #expect(office.when(KeepPromise.of(promise)).code == .terminalState)
        #expect(office.when(BreakPromise.of(promise), reason: "late").code == .terminalState)
        #expect(office.when(RenegotiatePromise.of(promise, due: .day("2026-02-01"))).code == .terminalState)
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        var kept = self.office
        kept.when(KeepPromise.of(promise))
        #expect(kept.when(ReleasePromise.of(promise)).code == .terminalState)
        #expect(kept.when(RenegotiatePromise.of(promise, due: .day("2026-02-01"))).code == .terminalState)
        #expect(kept.when(KeepPromise.of(StreamNumber(99))).code == .notFound)
    }

    @Test func `a promise is renegotiated, and what it was before is kept`() throws {
        var office = office
        let later = RenegotiatePromise.of(promise, due: .day("2026-01-16")) { $0.askedByParty = true }
        let outcome = office.when(later)
        guard case .promiseRenegotiated(let renegotiated)? = outcome.payloads.first else {
            Issue.record("not renegotiated: \(outcome)")
            return
        }
        #expect(renegotiated.detailBefore.due.day == "2026-01-09" && renegotiated.detail.due.day == "2026-01-16")
        #expect(renegotiated.askedByParty && !renegotiated.textChanged)
        #expect(office.when(later).isUnchanged)
        #expect(office.when(RenegotiatePromise.of(promise, due: .day("2025-12-31"))).code == .dueInPast)
        let other = office.when(RenegotiatePromise.of(promise, "A discount"))
        #expect(other.events.first?.personal == [.with { $0.promiseRenegotiated.text = "A discount" }])
        #expect(!office.scenario.lastDecided.contains("discount"))
        #expect(office.when(RenegotiatePromise.of(promise, "A discount")).isUnchanged)
        #expect(state(office).renegotiations == 2)
        #expect(try office.openWork(Owner(employee: bo)) == 1)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a broken promise is open again where another time is agreed upon`() throws {
        var office = office
        office.scenario.now = At.january(11)
        // An overdue one may be put into other words.
        #expect(office.when(RenegotiatePromise.of(promise, "A discount")).kinds == [.promiseRenegotiated])
        office.when(BreakPromise.of(promise), reason: "forgotten")
        #expect(office.when(RenegotiatePromise.of(promise)).code == .dueInPast)
        #expect(office.when(RenegotiatePromise.of(promise, due: .day("2026-01-20"))).kinds == [.promiseRenegotiated])
        #expect(state(office).status == .open)
        #expect(try office.openWork(Owner(employee: bo)) == 1)
        office.when(BreakPromise.of(promise), reason: "again")
        office.when(DeactivateEmployee.of(bo))
        #expect(office.when(RenegotiatePromise.of(promise)).kinds == [.promiseRenegotiated])
        #expect(state(office).promisor.isNobody)
        #expect(office.scenario.isReproducible)
    }

    @Test func `who has promises to keep hands them over`() throws {
        var office = office
        #expect(office.when(DeactivateEmployee.of(bo)).code == .hasOpenWork)
        office.when(TransferPortfolio.from(.employee(bo), to: .employee(cy)))
        #expect(state(office).promisor == Owner(employee: cy))
        #expect(office.when(DeactivateEmployee.of(bo)).kinds == [.employeeDeactivated])
        office.when(KeepPromise.of(promise))
        #expect(office.when(AssignOwner.of(.promise, promise, nil)).code == .terminalState)
        #expect(try office.openWork(Owner(employee: cy)) == 0)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a promise comes to mind while it is open`() {
        var office = office
        let bo = bo
        var moved = office
        let due = office.scenario.advance(to: At.january(20))
        #expect(due.events.map(\.stored.occurredAt) == [At.january(8, 9)])
        guard case .promiseReminded(let reminded)? = due.payloads.first else { return }
        #expect(reminded.promisor == Owner(employee: bo) && reminded.due.day == "2026-01-09")
        #expect(state(office).status == .open)
        var kept = moved
        kept.when(KeepPromise.of(promise))
        #expect(kept.scenario.advance(to: At.january(20)).isUnchanged)
        moved.when(RenegotiatePromise.of(promise) { $0.reminder = At.january(10).timestamp })
        #expect(moved.scenario.advance(to: At.january(9)).isUnchanged)
        #expect(moved.scenario.advance(to: At.january(11)).kinds == [.promiseReminded])
        var cleared = self.office
        cleared.when(RenegotiatePromise.of(promise) { $0.clear = ["reminder"] })
        #expect(cleared.scenario.advance(to: At.january(20)).isUnchanged)
        #expect(moved.scenario.isReproducible && office.scenario.isReproducible)
    }
}
