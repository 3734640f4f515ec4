// Card numbers: of an issuer's range and length, with a right check digit, and standing as a card's number does: in groups of
// four, under a column that says so, or beside a word about cards. Bare digits that pass by chance (one in ten) are no finding.

import { masked, type PrivateFinding, sureOf } from '../finding.ts'

const MAX_CANDIDATES = 20_000
/** Words about cards near a number, before or behind. */
const NEAR_CHARS = 120

const CARD_WORDS =
  /card|karte|carte|tarjeta|carta|cartão|cartao|kaart|kort|kortti|karta|kartu|kártya|kartya|kredit|credit|crédit|crédito|credito|card ?holder|cvv|cvc|cvn|visa|mastercard|amex|american express|maestro|discover|diners|jcb|unionpay|mir\b|expir|exp\.?\s?\d|gültig|valable|vence|vencimiento|scadenza|validade|geldig|карт|картк|карти|κάρτα|καρτα|kart\b|kartı|kart no|بطاقة|بطاقه|כרטיס|کارت|कार्ड|কার্ড|บัตร|thẻ|the tin dung|カード|카드|卡号|卡號|信用卡|银行卡|銀行卡|cc ?num|ccn\b|\bcc\b|\bpan\b|debit|debet|debito|débito|kortelė|karte\b/i
const HOLDER_WORDS =
  /cvv|cvc|cvn|security code|prüfziffer|cryptogramme|código de seguridad|exp(?:iry|ires|iration|\.)?\b|valid thru|valid until|gültig bis|holder|inhaber|titular|titulaire|intestatario|срок|владелец|держатель|有效期|有効期限|유효기간|\b(?:0[1-9]|1[0-2])\s?\/\s?(?:2\d|20[2-4]\d)\b/i
const TEST_WORDS =
  /test|sandbox|dummy|fake|example|sample|fixture|luhn|checksum|mock|placeholder|documentation|beispiel|ejemplo|exemple|esempio|пример/i

/** Numbers that everybody's manuals show: a finding only where they stand with expiry or holder, and nothing says test. */
const WELL_KNOWN = new Set([
  '4111111111111111',
  '4242424242424242',
  '4012888888881881',
  '4000056655665556',
  '5555555555554444',
  '5105105105105100',
  '5200828282828210',
  '378282246310005',
  '371449635398431',
  '378734493671000',
  '6011111111111117',
  '6011000990139424',
  '30569309025904',
  '38520000023237',
  '3530111333300000',
  '3566002020360505',
  '4222222222222',
  '2223003122003222',
  '4000000000000002',
  '5454545454545454',
  '6200000000000005',
])

export function cardFindings(text: string, tabular = false): PrivateFinding[] {
  const found = new Set<string>()
  let example = ''
  let looked = 0
  let grouped = 0
  for (const match of text.matchAll(/(?<![\dA-Za-z.,/-])(?:\d[ -]?){12,18}\d(?![\dA-Za-z/]|[.,]\d)/g)) {
    if (++looked > MAX_CANDIDATES) break
    const written = match[0]
    const digits = written.replace(/\D/g, '')
    if (!ofIssuer(digits) || !luhn(digits) || /^(\d)\1+$/.test(digits)) continue
    const inGroups =
      /^\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}$/.test(written) || /^3\d{3}([ -])\d{6}\1\d{5}$/.test(written)
    if (!inGroups && /[ -]/.test(written)) continue
    const near = text.slice(Math.max(0, match.index - NEAR_CHARS), match.index + written.length + NEAR_CHARS)
    // Columns of numbers, four digits each, that go on.
    if (
      inGroups &&
      /^[ -]\d{3,}/.test(text.slice(match.index + written.length, match.index + written.length + 6))
    )
      continue
    if (inGroups && /\d{3,}[ -]$/.test(text.slice(Math.max(0, match.index - 6), match.index))) continue
    const says = CARD_WORDS.test(near)
    if (WELL_KNOWN.has(digits)) {
      if (!(says && HOLDER_WORDS.test(near)) || TEST_WORDS.test(near)) continue
    } else if (TEST_WORDS.test(near) && !HOLDER_WORDS.test(near)) continue
    if (!says && !inGroups) continue
    if (inGroups) grouped++
    if (example === '') example = masked(digits)
    found.add(digits)
  }
  if (found.size === 0 && tabular) return columnOfCards(text)
  if (found.size === 0) return []
  return [
    sureOf('card-number', grouped > 0 ? 'grouped' : 'near-words', { count: found.size, masked: example }),
  ]
}

/** A column whose header is far above: many numbers of issuers, all with right check digits, is no chance. */
function columnOfCards(text: string): PrivateFinding[] {
  const header = text.slice(0, 400)
  if (!CARD_WORDS.test(header) || TEST_WORDS.test(header)) return []
  let right = 0
  let wrong = 0
  let example = ''
  for (const [digits] of text.slice(0, 200_000).matchAll(/(?<![\d.])\d{13,19}(?![\d.])/g)) {
    if (!ofIssuer(digits)) continue
    if (luhn(digits)) {
      right++
      example ||= masked(digits)
    } else wrong++
    if (right + wrong > 200) break
  }
  return right >= 1 && right > wrong * 2
    ? [sureOf('card-number', 'column', { count: right, masked: example })]
    : []
}

/** Issuers by first digits and their lengths (ISO/IEC 7812 as published by the networks). */
export function ofIssuer(digits: string): boolean {
  const length = digits.length
  const two = Number(digits.slice(0, 2))
  const four = Number(digits.slice(0, 4))
  if (digits.startsWith('4')) return length === 13 || length === 16 || length === 19
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16
  if (two === 34 || two === 37) return length === 15
  if (four === 6011 || two === 65 || (four >= 6440 && four <= 6499)) return length === 16 || length === 19
  if (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059))
    return length === 14 || length === 16
  if (four >= 3528 && four <= 3589) return length === 16
  if (two === 62 || two === 81) return length >= 16 && length <= 19
  if (four >= 2200 && four <= 2204) return length >= 16 && length <= 19
  if (two === 50 || (two >= 56 && two <= 58) || two === 63 || two === 67) return length >= 12 && length <= 19
  if (two === 60) return length === 16
  return false
}

export function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48
    if (i % 2 === 1) {
      digit *= 2
      if (digit > 9) digit -= 9
    }
    sum += digit
  }
  return sum % 10 === 0
}
