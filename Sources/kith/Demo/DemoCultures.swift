extension DemoCulture {
    /// The parts of the world that demo data come from. The lists are made up for this purpose; whoever is called
    /// like one of them is not meant.
    static let all: [DemoCulture] = [
        DemoCulture(
            country: "CN", language: "zh-Hans", currency: "CNY", priceFactor: 7, familyFirst: true, separator: "",
            given: words(
                "伟|wei 芳|fang 秀英|xiuying 娜|na 静怡|jingyi 建国|jianguo 志强|zhiqiang 丽华|lihua 子涵|zihan 浩然|haoran 梓萱|zixuan 宇轩|yuxuan"
            ),
            family: words("王|wang 李|li 张|zhang 刘|liu 陈|chen 杨|yang 赵|zhao 黄|huang 周|zhou 吴|wu 欧阳|ouyang 司马|sima"),
            phonePrefix: "+86138",
            cities: cities(
                "北京市/朝阳区/1000/110105;上海市/浦东新区/2001/310115;广州市/天河区/5106/440106;深圳市/南山区/5180/440305;成都市/武侯区/6100/510107;杭州市/西湖区/3100/330106"
            ),
            streets: ["人民路", "解放大道", "中山北路", "建设街", "文化路"], postalDigits: 6,
            organisations: words("宏达|hongda 恒信|hengxin 瑞丰|ruifeng 东方|dongfang 华美|huamei 金泰|jintai"),
            organisationSuffix: "贸易有限公司"),
        DemoCulture(
            country: "US", language: "en", currency: "USD", priceFactor: 1, familyFirst: false, separator: " ",
            given: words("Olivia Ethan Grace Marcus Naomi Walter Hazel Diego Ruth Clarence Imani Terrence"),
            family: words("Whitaker Delgado Okafor Brennan Castellano Hargrove Lindqvist Pruitt Sandoval Yarbrough"),
            phonePrefix: "+1",
            cities: cities("Toledo/OH/436;Tucson/AZ/857;Portland/ME/041;Boise/ID/837;Savannah/GA/314"),
            streets: ["Maple Avenue", "Harbor Street", "Orchard Road", "Second Street"], postalDigits: 5,
            organisations: words("Bluewater Cornerstone Lakeside Summit Evergreen Redwood"),
            organisationSuffix: "Supply Inc."),
        DemoCulture(
            country: "GB", language: "en-GB", currency: "GBP", priceFactor: 1, familyFirst: false, separator: " ",
            given: words("Imogen Alastair Bronwen Rhys Fiona Nigel Priya Callum Harriet Desmond"),
            family: words(
                "Ashworth Pemberton Llewellyn MacAllister O'Rourke|orourke Cholmondeley Thistlewood Entwistle"),
            phonePrefix: "+4474",
            cities: cities("Leeds/West Yorkshire/LS1;Cardiff/Wales/CF1;Dundee/Scotland/DD1;Exeter/Devon/EX1"),
            streets: ["Church Lane", "Mill Road", "Station Approach", "Victoria Terrace"], postalDigits: 0,
            organisations: words("Foxglove Pennine Albion Thornbury Kestrel"), organisationSuffix: "Trading Ltd"),
        DemoCulture(
            country: "DE", language: "de", currency: "EUR", priceFactor: 1, familyFirst: false, separator: " ",
            given: words(
                "Jürgen|juergen Käthe|kaethe Lukas Annegret Björn|bjoern Friederike Matthias Sabine Günter|guenter"),
            family: words(
                "Müller|mueller Schäfer|schaefer Großmann|grossmann Köhler|koehler Weiß|weiss Brückner|brueckner Obermaier"
            ),
            phonePrefix: "+49151",
            cities: cities(
                "Köln/Nordrhein-Westfalen/506;München/Bayern/803;Görlitz/Sachsen/028;Lübeck/Schleswig-Holstein/235"),
            streets: ["Lindenstraße", "Am Mühlbach", "Goethestraße", "Marktplatz"], postalDigits: 5,
            organisations: words("Nordlicht Süddeutsche|sueddeutsche Hanse Rheingold Werkstatt"),
            organisationSuffix: "Handels GmbH"),
        DemoCulture(
            country: "FR", language: "fr", currency: "EUR", priceFactor: 1, familyFirst: false, separator: " ",
            given: words(
                "Zoé|zoe François|francois Amélie|amelie Théo|theo Noémie|noemie Jérôme|jerome Hélène|helene Loïc|loic"),
            family: words("Lefèvre|lefevre Durand Béranger|beranger Chevalier Dubois Garçon|garcon Montaigne"),
            phonePrefix: "+336",
            cities: cities("Nîmes/Occitanie/300;Besançon/Bourgogne-Franche-Comté/250;Angoulême/Nouvelle-Aquitaine/160"),
            streets: ["rue de l’Église", "avenue du Général Leclerc", "quai des Chartrons"], postalDigits: 5,
            organisations: words("Lumière|lumiere Provençale|provencale Océane|oceane Duvalier"),
            organisationSuffix: "et Fils SARL"),
        DemoCulture(
            country: "BR", language: "pt-BR", currency: "BRL", priceFactor: 5, familyFirst: false, separator: " ",
            given: words("João|joao Conceição|conceicao Thiago Luíza|luiza Antônio|antonio Verônica|veronica Caetano"),
            family: words(
                "Araújo|araujo Guimarães|guimaraes Conceição|conceicao Magalhães|magalhaes Brandão|brandao Peixoto"),
            phonePrefix: "+55119",
            cities: cities("São Paulo/SP/01310;Belém/PA/66010;Goiânia/GO/74003;Florianópolis/SC/88010"),
            streets: ["Rua das Acácias", "Avenida São João", "Travessa do Comércio"], postalDigits: 8,
            organisations: words("Ipanema Bandeirante Araucária|araucaria Guanabara"),
            organisationSuffix: "Comércio Ltda."),
        DemoCulture(
            country: "RU", language: "ru", currency: "RUB", priceFactor: 90, familyFirst: true, separator: " ",
            given: words(
                "Анна|anna Дмитрий|dmitri Екатерина|ekaterina Фёдор|fyodor Людмила|lyudmila Святослав|svyatoslav Юлия|yulia"
            ),
            family: words(
                "Щербак|shcherbak Коваленко|kovalenko Чернышенко|chernyshenko Белых|belykh Долгих|dolgikh Шевчук|shevchuk"
            ),
            phonePrefix: "+791",
            cities: cities("Казань/Татарстан/4200;Томск/Томская область/6340;Псков/Псковская область/1800"),
            streets: ["улица Лесная", "проспект Мира", "Садовая улица"], postalDigits: 6,
            organisations: words("Заря|zarya Восток|vostok Алмаз|almaz Родник|rodnik"), organisationSuffix: "Торг ООО"),
        DemoCulture(
            country: "EG", language: "ar", currency: "EGP", priceFactor: 48, familyFirst: false, separator: " ",
            given: words("محمد|mohamed فاطمة|fatma أحمد|ahmed ياسمين|yasmin عبدالله|abdallah نور|nour كريم|karim"),
            family: words("السيد|elsayed حسنين|hassanein المصري|elmasry الشناوي|elshennawy منصور|mansour"),
            phonePrefix: "+2010", cities: cities("القاهرة/القاهرة/115;الإسكندرية/الإسكندرية/215;أسوان/أسوان/815"),
            streets: ["شارع النيل", "شارع التحرير", "كورنيش البحر"], postalDigits: 5,
            organisations: words("النيل|elnil الأهرام|elahram الواحة|elwaha"), organisationSuffix: "للتجارة ش.م.م"),
        DemoCulture(
            country: "IN", language: "hi", currency: "INR", priceFactor: 83, familyFirst: false, separator: " ",
            given: words("आरव|aarav प्रिया|priya सुनीता|sunita राजेश|rajesh अनन्या|ananya विक्रम|vikram लक्ष्मी|lakshmi"),
            family: words("शर्मा|sharma चौधरी|chaudhary त्रिपाठी|tripathi मिश्रा|mishra अग्रवाल|agrawal"),
            phonePrefix: "+9198", cities: cities("जयपुर/राजस्थान/302;लखनऊ/उत्तर प्रदेश/226;भोपाल/मध्य प्रदेश/462"),
            streets: ["महात्मा गांधी मार्ग", "स्टेशन रोड", "नेहरू नगर"], postalDigits: 6,
            organisations: words("सूर्योदय|suryoday गंगा|ganga हिमालय|himalaya"), organisationSuffix: "ट्रेडर्स"),
        DemoCulture(
            country: "KR", language: "ko", currency: "KRW", priceFactor: 13, familyFirst: true, separator: "",
            given: words("서연|seoyeon 민준|minjun 지우|jiwoo 하은|haeun 도윤|doyun 예린|yerin 성호|seongho"),
            family: words("김|kim 이|lee 박|park 최|choi 정|jeong 남궁|namgung 황보|hwangbo"),
            phonePrefix: "+8210", cities: cities("서울특별시/강남구/061;부산광역시/해운대구/480;대전광역시/유성구/341"),
            streets: ["세종대로", "테헤란로", "충장로"], postalDigits: 5,
            organisations: words("한빛|hanbit 미래|mirae 새롬|saerom"), organisationSuffix: "상사 주식회사"),
        DemoCulture(
            country: "JP", language: "ja", currency: "JPY", priceFactor: 1, familyFirst: true, separator: " ",
            given: words("さくら|sakura 翔太|shota ユキ|yuki 健一|kenichi あかり|akari 大輔|daisuke ミカ|mika"),
            family: words("佐藤|sato 鈴木|suzuki 髙橋|takahashi 渡邉|watanabe 小鳥遊|takanashi 五十嵐|igarashi"),
            phonePrefix: "+8190", cities: cities("札幌市/北海道/060;京都市/京都府/604;那覇市/沖縄県/900"),
            streets: ["本町通", "桜木町", "中央二丁目"], postalDigits: 7,
            organisations: words("さくら|sakura 朝日|asahi みどり|midori"), organisationSuffix: "商事株式会社"),
        DemoCulture(
            country: "GR", language: "el", currency: "EUR", priceFactor: 1, familyFirst: false, separator: " ",
            given: words("Ελένη|eleni Γιώργος|giorgos Αικατερίνη|aikaterini Θανάσης|thanasis Χρυσούλα|chrysoula"),
            family: words("Παπαδάκης|papadakis Ξενάκης|xenakis Χατζηδάκης|chatzidakis Ψαρράς|psarras"),
            phonePrefix: "+3069", cities: cities("Θεσσαλονίκη/Κεντρική Μακεδονία/546;Πάτρα/Δυτική Ελλάδα/262"),
            streets: ["Οδός Ερμού", "Λεωφόρος Νίκης"], postalDigits: 5,
            organisations: words("Ήλιος|ilios Θάλασσα|thalassa"), organisationSuffix: "Εμπορική ΑΕ"),
        DemoCulture(
            country: "TH", language: "th", currency: "THB", priceFactor: 35, familyFirst: false, separator: " ",
            given: words("สมชาย|somchai มาลี|malee ณัฐพล|nattapon กัญญา|kanya ปิยะ|piya"),
            family: words("ใจดี|jaidee ศรีสุข|srisuk วงศ์ทอง|wongthong บุญมา|boonma"),
            phonePrefix: "+668", cities: cities("เชียงใหม่/เชียงใหม่/502;ขอนแก่น/ขอนแก่น/400"),
            streets: ["ถนนสุขุมวิท", "ถนนนิมมานเหมินท์"], postalDigits: 5,
            organisations: words("สยาม|siam รุ่งเรือง|rungrueang"), organisationSuffix: "การค้า จำกัด"),
    ]
}
