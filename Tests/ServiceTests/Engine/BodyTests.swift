import CRM
import Foundation
import Schema
import SwiftProtobuf
import Synchronization
import Testing

@testable import BodyStore
@testable import Service

/// Bodies in a whole service: from the upload to the redaction, over crashes and restarts.
@Suite struct BodyTests {
    private let caller = CallerIdentity.uid(0)

    /// Uploads a text for the party with this key in the shop.
    private func put(
        _ test: TestService, _ text: String, for party: String? = "ana", id: String = ""
    ) async throws -> BodyReference {
        var begin = PutBodyBegin()
        begin.itemID = id
        begin.mediaType = "text/plain"
        begin.size = UInt64(text.utf8.count)
        if let party { begin.subject = Reference(external: ExternalKey(system: "shop", key: party)) }
        let receiver = try await test.service.putBody(begin, from: caller)
        _ = try await receiver.append(Array(text.utf8))
        return try await receiver.finish(contentHash: nil).value
    }

    private func read(_ test: TestService, _ item: String) async throws -> String {
        let pieces = try await test.service.getBody(.with { $0.itemID = item }, from: caller)
        var content: [UInt8] = []
        while let piece = try await pieces.next() { content += piece.content }
        return String(decoding: content, as: UTF8.self)
    }

    /// The code with which something is refused.
    private func code(_ work: () async throws -> Void) async -> ErrorCode? {
        do {
            try await work()
            return nil
        } catch {
            return (error as? Refusal)?.code
        }
    }

    private func note(_ item: BodyReference, on party: String = "ana") -> CommandBody.OneOf_Command {
        guard case .addNote(var note) = CommandBody.OneOf_Command.note(onParty: party, "see the file") else {
            return .note(onParty: party, "")
        }
        note.bodies = [
            .with {
                $0.itemID = item.itemID
                $0.role = .text
                $0.personal.fileTitle = "Ana's letter.txt"
            }
        ]
        return .addNote(note)
    }

    private func redaction(_ item: BodyReference, _ number: UInt64) -> Command {
        var redact = RedactBody()
        redact.kind = .party
        redact.target = Reference(external: ExternalKey(system: "shop", key: "ana"))
        redact.itemID = item.itemID
        var command = Command.sample(number, [.redactBody(redact)])
        command.bodies[0].reason = "asked for by Ana"
        return command
    }

    private func record(_ test: TestService) async throws -> Record {
        var request = GetRequest()
        request.kind = .party
        request.reference = Reference(external: ExternalKey(system: "shop", key: "ana"))
        request.atLeast = test.service.reflects.position
        return try await test.service.get(request, from: caller).value.record
    }

    /// Whether any file below the directory of data holds the bytes.
    private func holds(_ test: TestService, _ bytes: [UInt8]) throws -> Bool {
        let files = try #require(FileManager.default.subpaths(atPath: test.path + "/data"))
        return files.contains { name in
            guard let data = FileManager.default.contents(atPath: "\(test.path)/data/\(name)") else { return false }
            return data.range(of: Data(bytes)) != nil
        }
    }

    @Test func `an upload becomes a body of a record, and its content comes back`() async throws {
        let test = try TestService()
        defer { test.remove() }
        _ = try await test.accept(.sample(1, [.upsertParty("ana", name: "Ana")]))
        let item = try await put(test, "Dear Sirs, …")
        #expect(item.size == 14 && item.sealedSize == 42 && item.role == .unspecified)
        #expect(try await read(test, item.itemID) == "Dear Sirs, …")
        _ = try await test.accept(.sample(2, [note(item)]))
        let body = try #require(try await record(test).bodies.first)
        #expect(
            body.body.itemID == item.itemID && body.body.role == .text && body.personal.fileTitle == "Ana's letter.txt")
        #expect(!body.redacted && !body.erased && body.position > 0)
        #expect(try !holds(test, Array("Dear Sirs".utf8)) && !holds(test, Array("Ana's letter".utf8)))
        #expect(try await test.refusal(.sample(3, [note(item)])) == .bodyTaken)
        let pieces = try await test.service.getBody(.with { $0.itemID = item.itemID }, from: caller)
        #expect(pieces.body.role == .text)
        await test.stop()
    }

    @Test func `uploads are refused for what they say of themselves`() async throws {
        let test = try TestService()
        defer { test.remove() }
        _ = try await test.accept(.sample(1, [.upsertParty("ana", name: "Ana")]))
        let id = "01980000-0000-7000-8000-00000000abcd"
        _ = try await put(test, "one", id: id)
        #expect(await code { _ = try await put(test, "one", id: id) } == .bodyTaken)
        #expect(await code { _ = try await put(test, "one", for: "nobody") } == .referenceMissing)
        #expect(await code { _ = try await read(test, "01980000-0000-7000-8000-00000000dcba") } == .notFound)
        #expect(await code { _ = try await read(test, "x") } == .schemaInvalid)
        let bad: [(PutBodyBegin, ErrorCode)] = [
            (.with { $0.mediaType = "plain" }, .schemaInvalid),
            (.with { $0.mediaType = "text/plain; name=ana.txt" }, .schemaInvalid),
            (.with { $0.mediaType = "te xt/plain" }, .schemaInvalid),
            (
                .with {
                    $0.mediaType = "text/plain"
                    $0.size = 25_000_001
                }, .limitExceeded
            ),
            (
                .with {
                    $0.mediaType = "text/plain"
                    $0.itemID = "x"
                }, .schemaInvalid
            ),
            (
                .with {
                    $0.mediaType = "text/plain"
                    $0.subject = Reference(number: StreamNumber(1))
                    $0.subjectKind = .product
                }, .schemaInvalid
            ),
        ]
        for (begin, expected) in bad {
            #expect(await code { _ = try await test.service.putBody(begin, from: caller) } == expected, "\(begin)")
        }
        let less = try await test.service.putBody(
            .with {
                $0.mediaType = "text/plain; charset=utf-8"
                $0.size = 2
            }, from: caller)
        #expect(await code { _ = try await less.finish(contentHash: nil) } == .bodyMismatch)
        let stranger = CallerIdentity.uid(4_711)
        let plain = PutBodyBegin.with { $0.mediaType = "text/plain" }
        #expect(await code { _ = try await test.service.putBody(plain, from: stranger) } == .forbidden)
        #expect(
            await code { _ = try await test.service.getBody(.with { $0.itemID = id }, from: stranger) } == .forbidden)
        await test.stop()
    }

    /// What is left of a redaction after which the service died.
    private struct Redaction: Sendable {
        var item: BodyReference
        var other: BodyReference
        var wrappedKey: [UInt8]
        var position: UInt64
    }

    private func entry(_ test: TestService, _ item: BodyReference) throws -> BodyEntry {
        let id = try #require(Identifier(item.itemID))
        return try test.service.context.bodies.table.withLock { (table) throws(BodyStoreError) in
            try table.entry(of: id)
        }
    }

    /// Redacts one of two bodies, and puts its entry back as it is between the commit and the end of the key.
    private func redactAndDie(_ test: TestService) async throws -> Redaction {
        _ = try await test.accept(.sample(1, [.upsertParty("ana", name: "Ana")]))
        let (item, other) = (try await put(test, "the first letter"), try await put(test, "the second letter"))
        _ = try await test.accept(.sample(2, [note(item), note(other)]))
        let before = try entry(test, item)
        let sealed = try #require(
            FileManager.default.contents(atPath: test.service.context.bodies.sealedPath(Array(item.sealedSha256))))
        #expect(try holds(test, before.wrappedKey) && holds(test, [UInt8](sealed)))
        let accepted = try await test.accept(redaction(item, 3))
        #expect(accepted.events.map(\.kind) == [.bodyRedacted])
        #expect(try !holds(test, before.wrappedKey) && !holds(test, [UInt8](sealed.suffix(40))))
        #expect(await code { _ = try await read(test, item.itemID) } == .bodyRedacted)
        #expect(try await read(test, other.itemID) == "the second letter")
        #expect(try await test.accept(redaction(item, 3)).replayed)
        #expect(try await test.submit(redaction(item, 4)).unchanged.bodies.count == 1)
        #expect(Set(try await record(test).bodies.filter(\.redacted).map(\.body.itemID)) == [item.itemID])
        try test.service.context.bodies.table.withLock { (table) throws(BodyStoreError) in try table.put(before) }
        #expect(try holds(test, before.wrappedKey))
        #expect(await code { _ = try await read(test, item.itemID) } == .bodyRedacted)
        return Redaction(
            item: item, other: other, wrappedKey: before.wrappedKey, position: accepted.events[0].position)
    }

    @Test func `a redacted body leaves nothing behind, also where the service died before it was done`() async throws {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let redaction = try await TestService.running(in: path) { (test) async throws -> Redaction in
            try await redactAndDie(test)
        }
        try await TestService.running(in: path) { (test) async throws in
            #expect(try !holds(test, redaction.wrappedKey))
            #expect(try entry(test, redaction.item).body.redactedBy == Position(redaction.position))
            #expect(await code { _ = try await read(test, redaction.item.itemID) } == .bodyRedacted)
            #expect(try await read(test, redaction.other.itemID) == "the second letter")
        }
    }

    @Test func `what nobody refers to within a day is removed, and what somebody does is not`() async throws {
        let clock = ManualClock(.day(20_000), tick: 1)
        let test = try TestService(clock: clock)
        defer { test.remove() }
        _ = try await test.accept(.sample(1, [.upsertParty("ana", name: "Ana")]))
        let (kept, lost) = (try await put(test, "kept"), try await put(test, "lost"))
        _ = try await test.accept(.sample(2, [note(kept)]))
        clock.move(to: Instant.day(20_001))
        try test.service.keeper.settle()
        #expect(try await read(test, lost.itemID) == "lost")
        // From now on no command can refer to it; it stays for those that are under way.
        clock.move(to: Instant(microseconds: Instant.day(20_001).rawValue + 60_000_000))
        #expect(try await test.refusal(.sample(3, [note(lost)])) == .bodyUnknown)
        clock.move(to: Instant(microseconds: Instant.day(20_001).rawValue + 3_700_000_000))
        try test.service.keeper.settle()
        #expect(await code { _ = try await read(test, lost.itemID) } == .notFound)
        #expect(try await read(test, kept.itemID) == "kept")
        let status = try await test.service.status(StatusRequest(), from: caller).value
        #expect(status.bodies == 1 && status.unreferencedBodies == 0)
        await test.stop()
    }

    @Test func `an e-mail finds its ticket, through a restart`() async throws {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        func email(_ id: String, _ reply: String = "") -> EmailPersonal {
            .with {
                $0.messageID = id
                $0.inReplyTo = reply
            }
        }
        let opening = try await TestService.running(in: path) { (test) async throws -> BodyResult in
            _ = try await test.accept(.sample(1, [.upsertParty("ana", name: "Ana")]))
            let open = OpenTicket.with {
                $0.party = Reference(external: ExternalKey(system: "shop", key: "ana"))
                $0.personal.email = email("first@ana")
            }
            let accepted = try await test.accept(.sample(2, [.openTicket(open)]))
            #expect(try await test.refusal(.sample(3, [.openTicket(open)])) == .emailKnown)
            #expect(try !holds(test, Array("first@ana".utf8)))
            return try #require(accepted.bodies.first)
        }
        // The index is made anew from the log, with what is sealed in it.
        try FileManager.default.removeItem(atPath: path + "/data/index")
        try await TestService.running(in: path) { (test) async throws in
            let answer = RecordCustomerMessage.with {
                $0.message.text = "and?"
                $0.message.email = email("second@ana", "first@ana")
            }
            let accepted = try await test.accept(.sample(4, [.recordCustomerMessage(answer)]))
            #expect(accepted.bodies.first?.number == opening.number)
            #expect(try await test.accept(.sample(4, [.recordCustomerMessage(answer)])).replayed)
            #expect(try await test.refusal(.sample(5, [.recordCustomerMessage(answer)])) == .emailKnown)
        }
    }
}
