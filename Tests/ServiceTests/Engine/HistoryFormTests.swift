internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// History leaves the service in protobuf's binary form without having been a message: it says what the records say.
@Suite struct HistoryFormTests {
    @Test func `every event says what its record says, as the schema's encoder would`() async throws {
        let test = try TestService()
        let party = try await test.accept(
            .sample(1, [.upsertParty("1", name: "Ada Lovelace"), .placeOrder(party: "1", document: "D1", net: 100)]))
        var note = Command.sample(2, [.upsertParty("2", name: String(repeating: "長", count: 100))])
        note.correlationID = note.id
        note.source.system = "webshop"
        _ = try await test.accept(note)
        var historic = Command.sample(3, [.placeOrder(party: "1", document: "D2", net: 7)])
        historic.mode = .historic
        historic.occurredAt = .init(seconds: 855_000_000, nanos: 1_000)
        _ = try await test.accept(historic)
        _ = try await test.accept(.sample(4, [.upsertParty("1", name: "Ada King")]))

        var revealed: [String] = []
        var seen: Set<EventHeader.Flags.RawValue> = []
        var events = 0
        for request in [HistoryRequest.all(reveal: true), .all(reveal: false)] {
            for page in try await test.pages(request) {
                let message = try page.message()
                #expect(try message.encoded() == page.bytes, "the form is the canonical one")
                #expect(message.events.count == page.count)
                for var event in message.events {
                    events += 1
                    revealed += event.subjects.map(\.personal.partyRegistered.name.display).filter { !$0.isEmpty }
                    for index in event.subjects.indices { event.subjects[index].clearPersonal() }
                    seen.insert(UInt16(event.flags))
                    #expect(try event == Event(expectedFor: event.record.map(\.self), streamID: event.streamID))
                    #expect(Identifier(event.streamID) != nil)
                }
            }
        }
        #expect(events > 20 && seen.count > 1, "\(events) events, \(seen)")
        #expect(revealed.contains("Ada Lovelace"), "\(revealed)")
        #expect(party.events.count > 1)
        await test.stop()
        test.remove()
    }

    @Test func `without payload or record these are left out, and an answer says where to go on`() async throws {
        let test = try TestService()
        _ = try await test.accept(.sample(1, [.upsertParty("1", name: "Ada Lovelace")]))
        var request = HistoryRequest.all(reveal: false)
        request.includeRecord = false
        request.omitPayload = true
        request.limit = 2
        let pages = try await test.pages(request)
        let messages = try pages.map { try $0.message() }
        #expect(messages.map(\.next) == [3] && messages.map(\.caughtUp) == [false])
        #expect(messages[0].events.map(\.position) == [1, 2])
        #expect(messages[0].events.allSatisfy { !$0.hasPayload && $0.record.isEmpty && $0.leafHash.count == 32 })
        await test.stop()
        test.remove()
    }
}

extension HistoryRequest {
    fileprivate static func all(reveal: Bool) -> HistoryRequest {
        .with {
            $0.all = true
            $0.includeRecord = true
            $0.reveal = reveal
            $0.purpose = reveal ? "test" : ""
        }
    }
}

extension TestService {
    fileprivate func pages(_ request: HistoryRequest) async throws -> [EncodedHistoryPage] {
        let reader = try await service.history(request, from: .uid(0))
        var pages: [EncodedHistoryPage] = []
        while let page = try await reader.nextPage() { pages.append(page.value) }
        return pages
    }
}

extension Event {
    /// The event of a record, made as a message from the record's header.
    fileprivate init(expectedFor record: [UInt8], streamID: String) throws {
        self.init()
        let header = try EventHeader(reading: record.span.bytes)
        position = header.position.rawValue
        kind = header.kind
        schemaVersion = UInt32(header.schemaVersion)
        origin = header.origin
        historic = header.flags.contains(.historic)
        clockHeld = header.flags.contains(.clockHeld)
        recordedAt = header.recordedAt.timestamp
        occurredAt = header.occurredAt.timestamp
        streamKind = header.streamKind
        streamNumber = header.stream.rawValue
        self.streamID = header.streamID(in: record.span.bytes)?.description ?? streamID
        revision = UInt64(header.revision.rawValue)
        previousInStream = header.previousInStream.rawValue
        commandID = header.commandID.description
        commandIndex = UInt32(header.commandIndex)
        commandCount = UInt32(header.commandCount)
        correlationID = header.correlationID == .zero ? "" : header.correlationID.description
        causation = header.causation.rawValue
        principalNumber = header.principal.rawValue
        onBehalfOfNumber = header.onBehalfOf.rawValue
        importNumber = header.importNumber.rawValue
        subjects = (0..<Int(header.subjectCount)).map { index in
            let entry = header.subject(index, in: record.span.bytes)
            return .with {
                $0.number = entry.subject.rawValue
                $0.role = entry.role
                $0.previous = entry.previous.rawValue
                $0.keySlot = entry.keySlot
                $0.slotGeneration = entry.slotGeneration
                $0.body = UInt32(entry.body)
                $0.part = UInt32(entry.part)
                $0.sealedLength = UInt32(entry.sealedLength)
            }
        }
        payload.event = try EventPayload.decode(
            kind: header.kind, payload: record.span.bytes.extracting(header.payloadRange))
        leafHash = Data(TreeHash.leaf(record.span.bytes).bytes)
        self.record = Data(record)
        body = UInt32(header.body)
        flags = UInt32(header.flags.rawValue)
    }
}
