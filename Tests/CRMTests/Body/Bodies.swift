internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

extension Helpdesk {
    /// An item of the content store, for a command to refer to.
    mutating func item(of subject: StreamNumber, type: String = "text/plain") -> BodyInput {
        let id = scenario.freshID()
        scenario.bodies[id] = KnownBody(
            id: id, subject: subject, mediaType: type, size: 5_000, sealedSize: 5_028,
            sealedHash: [UInt8](repeating: 7, count: 32))
        return .with {
            $0.itemID = id.description
            $0.role = .attachment
            $0.personal.fileTitle = "passport of Ada.pdf"
        }
    }

    /// The id of an aggregate, as refusals name it.
    func id(of number: StreamNumber) -> String? { scenario.id(of: number)?.description }
}

/// A header of an e-mail.
func header(_ id: String, to reply: String = "", references: [String] = []) -> EmailPersonal {
    .with {
        $0.messageID = id
        $0.inReplyTo = reply
        $0.references = references
        $0.from = "ada@example.org"
        $0.to = ["support@example.com"]
        $0.subjectLine = "The kettle"
    }
}

/// Destroys an item.
func redact(_ item: BodyInput, of kind: AggregateKind, _ number: StreamNumber) -> RedactBody {
    .with {
        $0.kind = kind
        $0.target = Reference(number: number)
        $0.itemID = item.itemID
    }
}
