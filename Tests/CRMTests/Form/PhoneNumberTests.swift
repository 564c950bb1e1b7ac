internal import Testing

@testable import CRM

@Suite struct PhoneNumberTests {
    @Test(
        arguments: [
            ("+442079460958", "+442079460958", nil),
            (" +44 20 7946 0958 ", "+442079460958", nil),
            ("+44 (0)20 7946-0958", "+442079460958", nil),
            ("+39 06 1234 5678", "+390612345678", nil),
            ("＋４４　２０　７９４６　０９５８", "+442079460958", nil),
            ("+٤٤ ٢٠ ٧٩٤٦ ٠٩٥٨", "+442079460958", nil),
            ("+४४ २० ७९४६ ०९५८", "+442079460958", nil),
            ("tel:+44-20-7946-0958", "+442079460958", nil),
            ("TEL: +44.20.7946.0958;ext=12", "+442079460958", "12"),
            ("tel:2079460958;phone-context=+44", "+442079460958", nil),
            ("\u{202A}+44\u{A0}20\u{2011}7946\u{2212}0958\u{202C}", "+442079460958", nil),
            ("+1 (415) 555-2671 ext. 12", "+14155552671", "12"),
            ("+1 415 555 2671 x12", "+14155552671", "12"),
            ("+1/415/555/2671 #12", "+14155552671", "12"),
            ("+7 495 123-45-67 доб. 89", "+74951234567", "89"),
            ("+86 10 8888 8888 转 123", "+861088888888", "123"),
            ("+81 3-1234-5678 内線：１２", "+81312345678", "12"),
            ("+683 4002", "+6834002", nil),
        ] as [(String, String, String?)])
    func `international forms become E.164`(text: String, e164: String, extensionDigits: String?) {
        #expect(
            PhoneNumber.normaliseInternational(text) == NormalisedPhone(e164: e164, extensionDigits: extensionDigits))
    }

    @Test(arguments: [
        "", " ", "+", "tel:", "tel:+", "020 7946 0958", "0044 20 7946 0958", "011 44 20 7946 0958", "+999 123 456 789",
        "+0 123 456 789", "+01 415 555 2671", "+44 123", "+1234567890123456", "++44 20 7946 0958",
        "+44 20 7946 0958 ext.",
        "+44 20 7946 0958 ext. 12a", "+44 20 7946 0958 or 0959", "+1 800 FLOWERS", "tel:123;phone-context=example.com",
        "+44 20 7946 0958 x123456789012345678901", "call +44 20 7946 0958",
    ])
    func `anything else is left to the caller to keep as given`(text: String) {
        #expect(PhoneNumber.normaliseInternational(text) == nil)
    }

    private struct Row: Decodable {
        struct Input: Decodable {
            var `in`: String
            var e164: String
            var ext: String?
        }

        var inputs: [Input]
    }

    @Test(.enabled(if: ReferenceRows.arePresent))
    func `every international form of the reference numbers agrees, and no national form is taken`() throws {
        var compared = 0
        for input in try ReferenceRows.read(Row.self, from: "phones.jsonl").flatMap(\.inputs) {
            let phone = PhoneNumber.normaliseInternational(input.in)
            if input.in.hasPrefix("+") || input.in.hasPrefix("tel:+") || input.in.hasPrefix("＋") {
                #expect(phone == NormalisedPhone(e164: input.e164, extensionDigits: input.ext), "\(input.in)")
                compared += 1
            } else {
                #expect(phone == nil, "\(input.in)")
            }
        }
        #expect(compared == 3_246)
    }
}
