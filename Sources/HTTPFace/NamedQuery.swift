internal import CRM
internal import Schema
internal import SwiftProtobuf

/// A query with one answer, by its name in `Request` of the native protocol.
struct NamedQuery: Sendable {
    let name: String
    /// Name of the message that asks.
    let message: String
    /// Reads the JSON of the message.
    let read: @Sendable ([UInt8]) throws(Refusal) -> Request.OneOf_Request

    private init<M: Message>(_ name: String, _ wrap: @escaping @Sendable (M) -> Request.OneOf_Request) {
        self.name = name
        message = M.protoMessageName.split(separator: ".").last.map(String.init) ?? ""
        read = { bytes throws(Refusal) in wrap(try JSONForm.read(M.self, bytes)) }
    }

    /// Every query with one answer.
    static let all = [
        NamedQuery("get") { .get($0) },
        NamedQuery("list") { .list($0) },
        NamedQuery("customer") { .customer($0) },
        NamedQuery("status") { .status($0) },
        NamedQuery("pipeline") { .pipeline($0) },
        NamedQuery("opportunities") { .opportunities($0) },
        NamedQuery("loyalty") { .loyalty($0) },
        NamedQuery("programme") { .programme($0) },
        NamedQuery("targets") { .targets($0) },
        NamedQuery("tickets") { .tickets($0) },
        NamedQuery("service_figures") { .serviceFigures($0) },
        NamedQuery("recompute") { .recompute($0) },
        NamedQuery("ticket_clocks") { .ticketClocks($0) },
        NamedQuery("refusals") { .refusals($0) },
    ]

    /// The query with this name.
    static func named(_ name: String) -> NamedQuery? { all.first { $0.name == name } }
}
