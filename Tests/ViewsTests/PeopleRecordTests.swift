internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct PeopleRecordTests {
    private func hired(_ log: inout LogSketch, name: String = "Bo Chen") throws -> StreamNumber {
        let stream = StreamNumber(log.next.rawValue)
        return try log.begin(
            .employee,
            .employeeHired(
                .with {
                    $0.hasName_p = true
                    $0.contactPoints = [
                        .with {
                            $0.kind = .email; $0.normalised = true
                        }, .with { $0.kind = .mobile },
                    ]
                    $0.externalCount = 1
                    $0.roles = ["sales"]
                    $0.teamNumbers = [90]
                    $0.language = "en"
                }), at: .day(1), subjects: [(stream, .self_)],
            personal: .employeeHired(
                .with {
                    $0.name.display = name
                    $0.contactPoints = [.with { $0.value = "bo@firm.example" }, .with { $0.value = "0151" }]
                    $0.external = [.of("hr", "P-1")]
                }))
    }

    @Test func `an employee's record shows what the events say, and its sealed parts when they are opened`() throws {
        var log = LogSketch()
        let bo = try hired(&log)
        try log.append(bo, .roleAssigned(.with { $0.role = "manager" }), subjects: [(bo, .self_)])
        try log.append(bo, .roleUnassigned(.with { $0.role = "sales" }), subjects: [(bo, .self_)])
        try log.append(
            bo,
            .teamJoined(
                .with {
                    $0.teamNumber = 90
                    $0.lead = true
                    $0.memberBefore = true
                }), subjects: [(bo, .self_)])
        try log.append(
            bo,
            .capacitySet(
                .with {
                    $0.kind = .party
                    $0.most = 7
                }), subjects: [(bo, .self_)])
        var sealed = try #require(try Directory.record(bo, in: try log.fold(Directory.self)))
        #expect(!sealed.record.employee.hasName)
        var record = try log.opened(sealed)
        #expect(record.employee.name.display == "Bo Chen" && record.employee.active)
        #expect(record.employee.contactPoints.map(\.personal.value) == ["bo@firm.example", "0151"])
        #expect(record.employee.contactPoints.map(\.normalised) == [true, false])
        #expect(record.external == [.of("hr", "P-1")])
        #expect(record.employee.roles == ["manager"] && record.employee.capacities.map(\.most) == [7])
        #expect(record.employee.teams.map(\.teamNumber) == [90] && record.employee.teams[0].lead)
        #expect(Instant(record.employee.hiredAt) == .day(1))

        try log.append(
            bo,
            .employeeChanged(
                .with {
                    $0.nameReplaced = true
                    $0.hasName_p = true
                    $0.contactPointsReplaced = true
                    $0.language = "de"
                }), subjects: [(bo, .self_)], personal: .employeeChanged(.with { $0.name.display = "Bo Lindt" }))
        try log.append(
            bo, .employeeDeactivated(.with { $0.teamNumbers = [90] }), at: .day(9), subjects: [(bo, .self_)])
        sealed = try #require(try Directory.record(bo, in: try log.fold(Directory.self)))
        record = try log.opened(sealed)
        #expect(record.employee.name.display == "Bo Lindt" && record.employee.contactPoints.isEmpty)
        #expect(!record.employee.active && record.employee.teams.isEmpty && record.employee.language == "de")
        #expect(Instant(record.employee.deactivatedAt) == .day(9))
        record.markErased(try #require(sealed.sealed.first))
        #expect(record.employee.erased)
    }

    @Test func `a party's record shows its owner and its territory, also in the view of one customer`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.with { $0.name = .of("A") }))
        try log.append(
            party,
            .territoryAssigned(
                .with {
                    $0.territoryNumber = 71
                    $0.pinned = true
                }), at: .day(2))
        try log.append(party, .ownerAssigned(.with { $0.owner.employeeNumber = 70 }), at: .day(3))
        let record = try #require(try Directory.record(party, in: try log.fold(Directory.self))).record
        #expect(record.party.owner.employeeNumber == 70 && Instant(record.party.ownerSince) == .day(3))
        #expect(record.party.territoryNumber == 71 && record.party.territoryPinned)
        _ = try log.fold(Customer360.self)
        try log.append(party, .ownerAssigned(.with { $0.ownerBefore.employeeNumber = 70 }))
        let after = try #require(try Directory.record(party, in: try log.fold(Directory.self))).record
        #expect(!after.party.hasOwner && !after.party.hasOwnerSince)
    }

    @Test func `teams and territories have records`() throws {
        var log = LogSketch()
        let team = try log.begin(.team, .teamDefined(.with { $0.name = "Sales" }))
        try log.append(
            team,
            .teamChanged(
                .with {
                    $0.name = "Sales North"
                    $0.parentNumber = 5
                }))
        try log.append(team, .teamRetired(.with { $0.name = "Sales North" }))
        let territory = try log.begin(
            .territory,
            .territoryDefined(
                .with {
                    $0.name = "North"
                    $0.rules = [.with { $0.country = "DE" }]
                    $0.owner.teamNumber = team.rawValue
                }))
        try log.append(territory, .ownerAssigned(.with { $0.owner.employeeNumber = 70 }))
        let store = try log.fold(Directory.self)
        let first = try #require(try Directory.record(team, in: store)).record
        #expect(first.team.name == "Sales North" && first.team.parentNumber == 5 && first.team.retired)
        let second = try #require(try Directory.record(territory, in: store)).record
        #expect(second.territory.name == "North" && second.territory.rules.map(\.country) == ["DE"])
        #expect(second.territory.owner.employeeNumber == 70)
    }

    @Test func `an offer counts its coupons, and a coupon shows its code and its end`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.with { $0.name = .of("A") }))
        let offer = try log.begin(
            .offer,
            .offerPublished(
                .with {
                    $0.terms.name = "Ten off"; $0.terms.benefit.percent.unscaled = 10
                }))
        var coupons: [StreamNumber] = []
        for code in ["ONE-1", "TWO-2"] {
            let issued = OfferIssued.with {
                $0.offerNumber = offer.rawValue
                $0.partyNumber = party.rawValue
                $0.hasCode_p = true
            }
            coupons.append(
                try log.begin(
                    .coupon, .offerIssued(issued), subjects: [(party, .customer)],
                    personal: .offerIssued(.with { $0.coupon.code = code })))
        }
        try log.append(
            coupons[0], .offerRedeemed(.with { $0.orderNumber = 44 }), at: .day(4), subjects: [(party, .customer)])
        try log.append(coupons[1], .couponWithdrawn(CouponWithdrawn()), subjects: [(party, .customer)])
        let store = try log.fold(Directory.self)
        let record = try #require(try Directory.record(offer, in: store)).record
        #expect(record.offer.issued == 1 && record.offer.redeemed == 1 && record.revision == 1)
        #expect(record.offer.status == .published && record.offer.benefit.percent.unscaled == 10)
        let coupon = try log.opened(try #require(try Directory.record(coupons[0], in: store)))
        #expect(coupon.coupon.personal.code == "ONE-1" && coupon.coupon.status == .redeemed)
        #expect(coupon.coupon.orderNumber == 44 && Instant(coupon.coupon.redeemedAt) == .day(4))
        #expect(coupon.coupon.partyID == LogSketch.id(of: party).description)
        try log.append(offer, .offerChanged(.with { $0.terms.name = "Twenty off" }))
        let changed = try #require(try Directory.record(offer, in: try log.fold(Directory.self))).record
        #expect(changed.offer.name == "Twenty off" && changed.offer.issued == 1)
    }
}
