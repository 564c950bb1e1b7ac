internal import Schema

extension PartyDetail {
    /// Refuses what is not a detail.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func check() throws(Refusal) {
        guard country.isEmpty || CountryCode.isKnown(country) else {
            throw Refusal(
                .schemaInvalid, "detail.country is not a country code of two capitals (ISO 3166-1), for example CN.",
                field: "detail.country")
        }
        try FormCheck.language(language, "detail.language")
        try FormCheck.count(roles.count, "detail.roles", maximum: Limits.partyRoles)
        for (index, role) in roles.enumerated() {
            try FormCheck.required(role, "detail.roles[\(index)]", maximum: Limits.wordBytes)
        }
    }

    /// The detail after a change: what is absent stays, what is to be emptied goes.
    func changed(by change: PartyDetail, clear: [String]) -> PartyDetail {
        var detail = self
        if clear.contains("country") {
            detail.country = ""
        } else if !change.country.isEmpty {
            detail.country = change.country
        }
        if clear.contains("language") {
            detail.language = ""
        } else if !change.language.isEmpty {
            detail.language = change.language
        }
        if clear.contains("roles") {
            detail.roles = []
        } else if !change.roles.isEmpty {
            detail.roles = change.roles
        }
        return detail
    }
}
