internal import HTTPTypes
internal import Schema

/// Which status each code of the registry has: data, not decisions.
///
/// What is not named is a rule of the domain that the content does not meet: 422.
enum StatusTable {
    /// The status of an answer that is this refusal.
    static func status(of code: ErrorCode) -> HTTPResponse.Status {
        HTTPResponse.Status(code: numbers[code] ?? domainRule)
    }

    /// The content is understood, and a rule of the domain does not allow it.
    static let domainRule = 422

    /// Codes with another status than `domainRule`.
    static let numbers: [ErrorCode: Int] = [
        // The request does not have the form of one.
        .schemaInvalid: 400, .unknownCommand: 400,
        .forbidden: 403, .selfGrant: 403, .selfApproval: 403,
        .notFound: 404,
        // The state of what the command is about stands in the way; another state would take it.
        .revisionConflict: 409, .commandIDReused: 409, .illegalTransition: 409, .terminalState: 409, .archived: 409,
        .mergedAway: 409, .erased: 409, .referenceTaken: 409, .staleSource: 409, .duplicateExact: 409,
        .openObligations: 409, .stageInUse: 409, .skuTaken: 409, .productRetired: 409, .documentNumberUsed: 409,
        .alreadyRedeemed: 409, .hasOpenWork: 409, .territoryOverlap: 409, .notEmpty: 409, .teamNameTaken: 409,
        .competitorExists: 409, .competitorRetired: 409, .marketExists: 409, .marketRetired: 409,
        .programmeOff: 409, .lotLocked: 409, .accountFrozen: 409, .causeAlreadyRewarded: 409, .alreadyMember: 409,
        .stockOut: 409, .fileSeen: 409, .cursorAhead: 409, .fieldExists: 409, .fieldInUse: 409, .lastAdmin: 409,
        .periodClosed: 409, .appointmentAhead: 409, .bodyMismatch: 409, .noTicketWaiting: 409, .bodyRedacted: 409,
        .bodyTaken: 409, .epochEnded: 409,
        .emailKnown: 409,
        .limitExceeded: 413,
        .overloaded: 429,
        .damaged: 500, .internal: 500, .backupFailed: 500,
        .readOnly: 503, .notYet: 503, .projectionParked: 503, .cancelled: 503,
        .diskFull: 507,
    ]
}
