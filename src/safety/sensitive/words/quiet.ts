// Words that say a thing is about such papers, not one: templates, guides, laws, studies, code, works of art.

/** In a name, or in the first lines of a text. */
export const QUIET_WORDS =
  'template*, sample, samples, example*, blank, empty, specimen, boilerplate, placeholder, dummy, mock*, fake, fixture*, demo, guide*, howto, how to, tutorial*, handbook, manual, textbook, lesson*, lecture*, course, workshop, slides, introduction to, history of, theory, glossary, dictionary, encyclopedia, wikipedia, article, blog, essay, novel, poem*, story, chapter, song*, lyrics, recipe*, cookbook, study, studies, research, journal article, statistics, statistical, survey of, faq, readme, changelog, license text, documentation, api, sdk, library, parser, validator*, generator*, calculator*, checker, schema, unit test, spec, specification, press release, newsletter, brochure, flyer, leaflet, catalogue, catalog, instructions, checklist, terms of service, terms and conditions, privacy policy, cookie policy, legislation, bill of rights, act of parliament, regulation*, directive, reform*, news, policy paper, white paper, whitepaper, public domain, explained, overview, basics, tips, movie, film, trailer, soundtrack, game, quiz, trivia, crossword, puzzle, exercise*, worksheet, sudoku, ' +
  'muster, vorlage*, mustervorlage*, mustervertrag*, leer, blanko, beispiel*, anleitung*, leitfaden*, ratgeber*, lehrbuch*, einführung, geschichte, wörterbuch, lexikon, gesetz, gesetzbuch, statistik*, studie*, merkblatt*, musterbrief*, roman, gedicht*, rezepte, kochrezept*, handbuch*, agb, pressemitteilung*, rechner, erklärt, tipps, roman, ' +
  "modèle*, exemple*, vierge, guide pratique, tutoriel*, manuel, histoire de, histoire, dictionnaire, encyclopédie, étude, loi, code civil, statistique*, recette*, roman, poème*, notice, mode d'emploi, spécimen, " +
  'plantilla*, ejemplo*, en blanco, guía*, tutorial, diccionario, historia de, ley, estadística*, receta de cocina, recetas, novela, poema*, muestra, instrucciones, folleto, ' +
  'modello vuoto, esempio*, fac-simile, facsimile, fac simile, guida*, manuale, dizionario, storia di, storia della, legge, statistiche, romanzo, poesie, ricette, in bianco, istruzioni, ' +
  'modelo de, exemplo*, em branco, guia*, dicionário, história da, história do, estatística*, romance, poema*, instruções, lei, receitas, ' +
  'sjabloon*, voorbeeld*, leeg, handleiding*, gids, geschiedenis, woordenboek, wet, statistiek*, roman, recepten, folder, ' +
  'mall, mallar, exempel*, tom, handbok*, guide, ordbok, historia, lag, statistik, roman, skabelon*, eksempel*, blank, vejledning*, ordbog, historie, lov, statistikk, mal, veiledning*, ordbok, oppskrift*, opskrift*, ' +
  'malli, mallipohja*, esimerkki*, tyhjä, opas, käsikirja*, sanakirja*, historia, laki, tilasto*, romaani*, ohje*, ' +
  'wzór, szablon*, przykład*, pusty, poradnik*, podręcznik*, słownik*, historia, ustawa, statystyka, powieść, przepis*, instrukcja*, ' +
  'vzor, šablona*, šablóna*, příklad*, príklad*, prázdný, prázdny, návod*, příručka*, príručka*, slovník*, historie, dejiny, zákon, statistika, román, recept na, ' +
  'minta, sablon*, példa*, üres, útmutató*, kézikönyv*, szótár*, története, törvény, statisztika, regény, ' +
  'model de, șablon*, exemplu*, ghid*, manual, dicționar*, istoria, lege, statistic*, roman, rețete, ' +
  'образец, шаблон*, пример*, пустой, руководство, справочник, учебник, словарь, история, закон, статистика, роман, рецепты, инструкция, зразок, приклад*, посібник, підручник, словник, історія, статистика, інструкція, бланк, ' +
  'υπόδειγμα, πρότυπο, παράδειγμα, κενό, οδηγός, εγχειρίδιο, λεξικό, ιστορία, νόμος, μυθιστόρημα, συνταγές, ' +
  'şablon*, örnek, örneği, boş, rehber*, kılavuz*, sözlük, tarihi, kanun, roman, tarif*, ' +
  'نموذج فارغ, نموذج, مثال, دليل, قاموس, تاريخ, قانون, إحصاء*, رواية, وصفات, تعليمات, قالب, ' +
  'תבנית, דוגמה, דוגמא, ריק, מדריך, מילון, היסטוריה, חוק, רומן, מתכונים, ' +
  'نمونه, الگو, مثال, خالی, راهنما, فرهنگ لغت, تاریخچه, قانون, رمان, ' +
  'नमूना, उदाहरण, खाली, मार्गदर्शिका, शब्दकोश, इतिहास, कानून, उपन्यास, নমুনা, উদাহরণ, খালি, নির্দেশিকা, অভিধান, ইতিহাস, আইন, উপন্যাস, ' +
  'ตัวอย่าง, แบบฟอร์มเปล่า, เทมเพลต, คู่มือ, พจนานุกรม, ประวัติศาสตร์, กฎหมาย, นิยาย, สูตรอาหาร, ' +
  'mẫu, biểu mẫu, ví dụ, hướng dẫn, từ điển, lịch sử, luật, tiểu thuyết, công thức, contoh, kosong, panduan, kamus, sejarah, undang-undang, ' +
  'テンプレート, 記入例, 見本, サンプル, ひな形, 雛形, ガイド, 手引き, 入門, 辞典, 辞書, 歴史, 法律, 統計, 小説, レシピ, 説明書, 書き方, 空白, ' +
  '양식, 서식, 샘플, 예시, 견본, 가이드, 안내서, 사전, 역사, 법률, 통계, 소설, 레시피, 작성법, 작성방법, ' +
  '模板, 样本, 范本, 范文, 示例, 样例, 空白, 指南, 教程, 手册, 词典, 历史, 法律法规, 统计, 小说, 食谱, 说明书, 百科, 範本, 樣本, 範例, 樣張, 手冊, 詞典, 歷史, 統計, 說明書, 食譜, ' +
  'näidis, mall, juhend, ajalugu, seadus, paraugs, veidne, ceļvedis, vēsture, likums, pavyzdys, šablonas, vadovas, istorija, įstatymas, plantilla, exemple, guia, diccionari, història, txantiloia, adibidea, gida, hiztegia, historia'

/** In the text of a file with numbers or keys: they are made up, or known to all. */
export const MADE_UP_WORDS =
  'test card*, test number*, test vector*, test data, testdata, sandbox, dummy data, dummy value*, fake data, for testing, fictional, fictitious, example key, example only, not a real, sample data, placeholder*, do not use in production, your-api-key, changeme, testkarte*, testdaten, beispieldaten, fiktiv*, datos de prueba, datos ficticios, données fictives, données de test, dati di prova, dados fictícios, тестовые данные, テストデータ, 测试数据, 示例数据, luhn, check digit, checksum, mod 97, mod-97, prüfziffer, iso 13616, iso/iec 7812'
