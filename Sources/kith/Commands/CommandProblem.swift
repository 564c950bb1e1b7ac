internal import Schema
internal import SwiftProtobuf

/// Why a line is no command, said so that whoever wrote it can mend it.
enum CommandProblem {
    /// A sentence for a line that the decoder refused. It never repeats values of the line.
    static func sentence(_ line: [UInt8], _ error: any Error) -> String {
        do throws(JSONParser.Problem) {
            guard case .object = try JSONParser.parse(line) else {
                return "the line is no command: it is not a JSON object; write one object per line, {…}"
            }
        } catch {
            // The decoder does not say where it was; the parser of this program does.
            if error.message.hasPrefix("is ") { return "the line \(error.message); a command is never so" }
            return "the line is no JSON: \(error.message); write one whole JSON object per line"
        }
        guard let error = error as? JSONDecodingError else { return "the line is no command: \(form)" }
        return "the line is no command: \(JSONProblem.reason(error) ?? form)"
    }

    /// A sentence for a command that was decoded, and that the schema does not know.
    static func sentence(_ defect: FormDefect) -> String {
        "the line is no command: \(JSONProblem.reason(defect) ?? form)"
    }

    private static let form = "it does not have the form of a command; compare it with 'kith help submit'"
}
