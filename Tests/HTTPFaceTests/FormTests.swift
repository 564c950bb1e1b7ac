import CRM
import Foundation
import HTTPTypes
import Schema
import SwiftProtobuf
import Testing

@testable import HTTPFace

/// Messages as JSON, and requests as paths and parameters.
@Suite struct FormTests {
    private static func read<M: Message>(_ type: M.Type, _ text: String) -> Result<M, Refusal> {
        Result { () throws(Refusal) in try JSONForm.read(type, Array(text.utf8)) }
    }

    private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    // MARK: Reading

    @Test func `an unknown field is refused by its name`() {
        let result = FormTests.read(Command.self, #"{"id": "x", "bodys": []}"#)
        guard case .failure(let refusal) = result else { return #expect(Bool(false), "it was taken") }
        #expect(refusal.code == .schemaInvalid)
        #expect(refusal.detail.field == "bodys")
    }

    @Test(arguments: [
        #"{"kind": 999999}"#, #"{"kind": 99999999999}"#, #"{"kind": "AGGREGATE_KIND_NONSENSE"}"#, #"{"kind": -1}"#, "[",
        "[]", "{", #"{"limit": "x"}"#, #"{"limit": -1}"#, #"{"limit": 1.5}"#, #"{"descending": "true"}"#, "\u{FF}",
        #"{"kind": 10} {}"#, String(repeating: #"{"a":"#, count: 1_000),
    ])
    func `what is no such message is refused`(text: String) {
        guard case .failure(let refusal) = FormTests.read(ListRequest.self, text) else {
            return #expect(Bool(false), "it was taken")
        }
        #expect(refusal.code == .schemaInvalid)
    }

    @Test func `nothing at all stands for a message without fields`() throws {
        #expect(try JSONForm.read(StatusRequest.self, []) == StatusRequest())
        #expect(try FormTests.read(StatusRequest.self, "{}").get() == StatusRequest())
    }

    // MARK: Writing

    @Test func `defaults are shown, within lists and choices too, and absence stays absence`() throws {
        var response = ListResponse()
        var record = Record()
        record.id = "a\"b"
        record.kind = .order
        record.notes = [Note()]
        record.order.lines = [OrderLine()]
        response.records = [record]
        let object = try FormTests.object(try JSONForm.bytes(response))
        #expect(object["cursor"] as? String == "")
        let shown = try #require((object["records"] as? [[String: Any]])?.first)
        #expect(shown["id"] as? String == "a\"b")
        #expect(shown["number"] as? String == "0")
        #expect(shown["kind"] as? String == "AGGREGATE_KIND_ORDER")
        #expect((shown["tags"] as? [String])?.isEmpty == true)
        #expect(shown["occurredAt"] == nil)
        #expect(shown["party"] == nil)
        let note = try #require((shown["notes"] as? [[String: Any]])?.first)
        #expect(note["text"] as? String == "" && note["erased"] as? Bool == false)
        let order = try #require(shown["order"] as? [String: Any])
        #expect(order["status"] as? String == "ORDER_STATUS_UNSPECIFIED")
        #expect((order["lines"] as? [[String: Any]])?.first?.isEmpty == false)
    }

    @Test func `what was filled is read as the same message`() throws {
        var event = Event()
        event.position = 7
        event.kind = .orderPlaced
        event.payload.orderPlaced.currency = "EUR"
        event.subjects = [EventSubject(), EventSubject()]
        event.leafHash = Data([1, 2, 3])
        #expect(try Event(jsonUTF8Bytes: try JSONForm.bytes(event)) == event)
        #expect(try Event(jsonUTF8Bytes: try JSONForm.bytes(Event())) == Event())
    }

    @Test func `an answer stands without the frame of the protocol`() throws {
        var status = StatusResponse()
        status.version = "1"
        let object = try FormTests.object(try JSONForm.bytes(of: .status(status)))
        #expect(object["version"] as? String == "1")
        #expect(object["durablePosition"] as? String == "0")
        #expect(object["status"] == nil)
    }

    // MARK: Paths and parameters

    @Test func `a target is taken apart`() throws {
        let target = try RequestTarget("/v1/a%2Fb/x?name=J%C3%BCrg+M&flag&empty=")
        #expect(target.segments == ["v1", "a/b", "x"])
        #expect(target.parameters.map(\.name) == ["name", "flag", "empty"])
        #expect(target.parameters.map(\.value) == ["Jürg M", "", ""])
    }

    @Test(arguments: ["", "v1", "/%", "/%4", "/%zz", "/%FF", "/%00", "*"])
    func `a target that cannot be read is refused`(text: String) {
        #expect(throws: Refusal.self) { try RequestTarget(text) }
    }

    @Test func `parameters are a request`() throws {
        var form = RequestForm(of: "ListRequest")
        try form.set(kind: "price-book")
        try form.set(try RequestTarget("/?limit=7&descending=true&atLeast=9&sort=SORT_ORDER_CHANGED").parameters)
        let request = try JSONForm.read(ListRequest.self, form.bytes)
        #expect(request.kind == .priceBook && request.limit == 7 && request.descending && request.atLeast == 9)
        #expect(request.sort == .changed)

        var history = RequestForm(of: "HistoryRequest")
        try history.set(
            try RequestTarget("/?eventKinds=EVENT_KIND_ORDER_PLACED&eventKinds=EVENT_KIND_TAGGED&subject.number=5")
                .parameters)
        let asked = try JSONForm.read(HistoryRequest.self, history.bytes)
        #expect(asked.eventKinds == [.orderPlaced, .tagged] && asked.subject.number == 5)
    }

    @Test(arguments: ["?limits=1", "?limit=1&limit=2", "?limit.x=1", "?filters=a", "?filters.field=a"])
    func `a parameter that is no field of the request is refused`(query: String) throws {
        var form = RequestForm(of: "ListRequest")
        #expect(throws: Refusal.self) { try form.set(try RequestTarget("/" + query).parameters) }
    }

    @Test func `a reference is an id, a number, or a key of another system`() throws {
        func read(_ text: String) throws -> Reference {
            var form = RequestForm(of: "CustomerRequest")
            try form.set(reference: text, at: "party")
            return try JSONForm.read(CustomerRequest.self, form.bytes).party
        }
        #expect(try read("0198-x").id == "0198-x")
        #expect(try read("42").number == 42)
        let external = try read("shop:a:\"b\"").external
        #expect(external.system == "shop" && external.key == "a:\"b\"")
    }

    // MARK: Preconditions

    @Test func `a precondition is what the one body expects`() throws {
        var command = Command()
        command.bodies = [CommandBody()]
        try Precondition([.ifMatch: "\"7\""])?.apply(to: &command)
        #expect(command.bodies[0].expectedRevision == 7)
        #expect(throws: Refusal.self) { try Precondition([.ifMatch: "\"8\""])?.apply(to: &command) }
        var absent = Command()
        absent.bodies = [CommandBody()]
        try Precondition([.ifNoneMatch: "*"])?.apply(to: &absent)
        #expect(absent.bodies[0].hasExpectedRevision && absent.bodies[0].expectedRevision == 0)
        var two = Command()
        two.bodies = [CommandBody(), CommandBody()]
        #expect(throws: Refusal.self) { try Precondition([.ifMatch: "\"7\""])?.apply(to: &two) }
        #expect(try Precondition([:]) == nil && Precondition([.ifMatch: "*"]) == nil)
        for field in ["7", "\"x\"", "\"1\", \"2\""] {
            #expect(throws: Refusal.self) { try Precondition([.ifMatch: field]) }
        }
    }
}
