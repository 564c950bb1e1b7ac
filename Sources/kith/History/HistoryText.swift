internal import Schema
internal import SwiftProtobuf

/// One event on one line, for a person: columns of fixed width, as events come without end.
struct HistoryText {
    /// How times are written for the reader.
    var times: ZonedTimeText

    func line(_ event: Event) -> String {
        let stream = "\(Labels.of(event.streamKind)) #\(event.streamNumber) r\(event.revision)"
        let command = "\(event.commandIndex + 1)/\(event.commandCount)"
        return [
            leftPadded(String(event.position), 9), times.exact(event.recordedAt),
            times.minute(event.occurredAt), padded(Labels.of(event.kind), 22), padded(stream, 22),
            padded(command, 5), Table.printable(payload(event)),
        ].joined(separator: "  ")
    }

    private func payload(_ event: Event) -> String {
        var parts: [String] = []
        if event.hasPayload, let json = try? event.payload.jsonString() { parts.append(inner(json)) }
        for subject in event.subjects {
            if subject.erased {
                parts.append("(erased)")
            } else if subject.hasPersonal, let json = try? subject.personal.jsonString() {
                parts.append("personal \(inner(json))")
            }
        }
        return parts.joined(separator: " ")
    }

    /// The payload without the object around it that repeats the kind.
    private func inner(_ json: String) -> String {
        guard json.hasPrefix("{\""), json.hasSuffix("}"), let colon = json.firstIndex(of: ":") else { return json }
        return String(json[json.index(after: colon)..<json.index(before: json.endIndex)])
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func leftPadded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
