internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct AppointmentTests {
    private var office = Office()
    private let bo: StreamNumber
    private let cy: StreamNumber
    private let ann: StreamNumber
    private let dan: StreamNumber

    init() {
        bo = office.employee("Bo")
        cy = office.employee("Cy")
        ann = office.party(name: "Ann Lee")
        dan = office.party(name: "Dan Wu")
    }

    private func state(_ office: Office, _ appointment: StreamNumber) -> AppointmentState {
        office.state(AppointmentAggregate.self, appointment)
    }

    private func book(
        _ day: Int64 = 5, _ hour: Int64 = 9, hours: Int64 = 1, _ change: (inout BookAppointment) -> Void = { _ in }
    ) -> BookAppointment {
        .of([bo], [ann], from: At.january(day, hour), to: At.january(day, hour + hours), change)
    }

    @Test func `the text of an appointment is sealed once for each party`() throws {
        var office = office
        let command = BookAppointment.of([bo, cy], [ann, dan], from: At.january(5, 9), to: At.january(5, 10)) {
            $0.personal.place = "12 Elm Road"
            $0.channel = "f2f"
            $0.category = "sales-visit"
            $0.external = [ExternalKey(system: "calendar", key: "a1")]
        }
        let outcome = office.when(command)
        #expect(outcome.kinds == [.appointmentBooked])
        #expect(outcome.events.first?.subjects.suffix(2).map(\.subject) == [ann, dan])
        #expect(outcome.events.first?.personal.map(\.appointmentBooked.place) == ["12 Elm Road", "12 Elm Road"])
        #expect(!office.scenario.lastDecided.contains("Elm"))
        guard case .appointmentBooked(let booked)? = outcome.payloads.first else { return }
        #expect(booked.personalPart && booked.title.isEmpty && booked.place.isEmpty)
        #expect(booked.detail.employeeNumbers == [bo.rawValue, cy.rawValue])
        #expect(office.when(command).code == .referenceTaken)
        #expect(office.scenario.isReproducible)
    }

    @Test func `an appointment about somebody's order is his, though he is not there`() {
        var office = office
        let order = office.scenario.given(.order, .orderPlaced(.with { $0.partyNumber = ann.rawValue }))
        let number = office.made(
            BookAppointment.of([bo, cy], from: At.january(5, 9), to: At.january(5, 10)) {
                $0.concerns = [.of(.order, order)]
            })
        #expect(state(office, number).detail.concernedNumber == ann.rawValue)
        #expect(state(office, number).title.isEmpty)
        #expect(office.scenario.events.last?.subjects.last?.role == .concerned)
        let alone = office.made(BookAppointment.of([bo], from: At.january(6, 9), to: At.january(6, 10)))
        #expect(state(office, alone).title == "Product demonstration")
        #expect(office.scenario.isReproducible)
    }

    @Test func `booking is refused`() {
        var office = office
        let gone = office.employee("Gone")
        office.when(DeactivateEmployee.of(gone))
        let cases: [(BookAppointment, ErrorCode, String)] = [
            (book { $0.personal.title = "" }, .schemaInvalid, "personal.title"),
            (book { $0.personal.place = String(repeating: "x", count: 501) }, .limitExceeded, "personal.place"),
            (book { $0.clearStart() }, .schemaInvalid, "start"),
            (book { $0.clearEnd() }, .schemaInvalid, "end"),
            (book(hours: 0), .endBeforeStart, "end"),
            (book(hours: 32 * 24), .limitExceeded, "end"),
            (book { $0.employees = [] }, .schemaInvalid, "employees"),
            (book { $0.employees = [Reference(number: gone)] }, .assigneeInactive, "employees[0]"),
            (book { $0.employees += $0.employees }, .schemaInvalid, "employees[1]"),
            (book { $0.parties += $0.parties }, .schemaInvalid, "parties[1]"),
            (book { $0.parties = [Reference(number: StreamNumber(99))] }, .referenceMissing, "parties[0]"),
            (book { $0.channel = "telepathy" }, .channelUnknown, "channel"),
            (book { $0.reminder = At.january(5, 9).timestamp }, .schemaInvalid, "reminder"),
            (book { $0.reminder = At.january(1).timestamp }, .dueInPast, "reminder"),
        ]
        for (command, code, field) in cases {
            var office = office
            let outcome = office.when(command)
            #expect(outcome.code == code, "\(command)")
            #expect(outcome.field == field, "\(command)")
        }
    }

    @Test func `nobody is in two places at once, but in history`() throws {
        var office = office
        let first = office.made(book(5, 9))
        let outcome = office.when(book(5, 9))
        #expect(outcome.code == .slotTaken && outcome.field == "employees[0]")
        #expect(outcome.refusal?.detail.relatedIds.first == office.scenario.id(of: first)?.description)
        // Half-open: one may begin when the other ends.
        #expect(office.when(book(5, 10)).kinds == [.appointmentBooked])
        #expect(office.when(book(5, 8)).kinds == [.appointmentBooked])
        #expect(office.when(book(4, 20, hours: 24)).code == .slotTaken)
        #expect(office.when(book(4, 12, hours: 72)).code == .slotTaken)
        let cy = cy
        #expect(office.when(book(5, 9) { $0.employees = [Reference(number: cy)] }).kinds == [.appointmentBooked])
        #expect(office.when(book(5, 9) { $0.employees.append(Reference(number: cy)) }).code == .slotTaken)
        #expect(office.when(book(5, 9), historic: true).kinds == [.appointmentBooked])
        #expect(office.scenario.isReproducible)
    }

    @Test func `an appointment across midnight takes both days`() {
        var office = office
        #expect(office.when(book(5, 23, hours: 2)).kinds == [.appointmentBooked])
        #expect(office.when(book(6, 0)).code == .slotTaken)
        #expect(office.when(book(6, 1)).kinds == [.appointmentBooked])
    }

    @Test func `a cancelled or missed appointment gives its time back`() {
        var office = office
        let first = office.made(book())
        #expect(office.when(CancelAppointment.of(first)).code == .reasonRequired)
        #expect(office.when(CancelAppointment.of(first), reason: "ill").kinds == [.appointmentCancelled])
        #expect(office.when(CancelAppointment.of(first)).isUnchanged)
        let second = office.made(book())
        office.scenario.now = At.january(5, 10)
        office.when(RecordNoShow.of(second))
        #expect(office.when(book()).kinds == [.appointmentBooked])
        #expect(office.scenario.isReproducible)
    }

    @Test func `an appointment moves, and its end and reminder with it`() {
        var office = office
        let other = office.made(book(7, 9))
        let number = office.made(book(5, 9) { $0.reminder = At.january(5, 8, 30).timestamp })
        #expect(office.when(MoveAppointment.of(number, to: At.january(7, 9, 30))).code == .slotTaken)
        let move = MoveAppointment.of(number, to: At.january(5, 9, 30))
        #expect(office.when(move).kinds == [.appointmentMoved])
        #expect(office.when(move).isUnchanged)
        var detail = state(office, number).detail
        #expect(detail.end == At.january(5, 10, 30).rawValue && detail.reminder == At.january(5, 9).rawValue)
        #expect(office.when(MoveAppointment.of(number, to: At.january(7, 11))).kinds == [.appointmentMoved])
        #expect(office.when(book(5, 9)).kinds == [.appointmentBooked])
        #expect(office.when(MoveAppointment.of(number, to: At.january(7, 11), until: At.january(7, 10))).field == "end")
        let longer = MoveAppointment.of(number, to: At.january(7, 11), until: At.january(7, 14))
        #expect(office.when(longer).kinds == [.appointmentMoved])
        detail = state(office, number).detail
        #expect(detail.end == At.january(7, 14).rawValue && detail.reminder == At.january(7, 10, 30).rawValue)
        #expect(office.scenario.advance(to: At.january(7, 12)).kinds == [.appointmentReminded])
        #expect(office.when(MoveAppointment.of(other, to: At.january(7, 13))).code == .slotTaken)
        #expect(office.when(MoveAppointment.with { $0.appointment = Reference(number: other) }).field == "start")
        #expect(office.scenario.isReproducible)
    }

    // MARK: Business calendars

    /// Monday to Friday from 9 to 12 and from 13 to 18, the 6th closed, Saturday the 10th like a Monday; in UTC.
    private func calendar(_ office: inout Office) -> StreamNumber {
        func interval(_ start: String, _ end: String) -> DayInterval {
            .with {
                $0.start = start
                $0.end = end
            }
        }
        return office.made(
            DefineCalendar.with {
                $0.content.label = "Office"
                $0.content.weekdays = (1...5).map { weekday in
                    .with {
                        $0.weekday = UInt32(weekday)
                        $0.intervals = [interval("13:00", "18:00"), interval("09:00", "12:00")]
                    }
                }
                $0.content.holidays = [.with { $0.day = "2026-01-06" }]
                $0.content.specialDays = [
                    .with {
                        $0.day = "2026-01-10"
                        $0.likeWeekday = 1
                    }
                ]
            })
    }

    @Test func `an appointment that names a calendar is wholly within its hours, but in history`() throws {
        var office = office
        let reference = Reference(number: calendar(&office))
        func booking(_ day: Int64, _ hour: Int64, hours: Int64 = 1) -> BookAppointment {
            book(day, hour, hours: hours) { $0.calendar = reference }
        }
        // 5 January 2026 is a Monday.
        for (day, hour, hours) in [(5, 8, 1), (5, 8, 2), (5, 11, 2), (5, 12, 1), (5, 17, 2), (6, 9, 1), (11, 9, 1)] {
            let outcome = office.when(booking(Int64(day), Int64(hour), hours: Int64(hours)))
            #expect(outcome.code == .outsideHours && outcome.field == "start", "\(day) \(hour) \(hours)")
        }
        let outcome = office.when(booking(5, 9, hours: 3))
        #expect(outcome.kinds == [.appointmentBooked])
        guard case .appointmentBooked(let booked)? = outcome.payloads.first else { return }
        #expect(booked.detail.calendarNumber == reference.number && booked.detail.calendarVersion == 1)
        #expect(office.when(booking(10, 13, hours: 5)).kinds == [.appointmentBooked])
        #expect(office.when(booking(6, 9), historic: true).kinds == [.appointmentBooked])
        #expect(office.when(book(11, 9)).kinds == [.appointmentBooked])
        #expect(office.when(booking(5, 9).with { $0.calendar = Reference(number: ann) }).field == "calendar")
        #expect(office.when(RetireCalendar.with { $0.calendar = reference }).kinds == [.calendarRetired])
        #expect(office.when(booking(7, 9)).code == .calendarRetired)
        #expect(office.scenario.isReproducible)
    }

    @Test func `an appointment keeps to its calendar when it is moved`() throws {
        var office = office
        let reference = Reference(number: calendar(&office))
        let number = office.made(book(5, 9) { $0.calendar = reference })
        let outside = office.when(MoveAppointment.of(number, to: At.january(6, 9)))
        #expect(outside.code == .outsideHours && outside.field == "start")
        #expect(office.when(MoveAppointment.of(number, to: At.january(5, 9))).isUnchanged)
        // The day is an ordinary one from now on.
        let change = ChangeCalendar.with {
            $0.calendar = reference
            $0.removeDays = ["2026-01-06"]
        }
        #expect(office.when(change).kinds == [.calendarChanged])
        #expect(office.when(MoveAppointment.of(number, to: At.january(6, 9))).kinds == [.appointmentMoved])
        #expect(state(office, number).detail.calendarVersion == 2)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a reminder that would have passed is left out`() {
        var office = office
        let number = office.made(book(5, 9) { $0.reminder = At.january(4, 9).timestamp })
        #expect(office.scenario.advance(to: At.january(4, 12)).kinds == [.appointmentReminded])
        office.when(MoveAppointment.of(number, to: At.january(5, 8)))
        #expect(!state(office, number).detail.hasReminder)
        #expect(office.scenario.advance(to: At.january(9)).isUnchanged)
        #expect(office.scenario.isReproducible)
    }
}
