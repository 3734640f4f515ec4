// Words that are a wallet: BIP-39 phrases of 12 to 24 words with their checksum, in all ten lists; extended private keys; WIF.
// By chance 12 words of a list in a row pass the checksum one time in 16: novels have no 12 such words in a row, and lines decide.

import { createHash } from 'node:crypto'
import { wordlist as czech } from '@scure/bip39/wordlists/czech.js'
import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { wordlist as french } from '@scure/bip39/wordlists/french.js'
import { wordlist as italian } from '@scure/bip39/wordlists/italian.js'
import { wordlist as japanese } from '@scure/bip39/wordlists/japanese.js'
import { wordlist as korean } from '@scure/bip39/wordlists/korean.js'
import { wordlist as portuguese } from '@scure/bip39/wordlists/portuguese.js'
import { wordlist as simplifiedChinese } from '@scure/bip39/wordlists/simplified-chinese.js'
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js'
import { wordlist as traditionalChinese } from '@scure/bip39/wordlists/traditional-chinese.js'
import { type PrivateFinding, sureOf } from '../finding.ts'

/** Of BIP-39, as a package keeps them. */
const LISTS = [
  czech,
  english,
  french,
  italian,
  japanese,
  korean,
  portuguese,
  simplifiedChinese,
  spanish,
  traditionalChinese,
]
const LENGTHS = [24, 21, 18, 15, 12]
/** Phrases stand in notes, not in the depth of books. */
const MAX_CHARS = 400_000

type WordList = ReadonlyMap<string, number>
function plain(word: string): string {
  return word.normalize('NFKD').toLowerCase()
}

const WORD_LISTS: readonly WordList[] = LISTS.map(
  (words) => new Map(words.map((word, i) => [plain(word), i])),
)

export function seedPhraseFindings(given: string): PrivateFinding[] {
  const text = given.slice(0, MAX_CHARS)
  for (const [, key] of text.matchAll(/\b((?:x|y|z|t|u|v)prv[1-9A-HJ-NP-Za-km-z]{100,112})\b/g)) {
    if (key !== undefined && base58Checked(key)) return [sureOf('wallet', 'extended-key')]
  }
  for (const [, key] of text.matchAll(
    /(?<![1-9A-HJ-NP-Za-km-z])([5KLc9][1-9A-HJ-NP-Za-km-z]{50,51})(?![1-9A-HJ-NP-Za-km-z])/g,
  )) {
    if (key !== undefined && base58Checked(key)) return [sureOf('wallet', 'wif')]
  }
  if (
    /(?:private|secret|priv)[\s_-]{0,2}key|wallet|приватный ключ|закрытый ключ|私钥|私鑰|秘密鍵|개인키|clé privée|clave privada|chave privada|privater schlüssel/i.test(
      text,
    )
  ) {
    if (
      /(?:private|secret|priv)[\s_-]{0,2}key["']?\s{0,4}[:=]?\s{0,4}["']?(?:0x)?[0-9a-f]{64}(?![0-9a-f])|(?:ключ|私钥|私鑰|秘密鍵|개인키|clé privée|clave privada|chave privada|schlüssel)["']?\s{0,4}[:：=]?\s{0,4}["']?(?:0x)?[0-9a-f]{64}(?![0-9a-f])/i.test(
        text,
      )
    )
      return [sureOf('wallet', 'hex-key')]
  }
  return phrase(text) ? [sureOf('wallet', 'seed-phrase')] : []
}

/** Where one of these is spoken of, the words may stand within other words. */
const ABOUT_WALLETS =
  /seed|mnemonic|recovery|phrase|wallet|bip-?39|ledger|trezor|metamask|monedero|semilla|cartera|portefeuille|récupération|semente|carteira|frase|wiederherstell|wörter|кошел|сид|мнемони|фраза|гаманець|助记|助記|钱包|錢包|錠|復元|ニーモニック|ウォレット|니모닉|지갑|복구|peněženk|portafoglio|محفظة|ארנק/i

function phrase(text: string): boolean {
  const lines = text
    .normalize('NFKD')
    .toLowerCase()
    .split('\n', 20_000)
    .map((line) => line.slice(0, 2_000))
    .filter((line) => line.trim() !== '')
  const words = lines.map((line) => wordsOf(line))
  const free = ABOUT_WALLETS.test(text)
  // `abandon abandon … about` is in every manual, and in careless wallets.
  const leastDistinct = free && !/test vector|example/i.test(text) ? 0.1 : 0.7
  for (const list of WORD_LISTS) {
    const chinese = list.has('的')
    let run: number[] = []
    for (const [i, line] of lines.entries()) {
      const indexes = indexesOf(words[i] as string[], list, chinese)
      if (indexes !== undefined) {
        run.push(...indexes)
        if (run.length <= 400) continue
      }
      if (isPhrase(run, 0, leastDistinct)) return true
      run = []
      if (free && within(line, list, chinese, leastDistinct)) return true
    }
    if (isPhrase(run, 0, leastDistinct)) return true
  }
  return false
}

/** Numbering and a label in front are no words of it; a full stop ends a sentence, and phrases have none. */
function wordsOf(line: string): string[] {
  const bare = line
    .replace(/^[^\n:：]{0,40}[:：]/, '')
    .replace(/(^|\s)\d{1,2}\s?[.)\]:-]?(?=\s|\p{L})/gu, ' ')
  return bare.split(/[\s,;|"'[\]]+/).filter((word) => word !== '')
}

/** @returns undefined at the first word that is none of the list: most lines of most texts. */
function indexesOf(words: readonly string[], list: WordList, chinese: boolean): number[] | undefined {
  const indexes: number[] = []
  for (const word of words) {
    for (const sign of chinese ? word : [word]) {
      const index = list.get(sign)
      if (index === undefined) return undefined
      indexes.push(index)
    }
  }
  return indexes
}

/** A run inside a line of other words. */
function within(line: string, list: WordList, chinese: boolean, leastDistinct: number): boolean {
  const found = line.split(/[^\p{L}\p{M}]+/u).flatMap((word) => (chinese ? [...word] : [word]))
  let run: number[] = []
  for (const word of [...found, '']) {
    const index = list.get(word)
    if (index !== undefined) run.push(index)
    else {
      if (isPhrase(run, 2, leastDistinct)) return true
      run = []
    }
  }
  return false
}

/** @param slack words of the list that stand before it by chance */
function isPhrase(run: readonly number[], slack = 0, leastDistinct = 0.7): boolean {
  for (const length of LENGTHS) {
    if (run.length < length || run.length > length + slack) continue
    for (let at = 0; at + length <= run.length; at++) {
      const words = run.slice(at, at + length)
      if (new Set(words).size >= length * leastDistinct && checksum(words)) return true
    }
  }
  return false
}

function checksum(words: readonly number[]): boolean {
  const bits = words.map((index) => index.toString(2).padStart(11, '0')).join('')
  const entropyBits = Math.floor((bits.length * 32) / 33)
  const entropy = Buffer.alloc(entropyBits / 8)
  for (let i = 0; i < entropy.length; i++) entropy[i] = Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2)
  const hash = createHash('sha256').update(entropy).digest()
  const expected = (hash[0] ?? 0)
    .toString(2)
    .padStart(8, '0')
    .slice(0, bits.length - entropyBits)
  return bits.slice(entropyBits) === expected
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function base58Checked(text: string): boolean {
  let value = 0n
  for (const sign of text) {
    const digit = ALPHABET.indexOf(sign)
    if (digit === -1) return false
    value = value * 58n + BigInt(digit)
  }
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  if (bytes.length < 5) return false
  const body = bytes.subarray(0, -4)
  const twice = createHash('sha256').update(createHash('sha256').update(body).digest()).digest()
  return twice.subarray(0, 4).equals(bytes.subarray(-4))
}
