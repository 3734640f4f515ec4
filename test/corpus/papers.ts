// Private papers as people of many countries have them, with made-up people. `tuned` ones were looked at while the words were
// weighed; the others never were.

import type { Dice } from './dice.ts'

export interface Paper {
  readonly classes: readonly string[]
  readonly name: string
  readonly tuned: boolean
  text(dice: Dice): string
}

const money = (dice: Dice): string => `${dice.between(1, 4)}.${dice.digits(3)},${dice.digits(2)}`
const plain = (dice: Dice): string => `${dice.between(1_000, 9_000)}.${dice.digits(2)}`
const born = (dice: Dice): string => {
  const { day, month, year } = dice.date()
  return `${day}.${month}.${year}`
}

export const PAPERS: readonly Paper[] = [
  {
    classes: ['payroll'],
    name: 'Abrechnung',
    tuned: true,
    text: (d) =>
      `Muster & Söhne GmbH\nEntgeltabrechnung März 2024\nPersonalnummer: ${d.digits(5)}\nHerrn Jonas Weber\nSteuerklasse 1\nGesamtbrutto ${money(d)}\nLohnsteuer ${money(d)}\nKrankenversicherung 312,10\nRentenversicherung 355,00\nNettoverdienst ${money(d)}\nAuszahlungsbetrag ${money(d)} EUR`,
  },
  {
    classes: ['payroll'],
    name: 'document-7',
    tuned: true,
    text: (d) =>
      `Northwind Traders Inc.\nEarnings Statement\nEmployee: Laura Chen    Employee ID: ${d.digits(6)}\nPay period: 03/01/2024 - 03/15/2024\nGross pay ${plain(d)}\nFederal withholding 412.18\nMedicare 61.02\nNet pay ${plain(d)}`,
  },
  {
    classes: ['payroll'],
    name: 'mars',
    tuned: false,
    text: (d) =>
      `SARL Dupuis et Fils\nBULLETIN DE PAIE - Mars 2024\nSalarié : Camille Roux\nMatricule : ${d.digits(4)}\nSalaire de base 2 100,00\nCotisations salariales 462,00\nNet imposable 1 702,33\nNet à payer 1 638,00 €`,
  },
  {
    classes: ['payroll'],
    name: 'recibo',
    tuned: false,
    text: (d) =>
      `RECIBO INDIVIDUAL DE SALARIOS\nEmpresa: Talleres Ruiz SL\nTrabajador: Marta Gil Soto\nPeríodo de liquidación: 1 al 31 de marzo de 2024\nSalario base ${money(d)}\nContingencias comunes 84,60\nIRPF 240,10\nTotal devengado ${money(d)}\nLíquido a percibir ${money(d)} €`,
  },
  {
    classes: ['payroll'],
    name: 'кв-март',
    tuned: false,
    text: (d) =>
      `ООО «Ромашка»\nРасчетный листок за март 2024\nСотрудник: Иванов Петр Сергеевич\nТабельный номер ${d.digits(4)}\nОклад 85 000,00\nПремия 12 000,00\nНДФЛ 12 610,00\nК выплате 84 390,00`,
  },
  {
    classes: ['payroll'],
    name: '3月',
    tuned: false,
    text: (d) =>
      `給与明細書 令和6年3月分\n社員番号 ${d.digits(5)}\n氏名 佐藤 健一\n基本給 280,000\n通勤手当 12,000\n健康保険 14,200\n厚生年金 25,620\n所得税 6,200\n差引支給額 241,980`,
  },
  {
    classes: ['payroll'],
    name: '3월',
    tuned: false,
    text: (d) =>
      `주식회사 한빛\n2024년 3월 급여명세서\n성명 김민수  사번 ${d.digits(5)}\n기본급 3,200,000\n식대 200,000\n국민연금 144,000\n소득세 84,850\n실수령액 2,884,120원`,
  },
  {
    classes: ['payroll'],
    name: '三月',
    tuned: false,
    text: (d) =>
      `2024年3月工资条\n姓名：王小明 工号：${d.digits(5)}\n基本工资 8000.00\n绩效工资 2300.00\n养老保险 640.00\n公积金 960.00\n个人所得税 112.50\n实发工资 8587.50`,
  },
  {
    classes: ['payroll'],
    name: 'mart',
    tuned: false,
    text: (d) =>
      `ÜCRET BORDROSU - Mart 2024\nAdı Soyadı: Ayşe Yılmaz\nSicil No: ${d.digits(5)}\nBrüt ücret 32.000,00\nSGK işçi payı 4.480,00\nGelir vergisi 3.100,20\nNet ödenen 24.190,00 TL`,
  },
  {
    classes: ['payroll'],
    name: 'lista',
    tuned: false,
    text: (d) =>
      `Pasek wynagrodzenia 03/2024\nImię i nazwisko: Anna Kowalska\nWynagrodzenie zasadnicze ${money(d)}\nSkładka emerytalna 585,60\nZaliczka na podatek 312,00\nDo wypłaty ${money(d)} zł`,
  },
  {
    classes: ['tax'],
    name: 'bescheid',
    tuned: true,
    text: (d) =>
      `Finanzamt Musterstadt\nBescheid für 2023 über Einkommensteuer\nSteuernummer: ${d.digits(2)}/${d.digits(3)}/${d.digits(5)}\nFrau Lena Vogt\nzu versteuerndes Einkommen ${money(d)}\nfestgesetzte Einkommensteuer ${money(d)}\nErstattung 412,00`,
  },
  {
    classes: ['tax'],
    name: 'return23',
    tuned: true,
    text: (d) =>
      `Form 1040 U.S. Individual Income Tax Return 2023\nName: Robert Miles\nFiling status: Single\nTotal income ${plain(d)}\nAdjusted gross income ${plain(d)}\nTaxable income ${plain(d)}\nAmount you owe 312.00`,
  },
  {
    classes: ['tax'],
    name: 'avis',
    tuned: false,
    text: (d) =>
      `DIRECTION GÉNÉRALE DES FINANCES PUBLIQUES\nAVIS D'IMPÔT 2024\nimpôt sur les revenus de l'année 2023\nNuméro fiscal : ${d.digits(13)}\nDéclarant : M. Paul Lefèvre\nRevenu fiscal de référence : 31 204\nNombre de parts : 2\nMontant à payer : 1 204 €`,
  },
  {
    classes: ['tax'],
    name: 'zeznanie',
    tuned: false,
    text: (d) =>
      `PIT-37 ZEZNANIE O WYSOKOŚCI OSIĄGNIĘTEGO DOCHODU w roku podatkowym 2023\nNazwisko: Nowak\nPierwsze imię: Tomasz\nData urodzenia: ${born(d)}\nUrząd skarbowy Kraków\nDochód ${money(d)}\nPodatek należny ${money(d)}\nNadpłata 312,00`,
  },
  {
    classes: ['tax'],
    name: 'kouzel',
    tuned: false,
    text: (d) =>
      `令和5年分の所得税の確定申告書\n氏名 高橋 直子\n生年月日 昭和55年4月12日\n所得金額 4,120,000\n社会保険料控除 601,200\n課税所得 2,880,000\n納税額 190,${d.digits(3)}\n税務署 渋谷`,
  },
  {
    classes: ['tax'],
    name: 'bayan',
    tuned: false,
    text: (d) =>
      `الإقرار الضريبي لسنة 2023\nاسم الممول: أحمد محمود\nالرقم الضريبي: ${d.digits(9)}\nالدخل الخاضع للضريبة: 120000\nضريبة الدخل: 14${d.digits(3)}\nالضريبة المستحقة: 14200`,
  },
  {
    classes: ['tax'],
    name: 'dichiarazione',
    tuned: false,
    text: (d) =>
      `MODELLO 730/2024 redditi 2023\nCognome: Bianchi  Nome: Giulia\nData di nascita: ${born(d)}\nReddito complessivo ${money(d)}\nImposta netta ${money(d)}\nRimborso 502,00`,
  },
  {
    classes: ['medical'],
    name: 'brief',
    tuned: true,
    text: (d) =>
      `Klinikum am Park\nArztbrief\nPatient: Thomas Berger, geb. am ${born(d)}\nDiagnose: Arterielle Hypertonie, Diabetes mellitus Typ 2\nAnamnese: seit drei Wochen Schwindel\nMedikation: Ramipril 5 mg 1-0-0, Metformin 850 mg 1-0-1\nProcedere: Kontrolle beim Hausarzt`,
  },
  {
    classes: ['medical'],
    name: 'summary',
    tuned: true,
    text: (d) =>
      `DISCHARGE SUMMARY\nPatient Name: Helen Wright    MRN: ${d.digits(7)}\nDate of Birth: ${born(d)}\nAdmitted: 02/03/2024  Discharged: 02/09/2024\nDiagnosis: Community acquired pneumonia\nMedications: Amoxicillin 500 mg three times daily\nAllergies: Penicillin`,
  },
  {
    classes: ['medical'],
    name: 'informe',
    tuned: false,
    text: (d) =>
      `HOSPITAL UNIVERSITARIO\nINFORME DE ALTA\nPaciente: José Ortega Ruiz\nFecha de nacimiento: ${born(d)}\nMotivo de consulta: dolor torácico\nAntecedentes: fumador\nDiagnóstico: angina inestable\nTratamiento: AAS 100 mg`,
  },
  {
    classes: ['medical'],
    name: 'izpiska',
    tuned: false,
    text: (d) =>
      `ВЫПИСНОЙ ЭПИКРИЗ\nПациент: Смирнова Ольга Ивановна\nДата рождения: ${born(d)}\nДиагноз: хронический гастрит\nЖалобы: боли в животе\nЛечение: омепразол 20 мг\nРекомендации: наблюдение терапевта`,
  },
  {
    classes: ['medical'],
    name: '检查',
    tuned: false,
    text: (d) =>
      `市第一人民医院 出院小结\n患者姓名：李丽  性别：女\n出生日期：1978年5月${d.between(1, 28)}日\n住院号：${d.digits(7)}\n诊断：2型糖尿病\n主诉：口渴多饮三个月\n治疗：二甲双胍 0.5g`,
  },
  {
    classes: ['medical'],
    name: 'zprava',
    tuned: false,
    text: (d) =>
      `LÉKAŘSKÁ ZPRÁVA\nPacient: Petr Novotný\nDatum narození: ${born(d)}\nDiagnóza: J45.0 Astma bronchiale\nAnamnéza: dušnost při námaze\nMedikace: Ventolin 2x denně\nDoporučení: kontrola za 3 měsíce`,
  },
  {
    classes: ['medical'],
    name: 'ketqua',
    tuned: false,
    text: (d) =>
      `BỆNH VIỆN ĐA KHOA\nKẾT QUẢ XÉT NGHIỆM\nHọ tên bệnh nhân: Nguyễn Thị Hoa\nNgày sinh: ${born(d)}\nChẩn đoán: tiểu đường\nHuyết áp: 150/90\nBác sĩ: Trần Văn Nam\nGlucose 9,${d.digits(1)}`,
  },
  {
    classes: ['medical'],
    name: 'bericht-he',
    tuned: false,
    text: (d) =>
      `סיכום מחלה\nשם המטופל: דוד לוי\nתאריך לידה: ${born(d)}\nאבחנה: יתר לחץ דם\nתלונות: כאבי ראש\nטיפול: אמלודיפין 5 מ"ג\nהמלצות: מעקב רופא משפחה`,
  },
  {
    classes: ['medical'],
    name: 'report-hi',
    tuned: false,
    text: (d) =>
      `जिला अस्पताल\nचिकित्सा रिपोर्ट\nरोगी का नाम: सुनील कुमार\nजन्म तिथि: ${born(d)}\nनिदान: मधुमेह\nलक्षण: थकान\nरक्तचाप: 140/90\nदवा: मेटफॉर्मिन 500`,
  },
  {
    classes: ['bank-account'],
    name: 'auszug',
    tuned: true,
    text: (d) =>
      `Stadtsparkasse\nKontoauszug Nr. 3/2024\nKontoinhaber: Jana Klein\nAlter Kontostand ${money(d)}\n01.03. Lastschrift Strom 84,00-\n04.03. Gutschrift Gehalt ${money(d)}+\nNeuer Kontostand ${money(d)}`,
  },
  {
    classes: ['bank-account'],
    name: 'stmt',
    tuned: true,
    text: (d) =>
      `First Harbor Bank\nStatement of Account\nAccount holder: Emily Stone\nAccount number: ${d.digits(8)}\nOpening balance ${plain(d)}\n03 Mar Card payment 14.20\n05 Mar Direct debit 60.00\nClosing balance ${plain(d)}`,
  },
  {
    classes: ['bank-account'],
    name: 'vypis',
    tuned: false,
    text: (d) =>
      `Výpis z účtu za březen 2024\nMajitel účtu: Eva Dvořáková\nČíslo účtu: ${d.digits(10)}/0800\nPočáteční zůstatek 12 300,00\nPříchozí platba 31 000,00\nKonečný zůstatek 28 120,50 Kč`,
  },
  {
    classes: ['bank-account'],
    name: 'extrato',
    tuned: false,
    text: (d) =>
      `EXTRATO BANCÁRIO\nTitular: Rui Costa\nNúmero da conta: ${d.digits(8)}\nSaldo anterior ${money(d)}\nTransferência 200,00\nSaldo final ${money(d)}`,
  },
  {
    classes: ['bank-account'],
    name: '流水',
    tuned: false,
    text: (d) =>
      `银行流水明细\n户名：陈强\n账号：6217${d.digits(12)}\n开户行：城南支行\n交易日期 摘要 收入 支出 余额\n2024-03-01 工资 8200.00 0.00 10340.00\n2024-03-05 转账 0.00 500.00 9840.00`,
  },
  {
    classes: ['bank-account'],
    name: 'tiliote',
    tuned: false,
    text: (d) =>
      `TILIOTE 3/2024\nTilinomistaja: Mika Virtanen\nTilinumero: ${d.digits(6)}-${d.digits(8)}\nAlkusaldo ${money(d)}\nPano ${money(d)}\nOtto 120,00\nLoppusaldo ${money(d)}`,
  },
  {
    classes: ['legal'],
    name: 'vertrag',
    tuned: true,
    text: (d) =>
      `Mietvertrag\nzwischen Vermieter: Karl Huber, wohnhaft Gartenweg 3\nund Mieter: Sabine Wolf, geboren am ${born(d)}\nKaltmiete 840,00 EUR\nKaution 2.520,00 EUR\nUnterschrift`,
  },
  {
    classes: ['legal'],
    name: 'agreement',
    tuned: false,
    text: () =>
      `TENANCY AGREEMENT\nLandlord: Margaret Hill\nTenant: Owen Price\nMonthly rent: 950.00\nSecurity deposit: 1,425.00\nSigned in presence of witness: Joan Price`,
  },
  {
    classes: ['legal'],
    name: 'dogovor',
    tuned: false,
    text: (d) =>
      `ТРУДОВОЙ ДОГОВОР № ${d.digits(3)}\nРаботодатель: ООО «Север»\nРаботник: Кузнецов Андрей Павлович\nПаспорт серия 4510 номер ${d.digits(6)}\nОклад 70 000 руб.\nАдрес регистрации: г. Тверь, ул. Мира, 5`,
  },
  {
    classes: ['legal'],
    name: 'testamento',
    tuned: false,
    text: () =>
      `TESTAMENTO\nYo, el testador, Manuel Pérez Gil, con domicilio en calle Mayor 4, Madrid\nNotario: D. Luis Arias\nNombro heredero a mi hijo Carlos Pérez\nFirmado`,
  },
  {
    classes: ['private-words'],
    name: 'ebewerbung',
    tuned: true,
    text: (d) =>
      `Lebenslauf\nName: Felix Braun\nGeburtsdatum: ${born(d)}\nFamilienstand: ledig\nTelefon: 0171 ${d.digits(7)}\nBerufserfahrung\n2019-2023 Mechaniker\nAusbildung\nKenntnisse`,
  },
  {
    classes: ['private-words'],
    name: 'about-me',
    tuned: false,
    text: () =>
      `Curriculum Vitae\nDaniela Rossi\nPhone: +39 333 1234567\nEmail: daniela.rossi@posta.example\nWork experience\n2018-2023 Head of sales\nEducation\nSkills\nReferences`,
  },
  {
    classes: ['private-words'],
    name: 'текст',
    tuned: false,
    text: () => 'Дорогой дневник!\nСегодня я наконец рассказала ему обо всем. Мне было страшно.',
  },
  {
    classes: ['private-words'],
    name: 'page12',
    tuned: false,
    text: () => 'Dear Diary,\nI cannot tell anyone else about what happened on Friday. Mum must never know.',
  },
  {
    classes: ['private-words'],
    name: 'police',
    tuned: false,
    text: (d) =>
      `POLISA UBEZPIECZENIOWA\nNumer polisy: ${d.digits(9)}\nUbezpieczający: Jan Zieliński\nSuma ubezpieczenia: 250 000 zł\nSkładka: 1 240,00 zł`,
  },
  {
    classes: ['identity-paper'],
    name: 'acte',
    tuned: false,
    text: (d) =>
      `EXTRAIT D'ACTE DE NAISSANCE\nNom : Moreau\nPrénoms : Élise Marie\nDate de naissance : ${born(d)}\nLieu de naissance : Lyon\nMairie de Lyon, officier d'état civil`,
  },
  {
    classes: ['identity-paper'],
    name: 'kk',
    tuned: false,
    text: () =>
      `住民票\n氏名 鈴木 一郎\n生年月日 昭和60年1月2日\n性別 男\n住所 東京都渋谷区1-2-3\n本籍 東京都渋谷区\n世帯主 鈴木 一郎\n続柄 本人`,
  },
]
