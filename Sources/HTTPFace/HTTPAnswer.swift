internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import Service
internal import SwiftProtobuf

/// What goes back: status, header fields, body. (`Response` is a message of the schema.)
typealias HTTPAnswer = HummingbirdCore.Response

/// The media types that are spoken.
enum MediaType {
    static let json = "application/json"
    static let lines = "application/x-ndjson"
    static let events = "text/event-stream"
}

extension HTTPField.Name {
    /// A name that stands in the program.
    static func own(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(parsed: name) else { preconditionFailure("\(name) is no name of a field") }
        return name
    }

    /// Epoch that an answer reflects.
    static let kithEpoch = own("kith-epoch")
    /// Position that an answer reflects.
    static let kithPosition = own("kith-position")
    /// Events by which the view is behind the log.
    static let kithLagEvents = own("kith-lag-events")
    /// Microseconds by which the view is behind the log.
    static let kithLagMicroseconds = own("kith-lag-microseconds")
    /// How the view stands to the log.
    static let kithState = own("kith-state")
}

extension HTTPAnswer {
    /// A message in JSON.
    static func message(_ message: some Message, reflects: Reflects) throws -> HTTPAnswer {
        json(try JSONForm.bytes(message), reflects: reflects)
    }

    /// JSON that was written already. It ends with its line, for whoever reads it in a terminal.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, reflects: Reflects?) -> HTTPAnswer {
        HTTPAnswer(
            status: status, headers: fields(MediaType.json, reflects: reflects),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes + [UInt8(ascii: "\n")])))
    }

    /// A text of this type, about no view.
    static func text(_ text: String, status: HTTPResponse.Status = .ok, type: String) -> HTTPAnswer {
        HTTPAnswer(
            status: status, headers: fields(type, reflects: nil),
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// The header fields of an answer of this type.
    static func fields(_ type: String, reflects: Reflects?) -> HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = type
        fields[.cacheControl] = "no-store"
        guard let reflects else { return fields }
        fields[.kithEpoch] = String(reflects.epoch)
        fields[.kithPosition] = String(reflects.position)
        fields[.kithLagEvents] = String(reflects.lagEvents)
        fields[.kithLagMicroseconds] = String(reflects.lagMicroseconds)
        fields[.kithState] = name(of: reflects.state)
        return fields
    }

    private static func name(of state: ProjectionState) -> String {
        switch state {
        case .live: "live"
        case .catchingUp: "catching-up"
        case .rebuilding: "rebuilding"
        case .parked: "parked"
        case .unspecified, .UNRECOGNIZED: "unknown"
        }
    }
}

/// A definite no with its status.
struct HTTPFailure: Error {
    var status: HTTPResponse.Status
    var refusal: Refusal
    /// Header fields beside the usual ones.
    var fields = HTTPFields()

    /// A refusal with the status of its code.
    init(_ refusal: Refusal) {
        self.refusal = refusal
        status = StatusTable.status(of: refusal.code)
    }

    /// A refusal for which HTTP has a status of its own.
    init(_ status: HTTPResponse.Status, _ refusal: Refusal) {
        self.refusal = refusal
        self.status = status
    }

    /// The answer: the refusal as JSON, and when to come back where that can help.
    func answer(reflects: Reflects) -> HTTPAnswer {
        // A stranger gets to know nothing, not even how long the log is.
        let reflects = status == .unauthorized ? nil : reflects
        var answer = HTTPAnswer.json(JSONForm.bytes(of: refusal.answer), status: status, reflects: reflects)
        for field in fields { answer.headers.append(field) }
        if refusal.code.retryHelps {
            let milliseconds = max(refusal.detail.retryAfterMilliseconds, HTTPLimits.retryMilliseconds)
            answer.headers[.retryAfter] = String((milliseconds + 999) / 1_000)
        }
        return answer
    }
}
