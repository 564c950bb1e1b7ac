internal import Schema

/// The products of demo data.
struct DemoCatalogue: Sendable {
    private static let categories: [(path: String, nouns: [String], cents: Int)] = [
        ("kitchen/tea", ["green tea", "smoked tea", "mint tea", "oolong", "matcha"], 900),
        ("kitchen/ware", ["teapot", "kettle", "cup", "bamboo whisk", "serving tray"], 2_400),
        ("home/light", ["reading lamp", "lantern", "candle holder", "string of lights"], 3_900),
        ("home/textile", ["wool blanket", "linen napkin", "cushion", "door mat"], 3_200),
        ("office/paper", ["notebook", "sketch pad", "wall calendar", "envelope set"], 700),
        ("office/writing", ["fountain pen", "brush pen", "ink bottle", "pencil case"], 1_800),
        ("garden", ["watering can", "seed box", "bird feeder", "pruning knife"], 2_100),
        ("toys", ["wooden train", "kite", "puzzle", "spinning top"], 1_500),
    ]
    private static let qualities = ["small", "large", "classic", "travel", "festive", "plain", "premium"]

    let seed: UInt64
    let count: Int

    static func key(_ product: Int) -> ExternalKey {
        var key = ExternalKey()
        key.system = DemoParties.system
        key.key = sku(product)
        return key
    }

    private static func sku(_ product: Int) -> String { "SKU-\(product + 1)" }

    /// Price of one in cents of the catalogue.
    func price(_ product: Int) -> Int {
        var random = DemoGenerator(seed, 4, UInt64(product))
        let base = Self.categories[product % Self.categories.count].cents
        return base / 2 + random.below(base)
    }

    /// Cost of one in cents of the catalogue.
    func cost(_ product: Int) -> Int {
        var random = DemoGenerator(seed, 5, UInt64(product))
        return price(product) * (45 + random.below(30)) / 100
    }

    /// The command that makes the product known.
    func definition(_ product: Int) -> UpsertProduct {
        let category = Self.categories[product % Self.categories.count]
        let variant = product / Self.categories.count
        let quality = Self.qualities[variant / category.nouns.count % Self.qualities.count]
        let series = variant / (category.nouns.count * Self.qualities.count)
        var define = UpsertProduct()
        define.key = Self.key(product)
        define.sku = Self.sku(product)
        define.detail.name = "\(quality) \(category.nouns[variant % category.nouns.count])"
        if series > 0 { define.detail.name += " no. \(series + 1)" }
        define.detail.category = category.path
        define.detail.unit = "piece"
        define.detail.unitCost.unscaled = Int64(cost(product))
        define.detail.unitCost.scale = 2
        define.detail.costCurrency = "USD"
        return define
    }

    /// A product that is bought: some far more often than others.
    func drawn(_ random: inout DemoGenerator) -> Int {
        let share = random.unit()
        return min(count - 1, Int(share * share * Double(count)))
    }
}
