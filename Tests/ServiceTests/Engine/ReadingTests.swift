internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// Reading what is written at the same time, and what was written before.
@Suite struct ReadingTests {
    @Test func `a timeline and a history are complete while others write`() async throws {
        let test = try TestService()
        let registered = try await test.accept(.sample(1, [.upsertParty("1", name: "Ada Lovelace")]))
        let party = registered.bodies[0].number
        let writer = Task {
            for number in 2...300 as ClosedRange<UInt64> { _ = try await test.accept(.note(number, on: party)) }
        }
        var last = 0
        while last < 300 {
            let known = test.service.context.log.end.position.rawValue
            let customer = try await test.service.customer(.timeline(of: party, atLeast: known), from: .here).value
            #expect(customer.timeline.count >= last, "a timeline lost events")
            #expect((customer.timeline.first?.position ?? 0) >= min(known, registered.treeSize + 299))
            let events = try await test.history(.subject(party))
            let positions = events.map(\.position)
            #expect(positions.count >= customer.timeline.count && positions == positions.sorted())
            last = customer.timeline.count
        }
        try await writer.value
        await test.stop()
        test.remove()
    }

    @Test func `a timeline goes on before a position and shows the kinds that are asked for`() async throws {
        let test = try TestService()
        let party = try await test.accept(.sample(1, [.upsertParty("1", name: "Ada Lovelace")])).bodies[0].number
        for number in 2...6 as ClosedRange<UInt64> { _ = try await test.accept(.note(number, on: party)) }
        let end = test.service.context.log.end.position.rawValue
        var request = CustomerRequest.timeline(of: party, atLeast: end)
        request.timelineLimit = 2
        let first = try await test.service.customer(request, from: .here).value
        #expect(first.timeline.map(\.position) == [end, end - 1] && first.timelineCut)
        request.timelineBefore = end - 1
        request.timelineLimit = 10
        let rest = try await test.service.customer(request, from: .here).value
        #expect(rest.timeline.map(\.position) == [end - 2, end - 3, end - 4, end - 5] && !rest.timelineCut)
        request.timelineBefore = 0
        request.timelineKinds = [.partyRegistered]
        #expect(try await test.service.customer(request, from: .here).value.timeline.map(\.kind) == [.partyRegistered])
        let notes = try await test.history(
            .with {
                $0.subject.number = party
                $0.eventKinds = [.noteAdded]
            })
        #expect(notes.count == 5 && notes.allSatisfy { $0.kind == .noteAdded })
        await test.stop()
        test.remove()
    }

    @Test func `the source of a command stands on its first event`() async throws {
        let test = try TestService()
        var command = Command.sample(
            1, [.upsertParty("1", name: "Ada Lovelace"), .placeOrder(party: "1", document: "D1", net: 100)])
        command.source.system = "webshop"
        command.source.channel = "web"
        let accepted = try await test.accept(command)
        let events = try await test.history(
            .with {
                $0.all = true
                $0.from = accepted.events[0].position
            })
        #expect(events[0].payload.partyRegistered.source == command.source)
        #expect(events.dropFirst().allSatisfy { !$0.payload.orderPlaced.hasSource })
        command = .sample(2, [.upsertParty("2", name: "Grace Hopper")])
        command.source.system = String(repeating: "x", count: 65)
        #expect(try await test.refusal(command) == .limitExceeded)
        await test.stop()
        test.remove()
    }

    @Test func `a retry says of an unchanged body what the first answer said`() async throws {
        let test = try TestService()
        _ = try await test.accept(.sample(1, [.upsertParty("1", name: "Ada Lovelace")]))
        let command = Command.sample(
            2, [.upsertParty("1", name: "Ada Lovelace"), .placeOrder(party: "1", document: "D1", net: 100)])
        let first = try await test.accept(command)
        #expect(first.bodies[0].unchanged && first.bodies[0].revision > 0)
        _ = try await test.accept(.note(3, on: first.bodies[0].number))
        let again = try await test.accept(command)
        #expect(again.replayed && again.bodies == first.bodies)
        await test.stop()
        test.remove()
    }

    @Test func `a cursor of another epoch is refused`() throws {
        let before = EpochCursor(Epochs([.first]))
        let now = EpochCursor(Epochs([.first, LogEpoch(number: 2, restored: Position(40))]))
        #expect(try now.opened(now.sealed([1, 2, 3])) == Data([1, 2, 3]))
        #expect(now.sealed([]).isEmpty)
        for bad in [Data([3, 0, 0, 0, 1]), Data([2, 0, 0, 0]), Data([7])] {
            let error = #expect(throws: Refusal.self) { try now.opened(bad) }
            #expect(error?.code == .schemaInvalid)
        }
        let error = #expect(throws: Refusal.self) { try now.opened(before.sealed([1, 2, 3])) }
        #expect(error?.code == .epochEnded && error?.detail.expected == 1 && error?.detail.actual == 2)
        #expect(error?.detail.positions == [40])
    }

    @Test func `a reader of an earlier epoch goes on where nothing was taken back, and is told where it was`() throws {
        // Epoch 3 was given up for 4, which began with more records than 3 had in common.
        let epochs = Epochs([
            .first, LogEpoch(number: 2, restored: Position(40)), LogEpoch(number: 4, restored: Position(60)),
        ])
        for (epoch, from) in [(1, 1), (1, 41), (2, 61), (4, 1_000), (3, 1)] as [(UInt32, UInt64)] {
            #expect(throws: Never.self, "\(epoch) \(from)") { try epochs.check(epoch, from: Position(from)) }
        }
        for (epoch, from, common) in [(1, 42, 40), (2, 62, 60), (3, 2, 0)] as [(UInt32, UInt64, UInt64)] {
            let error = #expect(throws: Refusal.self) { try epochs.check(epoch, from: Position(from)) }
            #expect(error?.code == .epochEnded && error?.detail.positions == [common], "\(epoch) \(from)")
        }
        let error = #expect(throws: Refusal.self) { try epochs.check(5, from: Position(1)) }
        #expect(error?.code == .schemaInvalid)
    }
}

extension CallerIdentity {
    fileprivate static var here: CallerIdentity { .uid(0) }
}

extension Command {
    fileprivate static func note(_ number: UInt64, on party: UInt64) -> Command {
        var note = AddNote()
        note.kind = .party
        note.target.number = party
        note.note.text = "note \(number)"
        return .sample(number, [.addNote(note)])
    }
}

extension CustomerRequest {
    fileprivate static func timeline(of party: UInt64, atLeast position: UInt64) -> CustomerRequest {
        var request = CustomerRequest()
        request.party.number = party
        request.atLeast = position
        request.timelineLimit = 1_000
        return request
    }
}

extension HistoryRequest {
    fileprivate static func subject(_ party: UInt64) -> HistoryRequest {
        var request = HistoryRequest()
        request.subject.number = party
        return request
    }
}

extension TestService {
    /// All events of a request.
    fileprivate func history(_ request: HistoryRequest) async throws -> [Event] {
        let reader = try await service.history(request, from: .here)
        var events: [Event] = []
        while let page = try await reader.nextPage() { events += try page.value.message().events }
        return events
    }
}
