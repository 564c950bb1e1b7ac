import CRM
import HTTPTypes
import HummingbirdCore
import Schema
import Testing

@testable import HTTPFace

/// Which status each code has.
@Suite struct StatusTests {
    /// What a client has to know of; everything else would be news to it.
    private static let known: Set<Int> = [400, 403, 404, 409, 413, 422, 429, 500, 503, 507]

    private static let codes = ErrorCode.allCases.filter { $0 != .unspecified }

    @Test(arguments: codes)
    func `every code has a status that the document lists`(code: ErrorCode) {
        #expect(StatusTests.known.contains(StatusTable.status(of: code).code))
    }

    @Test(arguments: codes)
    func `what the service itself cannot do now is told from what the content may not do`(code: ErrorCode) {
        let status = StatusTable.status(of: code).code
        // Rules of the domain that time may mend keep the status of a conflict.
        if code.retryHelps { #expect([409, 429, 500, 503, 507].contains(status), "\(code.name)") }
        if status == 429 || status == 507 { #expect(code.retryHelps, "\(code.name)") }
    }

    @Test(arguments: [
        (ErrorCode.schemaInvalid, 400), (.unknownCommand, 400), (.forbidden, 403), (.notFound, 404),
        (.revisionConflict, 409), (.commandIDReused, 409), (.illegalTransition, 409), (.limitExceeded, 413),
        (.amountInvalid, 422), (.referenceMissing, 422), (.overloaded, 429), (.internal, 500), (.notYet, 503),
        (.readOnly, 503), (.diskFull, 507),
    ])
    func `the table is as it was promised`(code: ErrorCode, status: Int) {
        #expect(StatusTable.status(of: code).code == status)
    }

    @Test func `a refusal says when to come back where that helps, and only there`() {
        var overloaded = HTTPFailure(.init(.overloaded, "Later."))
        overloaded.refusal.detail.retryAfterMilliseconds = 2_100
        #expect(overloaded.answer(reflects: .init()).headers[.retryAfter] == "3")
        #expect(HTTPFailure(.init(.notYet, "Later.")).answer(reflects: .init()).headers[.retryAfter] == "1")
        #expect(HTTPFailure(.init(.notFound, "No.")).answer(reflects: .init()).headers[.retryAfter] == nil)
    }
}
