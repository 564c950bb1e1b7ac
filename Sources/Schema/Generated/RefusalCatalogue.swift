// DO NOT EDIT. Made by tools/generate from the comments of schemas/kith/v1/refusals.proto.

extension ErrorCode {
    /// The code as the schema spells it, for example `SCHEMA_INVALID`; a number that this version does not know
    /// is spelt `CODE_` and the number.
    public var name: String {
        switch self {
        case .unspecified: "ERROR_CODE_UNSPECIFIED"
        case .schemaInvalid: "SCHEMA_INVALID"
        case .unknownCommand: "UNKNOWN_COMMAND"
        case .forbidden: "FORBIDDEN"
        case .notFound: "NOT_FOUND"
        case .revisionConflict: "REVISION_CONFLICT"
        case .commandIDReused: "COMMAND_ID_REUSED"
        case .illegalTransition: "ILLEGAL_TRANSITION"
        case .terminalState: "TERMINAL_STATE"
        case .archived: "ARCHIVED"
        case .mergedAway: "MERGED_AWAY"
        case .erased: "ERASED"
        case .referenceMissing: "REFERENCE_MISSING"
        case .referenceTaken: "REFERENCE_TAKEN"
        case .futureOccurredAt: "FUTURE_OCCURRED_AT"
        case .occurredOutOfOrder: "OCCURRED_OUT_OF_ORDER"
        case .periodClosed: "PERIOD_CLOSED"
        case .limitExceeded: "LIMIT_EXCEEDED"
        case .cycle: "CYCLE"
        case .currencyMismatch: "CURRENCY_MISMATCH"
        case .amountInvalid: "AMOUNT_INVALID"
        case .reasonRequired: "REASON_REQUIRED"
        case .staleSource: "STALE_SOURCE"
        case .overloaded: "OVERLOADED"
        case .diskFull: "DISK_FULL"
        case .readOnly: "READ_ONLY"
        case .identityRequired: "IDENTITY_REQUIRED"
        case .contactPointInvalid: "CONTACT_POINT_INVALID"
        case .duplicateExact: "DUPLICATE_EXACT"
        case .keyAccountNeedsManager: "KEY_ACCOUNT_NEEDS_MANAGER"
        case .openObligations: "OPEN_OBLIGATIONS"
        case .skuTaken: "SKU_TAKEN"
        case .priceOverlap: "PRICE_OVERLAP"
        case .productRetired: "PRODUCT_RETIRED"
        case .documentNumberUsed: "DOCUMENT_NUMBER_USED"
        case .overFulfil: "OVER_FULFIL"
        case .returnExceedsSold: "RETURN_EXCEEDS_SOLD"
        case .returnOtherCustomer: "RETURN_OTHER_CUSTOMER"
        case .returnOfUnknownSale: "RETURN_OF_UNKNOWN_SALE"
        case .mappingInvalid: "MAPPING_INVALID"
        case .fileSeen: "FILE_SEEN"
        case .cursorAhead: "CURSOR_AHEAD"
        case .zoneUnknown: "ZONE_UNKNOWN"
        case .lastAdmin: "LAST_ADMIN"
        case .selfGrant: "SELF_GRANT"
        case .notYet: "NOT_YET"
        case .projectionParked: "PROJECTION_PARKED"
        case .damaged: "DAMAGED"
        case .internal: "INTERNAL"
        case .cancelled: "CANCELLED"
        case .UNRECOGNIZED(let number): "CODE_\(number)"
        }
    }

    /// Whether sending the same again later can help.
    public var retryHelps: Bool {
        switch self {
        case .overloaded, .diskFull, .readOnly, .notYet, .internal: true
        default: false
        }
    }
}
