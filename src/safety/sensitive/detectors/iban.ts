// Account numbers: IBAN by country length and check digits (by chance one in 97), and national ones beside their words.

import { masked, type PrivateFinding, sureOf } from '../finding.ts'

/** Lengths of the IBAN registry. */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** Countries whose account numbers are digits alone, begin with four letters of a bank, or mix both. */
const DIGITS_ONLY = new Set(
  'AE AT BA BE CR CZ DE DJ DK EE ES FI FK FO GL HR HU IL IS LT LY ME MN MR NO PL PT RS SD SE SI SK SO ST TL TN VA XK'.split(
    ' ',
  ),
)
const BANK_LETTERS = new Set(
  'AZ BG BH DO GB GI GT IE IQ JO KW LC LV MU NI NL PK PS QA RO SC SV VG'.split(' '),
)
/** An IBAN whose letters are of hexadecimal digits only, alone among other such words, is a sum of something. */
const BANK_WORDS =
  /iban|bic\b|swift|bank|kont|compt|cuent|cont[ao]\b|rekening|rachun|účet|ucet|számla|счет|счёт|рахун|λογαριασ|hesab|حساب|חשבון|口座|账|帳|계좌|account|pay|zahl|överf/i

const MAX_CANDIDATES = 20_000
const NEAR_CHARS = 100
/** Where the number of an example stands; people's own papers do not speak of check digits. */
const ABOUT =
  /example|sample|checksum|mod[- ]?97|iso 13616|valid(?:ate|ator|ation)|regex|test(?:s|ing|case|data)?\b|fixture|beispiel|prüfziffer|exemple|ejemplo|esempio|format of/i

export function ibanFindings(text: string): PrivateFinding[] {
  const found = new Set<string>()
  let example = ''
  let country = ''
  let looked = 0
  for (const match of text.matchAll(/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}[ -]?(?:[A-Za-z0-9]{1,4}[ -]?){3,8}/g)) {
    if (++looked > MAX_CANDIDATES) break
    const letters = match[0].slice(0, 2).toUpperCase()
    const length = LENGTHS[letters]
    if (length === undefined) continue
    const written = signsOf(text, match.index, length)
    // Written in one case, and a word of its own: what goes on is a sum, a key, an address of a wallet.
    if (written === undefined || (/[a-z]/.test(written) && /[A-Z]/.test(written))) continue
    const compact = written.toUpperCase()
    if (!shaped(compact, letters) || !mod97(compact)) continue
    const near = text.slice(Math.max(0, match.index - NEAR_CHARS), match.index + 40 + NEAR_CHARS)
    if (ABOUT.test(near)) continue
    const hexadecimal = /[A-F]/.test(compact.slice(4)) && /^[A-F\d]+$/.test(compact)
    if (hexadecimal && !BANK_WORDS.test(near)) continue
    found.add(compact)
    if (example === '') {
      example = masked(compact)
      country = letters
    }
  }
  if (found.size > 0) return [sureOf('bank-account', 'iban', { count: found.size, masked: example, country })]
  return nationalAccount(text)
}

/** As many signs as that country's have, groups put together; a word may follow, more of the same may not. */
function signsOf(text: string, from: number, length: number): string | undefined {
  let signs = ''
  let at = from
  for (; at < text.length && signs.length < length; at++) {
    const sign = text.charAt(at)
    if (sign === ' ' || sign === '-') continue
    if (!/[A-Za-z\d]/.test(sign)) return undefined
    signs += sign
  }
  return signs.length < length || /[A-Za-z\d]/.test(text.charAt(at)) ? undefined : signs
}

function shaped(iban: string, country: string): boolean {
  if (!/^[A-Z]{2}(?:0[2-9]|[1-8]\d|9[0-8])/.test(iban)) return false
  if (DIGITS_ONLY.has(country)) return /^\d+$/.test(iban.slice(4))
  if (BANK_LETTERS.has(country)) return /^[A-Z]{4}/.test(iban.slice(4))
  return true
}

export function mod97(iban: string): boolean {
  const moved = iban.slice(4) + iban.slice(0, 4)
  let rest = 0
  for (const sign of moved) {
    const value = sign >= 'A' ? sign.charCodeAt(0) - 55 : Number(sign)
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97
  }
  return rest === 1
}

/** Routing and account beside each other (US), sort code (GB), CLABE (MX), IFSC (IN), BSB (AU): each by form and its words. */
function nationalAccount(text: string): PrivateFinding[] {
  for (const [, number] of text.matchAll(/(?:routing|aba|rtn)[^\d\n]{0,25}(\d{9})(?!\d)/gi)) {
    if (number !== undefined && aba(number) && /account|acct/i.test(text))
      return [sureOf('bank-account', 'routing', { country: 'US', masked: masked(number) })]
  }
  if (
    /sort ?code[^\d\n]{0,15}\d{2}[- ]?\d{2}[- ]?\d{2}(?!\d)/i.test(text) &&
    /acc(?:oun)?t[^\d\n]{0,20}\d{8}(?!\d)/i.test(text)
  ) {
    return [sureOf('bank-account', 'sort-code', { country: 'GB' })]
  }
  for (const [, number] of text.matchAll(/clabe[^\d\n]{0,25}(\d{18})(?!\d)/gi)) {
    if (number !== undefined && clabe(number))
      return [sureOf('bank-account', 'clabe', { country: 'MX', masked: masked(number) })]
  }
  if (
    /ifsc[^\n]{0,15}\b[A-Z]{4}0[A-Z0-9]{6}\b/i.test(text) &&
    /(?:a\/c|acc(?:oun)?t|खाता)[^\d\n]{0,25}\d{9,18}(?!\d)/i.test(text)
  ) {
    return [sureOf('bank-account', 'ifsc', { country: 'IN' })]
  }
  if (
    /\bbsb\b[^\d\n]{0,10}\d{3}[- ]?\d{3}(?!\d)/i.test(text) &&
    /acc(?:oun)?t[^\d\n]{0,25}\d{5,10}(?!\d)/i.test(text)
  ) {
    return [sureOf('bank-account', 'bsb', { country: 'AU' })]
  }
  if (
    /(?:бик|bic)[^\d\n]{0,8}04\d{7}(?!\d)/i.test(text) &&
    /(?:р\/с|счет|счёт)[^\d\n]{0,25}4\d{19}(?!\d)/i.test(text)
  ) {
    return [sureOf('bank-account', 'account', { country: 'RU' })]
  }
  return []
}

function aba(number: string): boolean {
  const weights = [3, 7, 1, 3, 7, 1, 3, 7, 1]
  const sum = weights.reduce((total, weight, i) => total + weight * Number(number[i]), 0)
  return sum > 0 && sum % 10 === 0
}

function clabe(number: string): boolean {
  const weights = [3, 7, 1]
  const sum = [...number.slice(0, 17)].reduce(
    (total, digit, i) => total + ((Number(digit) * (weights[i % 3] as number)) % 10),
    0,
  )
  return (10 - (sum % 10)) % 10 === Number(number[17])
}
