internal import Schema

/// Interactions, exchange rates and the organisation's settings for a person.
extension RecordText {
    func add(_ interaction: InteractionRecord, to fields: inout FieldList) {
        fields.add("channel", interaction.channel)
        fields.add("direction", Labels.of(interaction.direction))
        if interaction.hasStart { fields.add("start", times.minute(interaction.start)) }
        if interaction.hasEnd { fields.add("end", times.minute(interaction.end)) }
        if interaction.hasDurationSeconds { fields.add("took", duration(interaction.durationSeconds)) }
        fields.add("purpose", Labels.of(interaction.purpose))
        fields.add("outcome", Labels.of(interaction.outcome))
        fields.add("sentiment", Labels.of(interaction.sentiment))
        if interaction.employeeNumber > 0 { fields.add("employee", "#\(interaction.employeeNumber)") }
        for party in interaction.parties { fields.add("party", "#\(party.partyNumber) \(Labels.of(party.role))") }
        for link in interaction.links { fields.add("about", "\(Labels.of(link.kind)) #\(link.number)") }
        fields.add("subject", interaction.content.subjectLine)
        fields.add("text", hidden(interaction) ?? interaction.content.text)
    }

    /// What the subject of an interaction is called in a list.
    func subject(_ interaction: InteractionRecord) -> String {
        hidden(interaction) ?? interaction.content.subjectLine
    }

    /// Why a text is not shown; nil where it is, or where there is none.
    private func hidden(_ interaction: InteractionRecord) -> String? {
        if interaction.redacted { return "(redacted)" }
        return interaction.erased ? "(erased)" : nil
    }

    /// For example `1 h 02 min 05 s`; hours and minutes only where there are any.
    private func duration(_ seconds: UInt64) -> String {
        let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60)
        var text = hours > 0 ? "\(hours) h " : ""
        if hours > 0 || minutes > 0 { text += "\(TimeText.padded(Int(minutes), hours > 0 ? 2 : 1)) min " }
        return text + "\(TimeText.padded(Int(rest), text.isEmpty ? 1 : 2)) s"
    }

    func add(_ rates: ExchangeRatesRecord, of record: Record, to fields: inout FieldList) {
        fields.add("from", rates.from)
        fields.add("to", rates.to)
        fields.add("rates", older("rates", of: record))
    }

    func table(_ rates: ExchangeRatesRecord) -> Table {
        var table = Table([("from day", .left), ("1 \(rates.from) in \(rates.to)", .right), ("published by", .left)])
        for rate in rates.rates { table.add([rate.date, MoneyText.decimal(rate.rate), rate.rateSource]) }
        return table
    }

    func add(_ organisation: OrganisationRecord, to fields: inout FieldList) {
        fields.add("name", organisation.name)
        fields.add("zone", "\(organisation.zone) (rules \(organisation.zoneRulesVersion))")
        fields.add("currency", organisation.currency)
        fields.add("reporting currency", organisation.reportingCurrency)
        fields.add("locale", organisation.locale)
        if organisation.hasFiscalCalendar { fields.add("fiscal year", text(organisation.fiscalCalendar)) }
        for channel in organisation.channels {
            fields.add("channel", channel.label.isEmpty ? channel.code : "\(channel.code) (\(channel.label))")
        }
        for period in organisation.closedPeriods {
            let from = period.from.isEmpty ? "everything" : "from \(period.from)"
            fields.add(
                "closed",
                "\(from) to \(period.through), by #\(period.closedByNumber) at \(times.minute(period.closedAt))")
        }
    }

    private func text(_ calendar: FiscalCalendar) -> String {
        let day = "\(TimeText.padded(Int(calendar.firstMonth), 2))-\(TimeText.padded(Int(calendar.firstDay), 2))"
        return "begins on \(day), named by the year in which it \(calendar.namedByEnd ? "ends" : "begins")"
    }
}
