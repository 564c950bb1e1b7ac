internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct AppointmentEndTests {
    private var office = Office()
    private let bo: StreamNumber
    private let cy: StreamNumber
    private let ann: StreamNumber
    private let dan: StreamNumber
    private let appointment: StreamNumber

    init() {
        bo = office.employee("Bo")
        cy = office.employee("Cy")
        ann = office.party(name: "Ann Lee")
        dan = office.party(name: "Dan Wu")
        appointment = office.made(
            BookAppointment.of([bo], [ann], from: At.january(5, 9), to: At.january(5, 10)) {
                $0.personal.place = "Room 2"
            })
    }

    private func state(_ office: Office) -> AppointmentState { office.state(AppointmentAggregate.self, appointment) }

    private func change(_ set: (inout ChangeAppointment) -> Void) -> ChangeAppointment {
        var change = ChangeAppointment.with { $0.appointment = Reference(number: appointment) }
        set(&change)
        return change
    }

    @Test func `nobody was at an appointment that has not begun`() {
        var office = office
        #expect(office.when(ConfirmAttendance.of(appointment)).code == .appointmentAhead)
        #expect(office.when(RecordNoShow.of(appointment)).code == .appointmentAhead)
        var history = office
        #expect(history.when(ConfirmAttendance.of(appointment), historic: true).kinds == [.appointmentAttended])
        office.scenario.now = At.january(5, 9)
        #expect(office.when(ConfirmAttendance.of(appointment)).kinds == [.appointmentAttended])
    }

    @Test func `who came is known, and can be corrected`() throws {
        var office = office
        office.scenario.now = At.january(5, 11)
        #expect(office.when(ConfirmAttendance.of(appointment, [dan])).field == "parties[0]")
        #expect(office.when(ConfirmAttendance.of(appointment)).kinds == [.appointmentAttended])
        #expect(office.when(ConfirmAttendance.of(appointment)).isUnchanged)
        #expect(office.when(ConfirmAttendance.of(appointment, [ann])).isUnchanged)
        #expect(state(office).attendedNumbers == [ann.rawValue])
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.when(RecordNoShow.of(appointment)).kinds == [.appointmentMissed])
        #expect(office.when(RecordNoShow.of(appointment)).isUnchanged)
        #expect(office.when(RecordNoShow.of(appointment, .employee)).kinds == [.appointmentMissed])
        #expect(state(office).absent == .employee && state(office).attendedNumbers.isEmpty)
        #expect(office.when(ConfirmAttendance.of(appointment)).kinds == [.appointmentAttended])
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.when(MoveAppointment.of(appointment, to: At.january(6, 9))).code == .terminalState)
        #expect(office.when(CancelAppointment.of(appointment), reason: "late").code == .terminalState)
        #expect(office.when(change { $0.category = "visit" }).code == .terminalState)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a missed appointment is booked again where it is moved`() throws {
        var office = office
        office.scenario.now = At.january(5, 11)
        office.when(RecordNoShow.of(appointment, .both))
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.when(MoveAppointment.of(appointment, to: At.january(6, 9))).kinds == [.appointmentMoved])
        #expect(state(office).status == .booked && state(office).absent == .unspecified)
        #expect(try office.openWork(Owner(employee: bo)) == 1)
        #expect(office.scenario.isReproducible)
    }

    @Test func `nothing happens with a cancelled appointment`() {
        var office = office
        office.when(CancelAppointment.of(appointment), reason: "ill")
        office.scenario.now = At.january(5, 11)
        #expect(office.when(ConfirmAttendance.of(appointment)).code == .terminalState)
        #expect(office.when(RecordNoShow.of(appointment)).code == .terminalState)
        #expect(office.when(MoveAppointment.of(appointment, to: At.january(6, 9))).code == .terminalState)
        let unknown = StreamNumber(99)
        #expect(office.when(CancelAppointment.of(unknown), reason: "ill").code == .notFound)
        #expect(office.when(ConfirmAttendance.of(unknown)).code == .notFound)
        #expect(office.when(RecordNoShow.of(unknown)).code == .notFound)
        #expect(office.when(MoveAppointment.of(unknown, to: At.january(6, 9))).code == .notFound)
    }

    @Test func `who has appointments is not taken out of use`() throws {
        var office = office
        #expect(office.when(DeactivateEmployee.of(bo)).code == .hasOpenWork)
        let (bo, cy) = (bo, cy)
        let both = change { $0.employees = [Reference(number: bo), Reference(number: cy)] }
        #expect(office.when(both).kinds == [.appointmentChanged])
        #expect(office.when(both).isUnchanged)
        #expect(try office.openWork(Owner(employee: cy)) == 1)
        #expect(office.when(change { $0.employees = [Reference(number: cy)] }).kinds == [.appointmentChanged])
        #expect(office.when(DeactivateEmployee.of(bo)).kinds == [.employeeDeactivated])
        #expect(office.when(both).code == .assigneeInactive)
        let other = BookAppointment.of([cy], from: At.january(5, 9), to: At.january(5, 10))
        #expect(office.when(other).code == .slotTaken)
        #expect(office.scenario.isReproducible)
    }

    @Test func `an employee comes in only where he has time`() {
        var office = office
        office.when(BookAppointment.of([cy], from: At.january(5, 9, 30), to: At.january(5, 11)))
        let cy = cy
        #expect(office.when(change { $0.employees = [Reference(number: cy)] }).code == .slotTaken)
    }

    @Test func `a party that comes in has the text sealed as well, and one that goes has it no more`() {
        var office = office
        let (ann, dan) = (ann, dan)
        let both = change { $0.parties = [Reference(number: ann), Reference(number: dan)] }
        let outcome = office.when(both)
        #expect(outcome.events.first?.personal.map(\.appointmentChanged.place) == ["Room 2", "Room 2"])
        #expect(outcome.events.first?.subjects.suffix(2).map(\.subject) == [ann, dan])
        #expect(office.when(both).isUnchanged)
        let other = office.when(change { $0.personal.place = "Room 3" })
        #expect(other.events.first?.personal.map(\.appointmentChanged.title).count == 2)
        #expect(other.events.first?.personal.first?.appointmentChanged.title == "Product demonstration")
        #expect(!office.scenario.lastDecided.contains("Room 3"))
        #expect(office.when(change { $0.personal.place = "Room 3" }).isUnchanged)
        let nobody = office.when(change { $0.clear = ["parties"] })
        guard case .appointmentChanged(let changed)? = nobody.payloads.first else {
            Issue.record("not changed: \(nobody)")
            return
        }
        // What was sealed is not laid open.
        #expect(changed.textChanged && changed.title.isEmpty && changed.place.isEmpty && !changed.personalPart)
        #expect(state(office).personal.isEmpty)
        #expect(office.scenario.isReproducible)
    }
}
