// Lists of people and what is theirs: tables (CSV, sheets) whose columns say so, in whatever language their headers are.

import { maybe, type PrivateFinding, sureOf } from '../finding.ts'
import { folded, nameWords } from '../folded-text.ts'
import { lexicon, type Meaning, type PaperClass } from '../words/lexicon.ts'

const MAX_COLUMNS = 200
/** Headers stand in the first lines, below a title at most. */
const HEADER_LINES = 8
const LOOKED_ROWS = 60

/** Words of headers, folded as headers are. */
const headers = (list: string): RegExp => new RegExp(`(?:^| )(?:${folded(list)})(?: |$)`)

const PASSWORD_COLUMNS =
  /^(?:login ?)?(?:password|passwd|pwd|pass|pin|secret|login password|passphrase|totp|otpauth|otp ?auth)$/
const CONTACT_WORDS = headers(
  `e ?mail|mail|phone|mobile|tel|telephone|cell|telefon|telefono|téléphone|telefone|handy|mobil|gsm|телефон|почта|電話|电话|手机|メール|전화|이메일|휴대폰|هاتف|جوال|טלפון|เบอร์โทร|điện thoại|telepon|hp|puhelin|sími|τηλέφωνο|email|correo|courriel|address|adresse|dirección|indirizzo|endereço|адрес|住所|地址|주소|العنوان|כתובת`,
)
const NAME_WORDS = headers(
  `name|first|last|given|family|surname|vorname|nachname|nom|prénom|prenom|nombre|apellidos?|nome|cognome|apelido|sobrenome|naam|voornaam|achternaam|namn|navn|nimi|imię|imie|nazwisko|jméno|jmeno|příjmení|meno|név|nume|prenume|име|ime|prezime|фио|имя|фамилия|ім'я|прізвище|піб|όνομα|επώνυμο|ad|adı|soyad|soyadı|isim|الاسم|اسم|שם|نام|नाम|নাম|ชื่อ|tên|họ tên|nama|氏名|名前|이름|성명|姓名|名字|full ?name|employee|patient|customer|vardas|pavardė|vārds|uzvārds|eesnimi|perenimi`,
)

interface Column {
  readonly words: string
  readonly meanings: readonly Meaning[]
}

export function tableFindings(text: string): PrivateFinding[] {
  const lines = firstLines(text, HEADER_LINES + LOOKED_ROWS)
  const separator = separatorOf(lines)
  if (separator === undefined) return []
  for (let at = 0; at < Math.min(HEADER_LINES, lines.length - 1); at++) {
    const cells = cellsOf(lines[at] as string, separator)
    if (cells.length < 2 || cells.length > MAX_COLUMNS) continue
    const columns = cells.map(columnOf)
    if (columns.filter(speaking).length < 2) continue
    const rows = lines
      .slice(at + 1)
      .map((line) => cellsOf(line, separator))
      .filter((row) => row.filter((cell) => cell !== '').length >= 2)
    if (rows.length > 0) return judge(columns, rows)
  }
  return []
}

function speaking({ meanings, words }: Column): boolean {
  return meanings.length > 0 || CONTACT_WORDS.test(words) || NAME_WORDS.test(words) || ID_COLUMNS.test(words)
}

function judge(columns: readonly Column[], rows: readonly (readonly string[])[]): PrivateFinding[] {
  const filled = (index: number): boolean => rows.some((row) => (row[index] ?? '').length >= 2)
  const has = (part: Meaning['part']): number =>
    columns.findIndex(({ meanings }, i) => filled(i) && meanings.some((meaning) => meaning.part === part))
  const findings: PrivateFinding[] = []
  const password = columns.findIndex(({ words }, i) => filled(i) && PASSWORD_COLUMNS.test(words))
  const secret = password === -1 ? has('password') : password
  const named = columns.some(({ words }, i) => filled(i) && NAME_WORDS.test(words))
  const account = has('account') !== -1 || named || columns.some(({ words }) => CONTACT_WORDS.test(words))
  if (secret !== -1 && account && varied(rows, secret))
    findings.push(sureOf('password-store', 'table', { count: rows.length }))
  const person = named || has('person') !== -1
  for (const paper of ['payroll', 'medical', 'national-id', 'bank-account', 'tax'] as const) {
    const matching = columns.filter(
      ({ meanings, words }, i) =>
        filled(i) &&
        (paper === 'national-id'
          ? ID_COLUMNS.test(words) && numbered(rows, i)
          : meanings.some((meaning) => meaning.paper === paper && speaks(paper, meaning.key))),
    )
    if (person && matching.length > 0) findings.push(maybe(paper, 'table', { count: rows.length }))
  }
  // A list of bookings has no names: a balance beside amounts says whose it is.
  const bank = columns.filter(
    ({ meanings }, i) =>
      filled(i) && meanings.some(({ paper, part }) => paper === 'bank-account' && part === 'field'),
  )
  const balance = columns.some(({ words }) => BALANCE.test(words))
  if (balance && bank.length >= 2 && !findings.some((finding) => finding.class === 'bank-account'))
    findings.push(maybe('bank-account', 'bookings', { count: rows.length }))
  const contacts = columns.filter(({ words }) => CONTACT_WORDS.test(words)).length
  if (named && contacts > 0 && reachable(rows) >= Math.min(2, rows.length))
    findings.push(maybe('contacts', 'table', { count: rows.length }))
  return findings
}

const ID_COLUMNS = headers(
  `ssn|social security(?: number| no)?|national id|id number|passport(?: no| number)?|pesel|bsn|cpf|dni|nif|curp|rut|cnp|egn|егн|jmbg|јмбг|oib|emso|emšo|nino|aadhaar|pan|personnummer|cpr|fødselsnummer|hetu|henkilötunnus|henkilotunnus|isikukood|asmens kodas|personas kods|rodné číslo|rodne cislo|codice fiscale|снилс|инн|паспорт|іпн|рнокпп|αμκα|αφμ|tckn|tc kimlik(?: no)?|身份证号?码?|身分證字號|身份證號碼|주민등록번호|주민번호|マイナンバー|個人番号|nik|ktp|cccd|cmnd|cedula|cédula|sozialversicherungsnummer|steuer id|n secu|secu|numero secu|numero de securite sociale|securite sociale|ת ?ז|תעודת זהות|رقم الهوية|الرقم القومي|کد ملی|เลขบัตรประชาชน|เลขประจำตัวประชาชน|আইডি|आधार(?: संख्या)?|kennitala|sin|sin (?:no|number)|social insurance(?: no| number)?|nie|cuil|cuit|cdi|rg|cnpj|rfc|ife|ine|rut|run|ci|dui|dpi|cnic|nid|nric|fin|ic no|ic|mykad|no kp|no ic|no ktp|philhealth|philsys|sss|umid|hkid|arc|rrn|fnr|fodselsnr|personnr|pnr|svnr|sv nr|svnummer|ahv(?: nr)?|avs|nss|nir|insee|niss|insz|rijksregisternummer|rrn|sofi|burgerservicenummer|asmens kodas|ak|pk|rc|r c|rodne c|embg|ембг|јмбг|umcn|amka|afm|adt|taj(?: szam)?|adoazonosito|cod numeric personal|id nummer|idnummer|idno|id no|idn|iin|иин|жсн|pinfl|пинфл|жшшир|инн|inn|snils|рнокпп|ипн|унзр|idnp|fin kod|şv|tc|tc no|tc kimlik numarası|kimlik(?: no)?|مليت|کدملی|کد ملی|شماره ملی|رقم الهوية|رقم البطاقة|الرقم الوطني|السجل المدني|الإقامة|هوية|ת ?ז|מספר זהות|מס זהות|ssnr|nin|bvn|nin number|id kitambulisho|kitambulisho|nida|ghana card|kra pin|kra|epf|uan|voter id|epic|driving licen[cs]e(?: no| number)?|licen[cs]e no|passport|passnr|passnummer|reisepass(?: nr)?|pasaporte|passeport|passaporto|passaporte|paspoort(?: nr)?|paszport|pasaport|паспорт|паспортные данные|护照(?:号|号码)?|護照號碼|パスポート番号|旅券番号|여권번호|身份证|身份证号|身分證|身份證|統一編號|居留證號碼|マイナンバー|個人番号|주민등록번호|주민번호|외국인등록번호|citizen id|thai id|บัตรประชาชน|số cccd|so cccd|số cmnd|cmt|cmnd|cccd|hộ chiếu|लाइसेंस|पैन|পাসপোর্ট|ஆதார்|ఆధార్|ಆಧಾರ್|ആധാർ|شناختی کارڈ(?: نمبر)?|ลำดับบัตร|номер паспорта|regon|nusdnr|krankenversichertennummer|kvnr|nhs(?: no| number)?|medicare(?: no| number)?|tfn|ird(?: no| number)?|ihi|hcn|health card(?: no| number)?`,
)

/** Short names of columns mean other things elsewhere: `sin`, `ic`, `run`. What stands below decides. */
function numbered(rows: readonly (readonly string[])[], index: number): boolean {
  const values = rows.map((row) => row[index] ?? '').filter((value) => value !== '')
  const numbers = values.filter(
    (value) =>
      value.length <= 24 &&
      (value.match(/\d/g)?.length ?? 0) >= 5 &&
      !/^[-+]?\d*\.\d+(?:e[-+]?\d+)?$/i.test(value),
  )
  return numbers.length >= Math.max(1, values.length * 0.5)
}

const BALANCE = headers(
  'balance|running balance|available balance|saldo|kontostand|solde|saldo disponible|saldo disponivel|stan|zustatek|zostatok|egyenleg|sold|остаток|баланс|залишок|υπολοιπο|bakiye|الرصيد|יתרה|مانده|शेष|শেষ স্থিতি|ยอดคงเหลือ|so du|残高|差引残高|잔액|거래후잔액|余额|餘額|結餘|likutis|atlikums|jaak',
)

/** Fields that many harmless tables have too (`name`, `status`, `conclusion`) say nothing here. */
function speaks(paper: PaperClass, key: string): boolean {
  if (paper === 'medical')
    return /diagn|patient|pacient|pazient|medic|диагноз|діагноз|diagnos|診断|病名|진단|诊断|診斷|blood|therap|treatment|behandl|allerg|mrn|nhs|المريض|التشخيص|אבחנה|निदान|রোগ|วินิจฉัย|chẩn đoán|bệnh|διαγν|ασθεν|tanı|teşhis|teshis|tani/.test(
      key,
    )
  if (paper === 'bank-account')
    return /iban|account|konto|compte|cuenta|conto|conta|rekening|card|cvv|счет|рахун|口座|계좌|账号|卡号|帳號|routing|sort code|clabe/.test(
      key,
    )
  return [...key].length >= (key > '\u2e80' ? 2 : 4)
}

const VALUE_REACHED = /[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,10}|(?:\+|00)?\d[\d ()./-]{6,17}\d/
function reachable(rows: readonly (readonly string[])[]): number {
  return rows.filter((row) => row.some((cell) => cell.length < 200 && VALUE_REACHED.test(cell))).length
}

/** Passwords differ; a column of flags or of empty places holds none. */
function varied(rows: readonly (readonly string[])[], index: number): boolean {
  const values = new Set(rows.map((row) => row[index] ?? '').filter((value) => value.length >= 3))
  const hidden = [...values].every((value) =>
    /^(?:[*•x]+|true|false|yes|no|null|hidden|redacted|<[^>]*>|string|text|varchar.*)$/i.test(value),
  )
  return values.size > 0 && !hidden
}

function columnOf(cell: string): Column {
  const words = nameWords(cell.slice(0, 80))
  const hits = lexicon().find(words)
  // The whole header is the term, give or take a short word.
  const meanings = hits.filter(({ at, end }) => end - at >= words.length * 0.6).map(({ meaning }) => meaning)
  return { words, meanings }
}

function firstLines(text: string, most: number): string[] {
  const lines: string[] = []
  let at = 0
  while (lines.length < most && at < text.length) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, Math.min(end === -1 ? text.length : end, at + 8_000)).replace(/\r$/, '')
    if (line.trim() !== '') lines.push(line)
    if (end === -1) break
    at = end + 1
  }
  return lines
}

function separatorOf(lines: readonly string[]): string | undefined {
  if (lines.length < 2) return undefined
  let best: string | undefined
  let most = 0
  for (const separator of ['\t', ';', ',', '|']) {
    const counts = lines.slice(0, 12).map((line) => line.split(separator).length - 1)
    const usual = counts.filter(
      (count) =>
        count > 0 &&
        counts.filter((other) => Math.abs(other - count) <= 1).length >= Math.max(2, counts.length * 0.5),
    )
    const score = usual.length * Math.min(...(usual.length > 0 ? usual : [0]))
    if (score > most) {
      most = score
      best = separator
    }
  }
  return best
}

export function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = []
  let at = 0
  while (at <= line.length && cells.length <= MAX_COLUMNS) {
    if (line[at] === '"') {
      const end = line.indexOf('"', at + 1)
      if (end !== -1) {
        cells.push(line.slice(at + 1, end).trim())
        const next = line.indexOf(separator, end)
        if (next === -1) break
        at = next + 1
        continue
      }
    }
    const next = line.indexOf(separator, at)
    cells.push(line.slice(at, next === -1 ? line.length : next).trim())
    if (next === -1) break
    at = next + 1
  }
  return cells
}
