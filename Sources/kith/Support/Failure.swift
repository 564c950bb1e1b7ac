internal import KithClient
internal import Schema

/// Why a command of the command line did not do what it was asked: decides the exit code.
struct Failure: Error, Equatable, Sendable {
    /// The exit code of wrong use: arguments, files or mappings that cannot be used.
    static let wrongUseCode: Int32 = 2

    /// 1 refused, 2 wrong use, 3 service not reachable.
    var exitCode: Int32
    /// A code of the service's table of refusals, or empty.
    var code: String
    /// What happened and what to do about it; empty where everything was said before.
    var sentence: String

    /// The service, or a check before it, said no.
    static func refused(_ sentence: String, code: String = "") -> Failure {
        Failure(exitCode: 1, code: code, sentence: sentence)
    }

    /// The refusal of the service.
    static func refused(_ detail: ErrorDetail) -> Failure {
        var sentence = detail.sentence
        if !detail.field.isEmpty { sentence += " (field \(detail.field))" }
        return Failure(exitCode: 1, code: detail.code.label, sentence: sentence)
    }

    /// Arguments, files or mappings that cannot be used.
    static func wrongUse(_ sentence: String, code: String = "") -> Failure {
        Failure(exitCode: wrongUseCode, code: code, sentence: sentence)
    }

    /// No service answers, or it went away.
    static func notReachable(_ sentence: String) -> Failure {
        Failure(exitCode: 3, code: "", sentence: sentence)
    }

    /// Something was refused, and has been reported already.
    static let reported = Failure(exitCode: 1, code: "", sentence: "")

    /// The line for standard error; nil where there is nothing more to say.
    var text: String? {
        if sentence.isEmpty { return nil }
        return code.isEmpty ? "kith: \(sentence)" : "kith: \(code): \(sentence)"
    }

    /// The failure that an error of the client stands for.
    init(_ error: KithClientError) {
        if let detail = error.detail, detail.code == .cancelled {
            // Nobody here cancels a request: the service does when it stops.
            self = .notReachable("The service ended the request, as it is stopping.")
        } else if let detail = error.detail {
            self = .refused(detail)
        } else if error.code == .tooLarge {
            self = .refused(error.message, code: ErrorCode.limitExceeded.label)
        } else {
            self = .notReachable(error.message)
        }
    }

    init(exitCode: Int32, code: String, sentence: String) {
        self.exitCode = exitCode
        self.code = code
        self.sentence = sentence
    }
}
