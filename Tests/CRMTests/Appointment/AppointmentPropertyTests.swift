internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

/// Random bookings, moves, cancellations and changes, beside a model that compares every appointment with every other.
@Suite struct AppointmentPropertyTests {
    /// An appointment as the model knows it.
    private struct Booked {
        var employees: Set<StreamNumber>
        var start: Instant
        var end: Instant

        func collides(_ other: Booked) -> Bool {
            !employees.isDisjoint(with: other.employees) && start < other.end && other.start < end
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a slot is taken exactly where the model says so`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var office = Office()
        let people = ["Bo", "Cy", "Di"].map { office.employee($0) }
        var model: [StreamNumber: Booked] = [:]
        var (taken, free) = (0, 0)

        func candidate(_ employees: Set<StreamNumber>? = nil) -> Booked {
            let chosen = Set(people.filter { _ in Bool.random(using: &random) })
            // Half hours of a few days, so that many meet; now and then over midnight.
            let start = At.january(2, 0, Int64.random(in: 0..<200, using: &random) * 30)
            let length = Int64.random(in: 1...20, using: &random) * 30 * 60_000_000
            return Booked(
                employees: employees ?? (chosen.isEmpty ? [people[0]] : chosen), start: start,
                end: Instant(microseconds: start.rawValue + length))
        }
        func isFree(_ booked: Booked, but number: StreamNumber? = nil) -> Bool {
            model.allSatisfy { $0.key == number || !$0.value.collides(booked) }
        }

        for _ in 0..<150 {
            let known = model.keys.sorted().randomElement(using: &random)
            switch (Int.random(in: 0..<6, using: &random), known) {
            case (0, let number?):
                #expect(office.when(CancelAppointment.of(number), reason: "ill").kinds == [.appointmentCancelled])
                model[number] = nil
            case (1, let number?), (2, let number?):
                let moved = candidate(model[number]?.employees)
                let outcome = office.when(MoveAppointment.of(number, to: moved.start, until: moved.end))
                #expect(outcome.isUnchanged || (outcome.code != .slotTaken) == isFree(moved, but: number))
                if outcome.code == nil { model[number] = moved }
            case (3, let number?):
                guard var changed = model[number] else { continue }
                changed.employees = candidate().employees
                let change = ChangeAppointment.with {
                    $0.appointment = Reference(number: number)
                    $0.employees = changed.employees.sorted().map { Reference(number: $0) }
                }
                let outcome = office.when(change)
                #expect(outcome.isUnchanged || (outcome.code != .slotTaken) == isFree(changed, but: number))
                if outcome.code == nil { model[number] = changed }
            default:
                let booked = candidate()
                let outcome = office.when(
                    BookAppointment.of(booked.employees.sorted(), from: booked.start, to: booked.end))
                #expect((outcome.code != .slotTaken) == isFree(booked))
                if outcome.code == .slotTaken { taken += 1 } else { free += 1 }
                if let number = outcome.events.first?.stream { model[number] = booked }
            }
        }
        for person in people {
            let count = model.values.count { $0.employees.contains(person) }
            #expect(try office.openWork(Owner(employee: person), .appointment) == Int64(count))
        }
        // Both happen often enough for the comparison to say something.
        #expect(taken > 5 && free > 5)
        #expect(office.scenario.isReproducible)
    }
}
