/// Currencies by their alphabetic code (ISO 4217).
package enum CurrencyCode {
    /// How many decimals the currency's minor unit has: 2 for `USD`, 0 for `JPY`; nil for an unknown code and for
    /// codes without a minor unit (metals, funds' units, `XXX`).
    ///
    /// Codes withdrawn since 2010 are known, because imported history names them.
    package static func minorDigits(_ code: String) -> Int? {
        digitsByCode[code]
    }

    /// How many decimals amounts of a currency are shown with: those of its minor unit, two where the code is not known.
    package static func shownDigits(_ code: String) -> Int { minorDigits(code) ?? 2 }

    /// Whether money can be in this currency. Codes are in capitals.
    package static func isKnown(_ code: String) -> Bool {
        digitsByCode[code] != nil
    }

    private static let codesByDigits: [(digits: Int, codes: String)] = [
        (
            0,
            """
            BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF BYR
            """
        ),
        (
            2,
            """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
            CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
            HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
            MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
            SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
            VES WST XAD XCD XCG YER ZAR ZMW ZWG
            ANG BGN CUC EEK HRK LTL LVL MRO SLL STD VEF ZMK ZWL
            """
        ),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    ]

    private static let digitsByCode: [String: Int] = {
        var table: [String: Int] = [:]
        for (digits, codes) in codesByDigits {
            for code in codes.split(whereSeparator: \.isWhitespace) { table[String(code)] = digits }
        }
        return table
    }()
}
