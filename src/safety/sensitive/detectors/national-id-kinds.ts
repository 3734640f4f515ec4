// Numbers that states give to people: their form, their check, the words that stand beside them. One table, an entry for each.

import { stdnum } from 'stdnum'
import { folded } from '../folded-text.ts'
import {
  american,
  chinese,
  danish,
  egyptian,
  hungarianTaj,
  hungarianTax,
  indonesian,
  iranian,
  japanese,
  kazakh,
  korean,
  latvian,
  luhnValid,
  malaysian,
  nhs,
  snils,
  taiwanese,
} from './national-id-checks.ts'

export interface IdKind {
  readonly country: string
  readonly form: RegExp
  readonly valid: (written: string) => boolean
  /** Beside the number, folded; absent where form and check digits alone are enough. */
  readonly words?: RegExp
}

interface Validator {
  validate(value: string): { readonly isValid: boolean }
}

const registry = stdnum as unknown as Readonly<
  Record<string, Readonly<Record<string, Validator>> | undefined>
>

function by(country: string, name: string): (written: string) => boolean {
  const validator = registry[country]?.[name]
  if (validator === undefined) throw new Error(`stdnum has no ${country}.${name}`)
  return (written) => {
    try {
      return validator.validate(written).isValid
    } catch {
      // Not even of the alphabet it expects.
      return false
    }
  }
}

const anything = (): boolean => true
/** `\\b` of an expression knows ASCII letters only. */
const EDGE = '(?:(?<![\\p{L}\\p{Nd}])(?=[\\p{L}\\p{Nd}])|(?<=[\\p{L}\\p{Nd}])(?![\\p{L}\\p{Nd}]))'
export const words = (list: string): RegExp => new RegExp(folded(list).replaceAll('\\b', EDGE), 'u')

/** Words that stand for such a number in many languages, for countries without ones of their own. */
const ANY_ID =
  'national id|id number|id no|identity number|identity card|identification number|personal number|personal id|personal code|ssn|social security|social insurance|tax id|taxpayer|tin\\b|passport|citizen'

const D = '[ .-]?'
const NOT_IN = '(?<![\\d.,/A-Za-z-])'
const NOT_ON = '(?![\\dA-Za-z]|[.,-]\\d)'
const form = (body: string, flags = 'g'): RegExp => new RegExp(NOT_IN + body + NOT_ON, flags)

export const KINDS: readonly IdKind[] = [
  // Long or lettered: form and check are enough.
  {
    country: 'CN',
    form: form('[1-9]\\d{5}(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx]'),
    valid: chinese,
  },
  {
    country: 'IT',
    form: form('[A-Z]{6}\\d{2}[ABCDEHLMPRST]\\d{2}[A-Z]\\d{3}[A-Z]', 'gi'),
    valid: by('IT', 'codicefiscale'),
  },
  { country: 'MX', form: form('[A-Z]{4}\\d{6}[HMX][A-Z]{5}[A-Z\\d]\\d', 'gi'), valid: by('MX', 'curp') },
  { country: 'CH', form: form('756\\.\\d{4}\\.\\d{4}\\.\\d{2}'), valid: by('CH', 'ssn') },
  { country: 'BR', form: form('\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}'), valid: by('BR', 'cpf') },
  { country: 'FI', form: form('\\d{6}[-+A-FU-Y]\\d{3}[0-9A-FHJ-NPR-Y]'), valid: by('FI', 'hetu') },
  { country: 'KR', form: form('\\d{6}-[1-8]\\d{6}'), valid: korean },
  {
    country: 'TW',
    form: form('[A-Z][12]\\d{8}'),
    valid: taiwanese,
    words: words('身分|身份|統一編號|證號|id no|national id'),
  },
  { country: 'HK', form: form('[A-Z]{1,2}\\d{6}\\([\\dA]\\)'), valid: by('HK', 'hkid') },
  {
    country: 'FR',
    form: form('[12] \\d{2} (?:0[1-9]|1[0-2]|[2-9]\\d) (?:\\d{2}|2[AB]) \\d{3} \\d{3}(?: \\d{2})?'),
    valid: (written) => written.length < 19 || by('FR', 'nir')(written),
  },
  {
    country: 'FR',
    form: form('[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3} ?\\d{2}'),
    valid: by('FR', 'nir'),
    words: words('secu|\\bnir\\b|insee|nss'),
  },
  {
    country: 'ZA',
    form: form('\\d{6} ?\\d{4} ?[01]8\\d'),
    valid: by('ZA', 'idnr'),
    words: words(`${ANY_ID}|identiteits`),
  },
  { country: 'PL', form: form('\\d{11}'), valid: by('PL', 'pesel'), words: words('pesel') },
  {
    country: 'RO',
    form: form('[1-8]\\d{12}'),
    valid: by('RO', 'cnp'),
    words: words('\\bcnp\\b|cod numeric'),
  },
  {
    country: 'BG',
    form: form('\\d{10}'),
    valid: by('BG', 'egn'),
    words: words('егн|единен граждански|\\begn\\b'),
  },
  {
    country: 'CZ',
    form: form('\\d{6}/?\\d{3,4}'),
    valid: by('CZ', 'rc'),
    words: words('rodne|r\\.? ?c\\.|\\brc\\b|birth number'),
  },
  { country: 'SK', form: form('\\d{6}/?\\d{3,4}'), valid: by('SK', 'rc'), words: words('rodne|r\\.? ?c\\.') },
  {
    country: 'HR',
    form: form('\\d{11}'),
    valid: by('HR', 'oib'),
    words: words('\\boib\\b|osobni identifikac'),
  },
  {
    country: 'RS',
    form: form('\\d{13}'),
    valid: by('RS', 'jmbg'),
    words: words('jmbg|јмбг|maticni broj|матични број|ембг|embg'),
  },
  { country: 'MK', form: form('\\d{13}'), valid: by('MK', 'jmbg'), words: words('embg|ембг|матичен') },
  { country: 'BA', form: form('\\d{13}'), valid: by('BA', 'jmbg'), words: words('jmbg|јмбг|maticni') },
  { country: 'SI', form: form('\\d{13}'), valid: by('SI', 'emso'), words: words('emso|maticna') },
  {
    country: 'HU',
    form: form('\\d{3}[ -]?\\d{3}[ -]?\\d{3}'),
    valid: hungarianTaj,
    words: words('taj\\b|taj-?szam|tarsadalombiztositasi'),
  },
  { country: 'HU', form: form('8\\d{9}'), valid: hungarianTax, words: words('adoazonosito') },
  {
    country: 'ES',
    form: form('\\d{8}[- ]?[A-HJ-NP-TV-Z]', 'gi'),
    valid: by('ES', 'dni'),
    words: words('\\bdni\\b|\\bnif\\b|documento|identidad|identitat|nan\\b|d\\.n\\.i'),
  },
  {
    country: 'ES',
    form: form('[XYZ][- ]?\\d{7}[- ]?[A-Z]', 'gi'),
    valid: by('ES', 'nie'),
    words: words('\\bnie\\b|nif|extranjer|documento|identidad'),
  },
  {
    country: 'PT',
    form: form('\\d{9}'),
    valid: by('PT', 'nif'),
    words: words('\\bnif\\b|contribuinte|numero fiscal'),
  },
  {
    country: 'PT',
    form: form('\\d{8} ?\\d ?[A-Z]{2}\\d'),
    valid: by('PT', 'cc'),
    words: words('cartao de cidad|cidadao|documento|\\bcc\\b'),
  },
  {
    country: 'NL',
    form: form('\\d{9}|\\d{4}\\.\\d{2}\\.\\d{3}'),
    valid: by('NL', 'bsn'),
    words: words('\\bbsn\\b|burgerservice|sofi'),
  },
  {
    country: 'BE',
    form: form(`\\d{2}${D}\\d{2}${D}\\d{2}${D}\\d{3}${D}\\d{2}`),
    valid: by('BE', 'nn'),
    words: words(
      'rijksregister|registre national|numero national|niss|insz|nationalregister|national number',
    ),
  },
  {
    country: 'DE',
    form: form('\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}'),
    valid: by('DE', 'idnr'),
    words: words('steuer-?id|identifikationsnummer|idnr|id-nr|steueridentifik|tax id'),
  },
  {
    country: 'DE',
    form: form('\\d{2} ?\\d{6} ?[A-Z] ?\\d{3}', 'gi'),
    valid: by('DE', 'svnr'),
    words: words('sozialversicherung|sv-?nummer|sv-?nr|rentenversicherung|versicherungsnummer|rvnr'),
  },
  {
    country: 'DE',
    form: form('[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\\d?'),
    valid: anything,
    words: words('ausweisnummer|ausweis-?nr|passnummer|reisepass-?nr|personalausweis'),
  },
  {
    country: 'AT',
    form: form('\\d{4} ?\\d{6}'),
    valid: by('AT', 'vnr'),
    words: words('sozialversicherung|sv-?nr|svnr|sv-?nummer|versicherungsnummer'),
  },
  {
    country: 'SE',
    form: form('(?:19|20)?\\d{6}[-+ ]?\\d{4}'),
    valid: by('SE', 'personnummer'),
    words: words('personnummer|person-?nr|\\bpnr\\b|samordningsnummer|personal number'),
  },
  { country: 'DK', form: form('\\d{6}[- ]?\\d{4}'), valid: danish, words: words('\\bcpr|personnummer') },
  {
    country: 'NO',
    form: form('\\d{6} ?\\d{5}'),
    valid: by('NO', 'fodselsnummer'),
    words: words('fodselsnummer|fodselsnr|personnummer|fnr|d-nummer'),
  },
  {
    country: 'IS',
    form: form('\\d{6}-?\\d{4}'),
    valid: by('IS', 'kennitala'),
    words: words('kennital|\\bkt\\b'),
  },
  {
    country: 'EE',
    form: form('[1-6]\\d{10}'),
    valid: by('EE', 'ik'),
    words: words('isikukood|personal code|ik\\b'),
  },
  { country: 'LV', form: form('\\d{6}-?\\d{5}'), valid: latvian, words: words('personas kod|p\\.k\\.') },
  {
    country: 'LT',
    form: form('[1-6]\\d{10}'),
    valid: by('LT', 'asmens'),
    words: words('asmens kod|a\\.k\\.'),
  },
  { country: 'GR', form: form('\\d{11}'), valid: by('GR', 'amka'), words: words('αμκα|α\\.μ\\.κ\\.α|amka') },
  { country: 'GR', form: form('\\d{9}'), valid: by('GR', 'vat'), words: words('αφμ|α\\.φ\\.μ|afm\\b') },
  {
    country: 'TR',
    form: form('[1-9]\\d{10}'),
    valid: by('TR', 'tckimlik'),
    words: words('kimlik|t\\.?c\\.? ?no|tckn|tc no'),
  },
  {
    country: 'RU',
    form: form('\\d{3}-\\d{3}-\\d{3}[ -]\\d{2}|\\d{11}'),
    valid: snils,
    words: words('снилс|snils|страховое свидетельство'),
  },
  { country: 'RU', form: form('\\d{12}'), valid: by('RU', 'inn'), words: words('инн\\b|\\binn\\b') },
  {
    country: 'RU',
    form: form('\\d{2} ?\\d{2}(?: ?№ ?| )\\d{6}'),
    valid: anything,
    words: words('паспорт|серия'),
  },
  {
    country: 'UA',
    form: form('\\d{10}'),
    valid: by('UA', 'rntrc'),
    words: words('рнокпп|іпн|инн|ідентифікаційний|ипн'),
  },
  { country: 'BY', form: form('\\d{7}[ABCHKEM]\\d{3}(?:PB|BA|BI)\\d'), valid: anything },
  { country: 'KZ', form: form('\\d{12}'), valid: kazakh, words: words('иин|жсн|\\biin\\b') },
  {
    country: 'IL',
    form: form('\\d{8,9}|\\d{7,8}-\\d'),
    valid: by('IL', 'idnr'),
    words: words('ת\\.?ז|תעודת זהות|מספר זהות|ת"ז|מס\' זהות|teudat'),
  },
  { country: 'EG', form: form('[23]\\d{13}'), valid: egyptian, words: words('قومي|هوي|بطاق|national id') },
  {
    country: 'SA',
    form: form('[12]\\d{9}'),
    valid: luhnValid,
    words: words('هوي|اقام|سجل مدني|national id|iqama'),
  },
  { country: 'AE', form: form('784-\\d{4}-\\d{7}-\\d'), valid: anything },
  {
    country: 'IR',
    form: form('\\d{10}'),
    valid: iranian,
    words: words('كد ملي|شماره ملي|national code|melli'),
  },
  {
    country: 'IN',
    form: form('[2-9]\\d{3}[ -]?\\d{4}[ -]?\\d{4}'),
    valid: by('IN', 'aadhaar'),
    words: words('aadhaa?r|आधार|uid\\b'),
  },
  {
    country: 'IN',
    form: form('[A-Z]{3}[ABCFGHLJPT][A-Z]\\d{4}[A-Z]'),
    valid: anything,
    words: words('\\bpan\\b|पैन|permanent account|income tax'),
  },
  { country: 'PK', form: form('\\d{5}-\\d{7}-\\d'), valid: anything },
  {
    country: 'BD',
    form: form('\\d{10}|\\d{13}|\\d{17}'),
    valid: anything,
    words: words('এনআইডি|পরিচয়পত্র|\\bnid\\b'),
  },
  { country: 'LK', form: form('\\d{9}[VX]', 'gi'), valid: anything, words: words('nic\\b|national id') },
  {
    country: 'TH',
    form: form('\\d[ -]?\\d{4}[ -]?\\d{5}[ -]?\\d{2}[ -]?\\d'),
    valid: by('TH', 'idnr'),
    words: words('ประชาชน|บัตร|ประจําตัว|ประจำตัว|thai id|citizen'),
  },
  {
    country: 'VN',
    form: form('0\\d{11}|\\d{9}'),
    valid: anything,
    words: words('cccd|cmnd|can cuoc|chung minh|dinh danh'),
  },
  { country: 'ID', form: form('\\d{16}'), valid: indonesian, words: words('\\bnik\\b|ktp|kependudukan') },
  { country: 'ID', form: form('\\d{2}\\.\\d{3}\\.\\d{3}\\.\\d-\\d{3}\\.\\d{3}'), valid: anything },
  {
    country: 'MY',
    form: form('\\d{6}-?\\d{2}-?\\d{4}'),
    valid: malaysian,
    words: words('kad pengenalan|mykad|nric|\\bic\\b|i/c'),
  },
  {
    country: 'SG',
    form: form('[STFGM]\\d{7}[A-Z]'),
    valid: anything,
    words: words('nric|\\bfin\\b|identity card'),
  },
  {
    country: 'PH',
    form: form('\\d{2}-\\d{7}-\\d|\\d{4}-\\d{4}-\\d{4}-\\d{4}'),
    valid: anything,
    words: words('\\bsss\\b|philsys|philid|\\bpsn\\b'),
  },
  {
    country: 'JP',
    form: form('\\d{4}[ -]?\\d{4}[ -]?\\d{4}'),
    valid: japanese,
    words: words('マイナンバー|個人番号|my number'),
  },
  {
    country: 'JP',
    form: form('[A-Z]{2}\\d{7}'),
    valid: anything,
    words: words('旅券番号|パスポート番号|旅券'),
  },
  { country: 'BR', form: form('\\d{11}'), valid: by('BR', 'cpf'), words: words('\\bcpf\\b') },
  {
    country: 'BR',
    form: form('\\d{1,2}\\.\\d{3}\\.\\d{3}-[\\dXx]'),
    valid: anything,
    words: words('\\brg\\b|registro geral|identidade'),
  },
  { country: 'AR', form: form('\\d{2}-?\\d{8}-?\\d'), valid: by('AR', 'cuit'), words: words('cui[tl]') },
  {
    country: 'AR',
    form: form('\\d{1,2}\\.?\\d{3}\\.?\\d{3}'),
    valid: by('AR', 'dni'),
    words: words('\\bdni\\b|documento'),
  },
  {
    country: 'CL',
    form: form('\\d{1,2}\\.?\\d{3}\\.?\\d{3}-[\\dkK]'),
    valid: by('CL', 'rut'),
    words: words('\\bru[tn]\\b|rol unico|cedula'),
  },
  {
    country: 'CO',
    form: form('\\d{1,3}(?:\\.?\\d{3}){2,3}'),
    valid: anything,
    words: words('cedula|c\\.c\\.|ciudadania'),
  },
  { country: 'EC', form: form('\\d{10}'), valid: by('EC', 'ci'), words: words('cedula|\\bci\\b|identidad') },
  { country: 'PE', form: form('\\d{8}'), valid: anything, words: words('\\bdni\\b') },
  {
    country: 'UY',
    form: form('\\d\\.?\\d{3}\\.?\\d{3}-?\\d'),
    valid: by('UY', 'cedula'),
    words: words('cedula|\\bci\\b|c\\.i\\.'),
  },
  {
    country: 'VE',
    form: form('[VE]-?\\d{1,2}\\.?\\d{3}\\.?\\d{3}', 'gi'),
    valid: anything,
    words: words('cedula|c\\.i\\.'),
  },
  {
    country: 'MX',
    form: form('[A-Z&Ñ]{4}\\d{6}[A-Z\\d]{3}', 'gi'),
    valid: by('MX', 'rfc'),
    words: words('\\brfc\\b|r\\.f\\.c'),
  },
  { country: 'DO', form: form('\\d{3}-?\\d{7}-?\\d'), valid: by('DO', 'cedula'), words: words('cedula') },
  {
    country: 'US',
    form: form('(?!000|666|9\\d\\d)\\d{3}[- ](?!00)\\d{2}[- ](?!0000)\\d{4}'),
    valid: american,
    words: words(
      'ssn|social security|s\\.s\\.|soc\\.? sec|taxpayer|employee|patient|dob|date of birth|w-2|1040|tax id|itin',
    ),
  },
  { country: 'US', form: form('\\d{9}'), valid: american, words: words('ssn|social security') },
  {
    country: 'CA',
    form: form('\\d{3}[ -]?\\d{3}[ -]?\\d{3}'),
    valid: by('CA', 'sin'),
    words: words('\\bsin\\b|social insurance|\\bnas\\b|assurance sociale'),
  },
  {
    country: 'GB',
    form: form('[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]', 'gi'),
    valid: by('GB', 'nino'),
    words: words('national insurance|\\bni\\b|nino|ni number|yswiriant|employee|payroll|paye'),
  },
  { country: 'GB', form: form('\\d{3} ?\\d{3} ?\\d{4}'), valid: nhs, words: words('\\bnhs\\b') },
  {
    country: 'IE',
    form: form('\\d{7}[A-W][A-IW]?', 'gi'),
    valid: by('IE', 'pps'),
    words: words('pps|psp|personal public'),
  },
  {
    country: 'AU',
    form: form('\\d{3} ?\\d{3} ?\\d{2,3}'),
    valid: by('AU', 'tfn'),
    words: words('\\btfn\\b|tax file'),
  },
  {
    country: 'NZ',
    form: form('\\d{2,3}-?\\d{3}-?\\d{3}'),
    valid: by('NZ', 'ird'),
    words: words('\\bird\\b'),
  },
  { country: 'NG', form: form('\\d{11}'), valid: anything, words: words('\\bnin\\b|\\bbvn\\b') },
  { country: 'KE', form: form('\\d{7,8}'), valid: anything, words: words('national id|kitambulisho') },
  {
    country: 'FR',
    form: form('\\d{2} ?\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}'),
    valid: anything,
    words: words('numero fiscal|n° fiscal'),
  },
  {
    country: 'IT',
    form: form('[A-Z]{2}\\d{5}[A-Z]{2}'),
    valid: anything,
    words: words("carta d'identita|documento"),
  },
  { country: 'AM', form: form('\\d{10}'), valid: anything, words: words('հանրային ծառայության') },
  { country: 'GE', form: form('\\d{11}'), valid: anything, words: words('პირადი ნომერი') },
  {
    country: 'AZ',
    form: form('[0-9A-HJ-NP-Z]{7}'),
    valid: (written) => /\d/.test(written) && /[A-Z]/.test(written),
    words: words('\\bfin\\b'),
  },
  {
    country: 'CU',
    form: form('\\d{11}'),
    valid: by('CU', 'ni'),
    words: words('carne de identidad|carnet de identidad'),
  },
  { country: 'MU', form: form('[A-Z]\\d{12}[A-Z0-9]'), valid: by('MU', 'nid') },
]
