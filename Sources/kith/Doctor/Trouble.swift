internal import FoundationEssentials

/// Something about a service that is wrong, and what to type about it.
struct Trouble: Equatable, Encodable, Sendable {
    /// A stable word for programs, for example `diskNearlyFull`.
    var trouble: String
    /// What is wrong, in one sentence.
    var sentence: String
    /// What to type: it looks closer, or mends.
    var command: String

    init(_ trouble: String, _ sentence: String, type command: String) {
        self.trouble = trouble
        self.sentence = sentence
        self.command = command
    }

    /// A trouble of which the service has said itself what to type, at the end of its sentence.
    init(_ trouble: String, said text: String, else command: String) {
        let parts = text.components(separatedBy: " Type: ")
        self.init(trouble, parts[0], type: parts.count == 2 ? parts[1] : command)
    }

    /// The trouble in one line.
    var line: String {
        let sentence = sentence.replacing("\n", with: " ")
        return "\(sentence.hasSuffix(".") ? sentence : sentence + ".") Type: \(command)"
    }

    /// A path as a shell takes it.
    static func quoted(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "/", ".", "_", "-": true
            default: false
            }
        }
        return isPlain && !path.isEmpty ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }
}

/// From when on something counts as trouble.
enum Threshold {
    /// Bytes that the file system should have left: at ten million events a day an hour, and an erasure always fits.
    static let freeBytes: UInt64 = 1 << 30
    /// Part of the places for readers that may be taken.
    static let share = 0.8
    /// Seconds that a projection may be behind.
    static let lagSeconds: UInt64 = 60
    /// Commands that may wait: a tenth of what the service takes.
    static let waitingCommands: UInt64 = 5_000
    /// Items of the content store that may wait for their command; each is taken away after a day.
    static let unreferencedBodies: UInt64 = 1_000
}
