internal import Schema

/// Pipelines and opportunities for a person.
extension RecordText {
    // MARK: A pipeline

    func add(_ pipeline: PipelineRecord, to fields: inout FieldList) {
        fields.add("name", pipeline.content.name)
        fields.add("version", String(pipeline.version))
        if pipeline.isDefault { fields.add("default", "yes") }
        if pipeline.content.skippingAllowed { fields.add("skipping", "allowed") }
        for reason in pipeline.content.lossReasons {
            let label = reason.label == reason.key ? reason.key : "\(reason.key) (\(reason.label))"
            fields.add("loss reason", reason.notesRequired ? label + ", with notes" : label)
        }
        for mapping in pipeline.mappings { fields.add("mapped", "\(mapping.from) to \(mapping.to)") }
    }

    func table(_ pipeline: PipelineRecord) -> Table {
        var table = Table([
            ("stage", .left), ("label", .left), ("kind", .left), ("probability", .right), ("forecast", .left),
            ("days", .right), ("needs", .left),
        ])
        for stage in pipeline.content.stages {
            let needs = stage.requirements.map { Labels.of($0) }.joined(separator: ", ")
            table.add([
                stage.key, stage.label, Labels.of(stage.kind), percent(stage.probability), Labels.of(stage.category),
                stage.maxDays > 0 ? String(stage.maxDays) : "", needs,
            ])
        }
        return table
    }

    func cells(_ pipeline: PipelineRecord) -> [String] {
        [
            pipeline.content.name, String(pipeline.version),
            pipeline.content.stages.map(\.key).joined(separator: ", "), pipeline.isDefault ? "yes" : "",
        ]
    }

    // MARK: An opportunity

    func add(_ opportunity: OpportunityRecord, to fields: inout FieldList) {
        fields.add("status", Labels.of(opportunity.status))
        fields.add("name", opportunity.erased ? "(erased)" : opportunity.personal.name)
        fields.add("description", opportunity.personal.description_p)
        fields.add("party", opportunity.partyID)
        if opportunity.partnerNumber > 0 { fields.add("partner", "#\(opportunity.partnerNumber)") }
        fields.add("owner", owner(opportunity.owner))
        fields.add("pipeline", "#\(opportunity.pipelineNumber), version \(opportunity.pipelineVersion)")
        addStage(opportunity, to: &fields)
        addValue(opportunity, to: &fields)
        fields.add("channel", opportunity.channel)
        fields.add("lead source", opportunity.leadSource)
        for competitor in opportunity.competitorNumbers { fields.add("competitor", "#\(competitor)") }
        for role in opportunity.buyingRoles {
            fields.add("buying role", "#\(role.partyNumber) \(Labels.of(role.role))")
        }
        if opportunity.hasNextStep {
            let due = opportunity.nextStepDue.isEmpty ? "" : "\(opportunity.nextStepDue)  "
            fields.add("next step", due + (opportunity.erased ? "(erased)" : opportunity.nextStep.text))
        }
        fields.add("opened", opportunity.hasOpenedAt ? times.minute(opportunity.openedAt) : "not known")
        addEnd(opportunity, to: &fields)
    }

    private func addStage(_ opportunity: OpportunityRecord, to fields: inout FieldList) {
        let since = opportunity.hasStageSince ? " since \(times.minute(opportunity.stageSince))" : ""
        fields.add("stage", opportunity.stage + since)
        let set = " (set by hand)"
        fields.add(
            "probability", percent(opportunity.probability) + (opportunity.probabilityOverridden ? set : ""))
        fields.add("forecast", Labels.of(opportunity.category) + (opportunity.categoryOverridden ? set : ""))
        fields.add("close date", opportunity.closeDate)
        if opportunity.pushes > 0 { fields.add("pushes", String(opportunity.pushes)) }
    }

    private func addValue(_ opportunity: OpportunityRecord, to fields: inout FieldList) {
        guard opportunity.hasAmount else { return }
        let money = opportunity.amount
        let source = opportunity.amountFromLines ? " (sum of the lines)" : ""
        fields.add("amount", MoneyText.amount(money.minorUnits, money.currency) + source)
        if opportunity.hasWeighted { fields.add("weighted", MoneyText.amount(opportunity.weighted, money.currency)) }
    }

    private func addEnd(_ opportunity: OpportunityRecord, to fields: inout FieldList) {
        if opportunity.hasClosedAt { fields.add("closed", times.minute(opportunity.closedAt)) }
        fields.add("loss reason", opportunity.lossReason)
        if opportunity.lostToNumber > 0 { fields.add("lost to", "#\(opportunity.lostToNumber)") }
        if opportunity.orderNumber > 0 { fields.add("order", "#\(opportunity.orderNumber)") }
        fields.add("notes", opportunity.closing.notes)
        if opportunity.reopenings > 0 { fields.add("reopenings", String(opportunity.reopenings)) }
    }

    func tables(_ opportunity: OpportunityRecord, of record: Record) -> [String] {
        var lines: [String] = []
        if !opportunity.lines.isEmpty {
            var table = Table([
                ("line", .right), ("product", .right), ("quantity", .right), ("unit price", .right), ("net", .right),
            ])
            for line in opportunity.lines {
                table.add([
                    String(line.line), line.productNumber > 0 ? "#\(line.productNumber)" : "",
                    MoneyText.decimal(line.quantity), line.hasUnitPrice ? MoneyText.decimal(line.unitPrice) : "",
                    MoneyText.amount(line.net, opportunity.amount.currency),
                ])
            }
            lines += [""] + table.lines + older("lines", record)
        }
        var table = Table([("stage", .left), ("from", .left), ("to", .left)])
        for visit in opportunity.stages {
            table.add([
                visit.stage, visit.hasFrom ? times.minute(visit.from) : "", visit.hasTo ? times.minute(visit.to) : "",
            ])
        }
        return lines + [""] + table.lines + older("stages", record)
    }

    private func older(_ list: String, _ record: Record) -> [String] {
        [older(list, of: record)].filter { !$0.isEmpty }
    }

    func cells(_ opportunity: OpportunityRecord) -> [String] {
        let money = opportunity.amount
        return [
            Labels.of(opportunity.status), opportunity.stage,
            opportunity.erased ? "(erased)" : opportunity.personal.name,
            opportunity.hasAmount ? MoneyText.amount(money.minorUnits, money.currency) : "",
            percent(opportunity.probability), opportunity.closeDate,
        ]
    }

    // MARK: Values

    private func percent(_ probability: UInt32) -> String { "\(probability)%" }
}
