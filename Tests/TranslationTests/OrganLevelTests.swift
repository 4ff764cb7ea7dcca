import Canonical
import Foundation
import StrictJSON
import Testing

@testable import Translation

/// The level of a police organ or a procuratorate follows from its division, however the mapping came to know that.
@Suite struct OrganLevels {
    private static let divisions: [(code: String, level: String?)] = [
        ("320400", "city"), ("320402", "basic"), ("320481", "basic"), ("320412", "basic"), ("330100", "city"),
        ("320000", nil), ("110000", nil), ("110105", "basic"),
        // The districts' header of a city stands for the city.
        ("320401", "city"),
    ]

    /// A code as it is written: of six digits or a police organ's of twelve.
    private static func written(_ code: String) -> [String] {
        let wide = String(
            String.UnicodeScalarView(code.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) }))
        return [code, " \(code) ", wide, code + "000000", code + "500123"]
    }

    @Test(arguments: ["publicSecurity", "procuratorate", "court", "labourArbitration"])
    func `a division says the level where it can`(type: String) throws {
        let bench = try Workbench.inbound(
            """
            <constant to="proceeding/handlingOrgan/type" value="\(type)"/>
            <value to="proceeding/handlingOrgan/division" from="D"/>
            <value to="proceeding/handlingOrgan/level" from="L"/>
            """)
        defer { bench.remove() }
        let translator = try bench.translator()
        let isDerived = type == "publicSecurity" || type == "procuratorate"
        for (code, level) in Self.divisions {
            let ways = Self.written(code)
            let result = translator.reading("<R>\(ways.map { "<P><D>\($0)</D></P>" }.joined())</R>")
            for (index, way) in ways.enumerated() {
                #expect(result.text("proceeding.handlingOrgan.level", of: index) == (isDerived ? level : nil), "\(way)")
            }
        }
        for text in ["常州市", "91320402MA1TEST0X1", "3204", "无", "", "990000"] {
            let result = translator.reading("<R><P><D>\(text)</D></P><P><D>320402</D><L>city</L></P></R>")
            #expect(result.text("proceeding.handlingOrgan.level") == nil, "\(text)")
            // What the sender says stands.
            #expect(result.text("proceeding.handlingOrgan.level", of: 1) == "city")
        }
    }

    @Test(arguments: ["publicSecurity", "procuratorate"])
    func `a name that lies elsewhere than the division is told`(type: String) throws {
        let bench = try Workbench.inbound(
            """
            <constant to="proceeding/handlingOrgan/type" value="\(type)"/>
            <value to="proceeding/handlingOrgan/division" from="D"/>
            <value to="proceeding/handlingOrgan/name" from="N"/>
            """)
        defer { bench.remove() }
        let translator = try bench.translator()
        let districts = [
            ("天宁", "320402"), ("钟楼", "320404"), ("新北", "320411"), ("武进", "320412"), ("金坛", "320413"), ("溧阳", "320481"),
        ]
        for (name, code) in districts {
            for (_, division) in districts {
                let (city, ending) = name == "溧阳" ? ("", "市") : ("常州市", "区")
                let names =
                    type == "procuratorate"
                    ? ["\(city)\(name)\(ending)人民检察院"] : ["\(city)公安局\(name)分局", "\(name)\(ending)公安局"]
                for written in names {
                    let result = translator.reading("<R><P><D>\(division)</D><N>\(written)</N></P></R>")
                    let told = result.told.contains { $0.hasPrefix("contradiction proceeding.handlingOrgan.division") }
                    #expect(told == (code != division), "\(division) \(written)")
                }
            }
        }
        // What names no district contradicts none.
        for name in ["常州市公安局", "常州市公安局经济开发区分局", "看守所"] {
            let result = translator.reading("<R><P><D>320412</D><N>\(name)</N></P></R>")
            #expect(!result.told.contains { $0.hasPrefix("contradiction") }, "\(name)")
        }
    }

    @Test func `a city's digits under a branch's or a district's name say no level`() throws {
        let bench = try Workbench.inbound(
            """
            <value to="proceeding/handlingOrgan/type" from="T"/>
            <value to="proceeding/handlingOrgan/name" from="N"/>
            <value to="proceeding/handlingOrgan/division" from="D"/>
            """)
        defer { bench.remove() }
        let translator = try bench.translator()
        for (type, name, level) in [
            ("procuratorate", "常州市金坛区人民检察院", nil), ("procuratorate", "常州市人民检察院", "city"),
            ("publicSecurity", "常州市公安局天宁分局", nil), ("publicSecurity", "常州市公安局", "city"),
            ("publicSecurity", "常州市公安局兰陵派出所", nil),
        ] as [(String, String, String?)] {
            for code in ["320400", "320400520000"] {
                let result = translator.reading("<R><P><T>\(type)</T><N>\(name)</N><D>\(code)</D></P></R>")
                #expect(result.text("proceeding.handlingOrgan.level") == level, "\(name)")
                let told = result.records.flatMap(\.findings).contains {
                    $0.code == "contradiction" && $0.path == "proceeding.handlingOrgan.division"
                }
                #expect(told == (name == "常州市金坛区人民检察院"), "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("广西壮族自治区南宁市人民检察院", "450100"), ("大兴安岭地区人民检察院", "232700"), ("新疆维吾尔自治区喀什地区人民检察院", "653100"),
    ])
    func `a region and a prefecture are no districts`(name: String, code: String) throws {
        let bench = try Workbench.inbound(
            """
            <constant to="proceeding/handlingOrgan/type" value="procuratorate"/>
            <value to="proceeding/handlingOrgan/name" from="N"/><value to="proceeding/handlingOrgan/division" from="D"/>
            """)
        defer { bench.remove() }
        let result = try bench.translator().reading("<R><P><N>\(name)</N><D>\(code)</D></P></R>")
        #expect(result.text("proceeding.handlingOrgan.level") == "city")
        #expect(!result.told.contains { $0.hasPrefix("contradiction") })
    }

    @Test(
        arguments: [
            ("police/defence-notice", "/flyzbh/fzxyr/badw_gajgjgdm"),
            ("procuratorate/defence-notice", "/通知辩护公函/发函单位/@代码"),
            ("procuratorate/duty-lawyer-help", "/值班律师法律帮助通知书/发函单位/@代码"),
            ("procuratorate/forwarded-application", "/转交法律援助申请函/发函单位/@代码"),
        ])
    func `the shipped mappings of both tell it`(id: String, place: String) throws {
        let folder = mappingsFolder.appending(path: id + "/examples")
        let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first {
            $0.hasPrefix("all-fields") && !$0.contains(".expected.")
        }
        let tree = try SampleTree([UInt8](Data(contentsOf: folder.appending(path: try #require(name)))))
        let translator = try shippedMappings.get()
        for (index, (code, level)) in Self.divisions.enumerated() {
            let ways = Self.written(code)
            let way = ways[index % ways.count]
            var changed = tree
            let isThere = changed.apply(.set(way), at: place)
            try #require(isThere)
            let result = translator.reading(String(decoding: changed.bytes, as: UTF8.self))
            // The examples' organs are 常州市公安局武进分局湖塘派出所 and 常州市武进区人民检察院, which a city's digits do not outdo.
            let expected = level == "city" ? nil : level
            #expect(
                result.text("proceeding.handlingOrgan.level") == expected,
                "\(id) \(way)")
        }
    }
}
