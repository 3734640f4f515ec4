import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import * as make from '../../../test/corpus/formats.ts'
import { jpeg } from '../../../test/corpus/pictures.ts'
import { memoryBytes } from './file-bytes.ts'
import { scanFile } from './scan-file.ts'

const PAPER =
  'Arztbrief\nPatient: Jörg Müller\nDiagnose: Hypertonie\nMedikation: Ramipril 5 mg\nErnährung: salzarm'

async function scanned(name: string, bytes: Uint8Array): Promise<string[]> {
  const input = { path: name, components: [name], lengthBytes: bytes.length, modifiedMs: 0 }
  return (await scanFile(input, () => Promise.resolve(memoryBytes(bytes)))).map((finding) =>
    `${finding.class} ${finding.data.reason ?? ''}`.trim(),
  )
}

test('a paper is told in every form it is written in', async () => {
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ['a.txt', make.utf8(PAPER)],
    ['b.txt', make.utf16(PAPER)],
    ['c.txt', Buffer.from(PAPER, 'latin1')],
    ['d.pdf', make.pdf(PAPER)],
    ['e.docx', make.docx(PAPER)],
    ['f.odt', make.odt(PAPER)],
    ['g.pptx', make.pptx(PAPER)],
    ['h.rtf', make.rtf(PAPER)],
    ['i.html', make.html('Brief', PAPER)],
    ['j.doc', make.oldOffice(PAPER)],
    ['k.xlsx', make.xlsx(PAPER.split('\n').map((line) => line.split(': ')))],
    ['l.zip', make.zip([{ name: 'x/brief.docx', bytes: make.docx(PAPER) }])],
    ['m.tar.gz', make.gzip(make.tar([{ name: 'x/brief.pdf', bytes: make.pdf(PAPER) }]))],
    ['n.bin', make.docx(PAPER)],
  ]
  for (const [name, bytes] of forms) assert.deepEqual(await scanned(name, bytes), ['medical'], name)
})

test('a key is found wherever it stands in a long text, and what a log ends with', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = `\n${privateKey.export({ type: 'pkcs8', format: 'pem' })}\n`
  const filler = 'Nothing of note happened in this quiet line of the log.\n'.repeat(30_000)
  assert.deepEqual(await scanned('a.log', make.utf8(`${filler}${key}${filler}`)), ['private-key'])
  assert.deepEqual(await scanned('b.log', make.utf8(`${filler}${filler}IBAN: DE89370400440532013000\n`)), [
    'bank-account',
  ])
  assert.deepEqual(await scanned('c.log', make.utf8(`${filler}${filler}`)), [])
})

test('old encodings are read by the words in them', async () => {
  // `Паспорт` and `Дата рождения` in Windows-1251.
  const russian = Buffer.from(
    [...'Паспорт\nФамилия: Петров\nДата рождения: 12.03.1980\nМесто рождения: Тверь'].map((sign) => {
      const code = sign.charCodeAt(0)
      return code < 128 ? code : code - 0x410 + 0xc0
    }),
  )
  assert.deepEqual(await scanned('a.txt', russian), ['identity-paper'])
})

test('mails are looked into: bodies, and attachments by name and content', async () => {
  const mail = make.eml('Befund', PAPER, { name: 'reisepass.jpg', bytes: jpeg() })
  assert.deepEqual((await scanned('a.eml', mail)).sort(), ['identity-paper', 'mail', 'medical'])
})

test('what cannot be opened says why', async () => {
  assert.deepEqual(await scanned('a.zip', make.zip([{ name: 'a', bytes: make.utf8('x'), locked: true }])), [
    'unreadable password',
  ])
  const encrypted = make.oldOffice('x', 'EncryptedPackage')
  assert.deepEqual(await scanned('a.docx', encrypted), ['unreadable password'])
  assert.deepEqual(
    await scanned('a.7z', Buffer.from('377abcaf271c0004000000000000000000000006f10701', 'hex')),
    ['unreadable password'],
  )
})

test('a damaged document is salvaged or said to be damaged, never thrown', async () => {
  const whole = Buffer.from(make.docx(PAPER))
  assert.deepEqual(
    await scanned('a.docx', whole.subarray(0, whole.length - 60)),
    ['medical'],
    'its directory is gone',
  )
  for (const make_ of [make.pdf(PAPER), make.docx(PAPER), make.rtf(PAPER), make.eml('a', PAPER)]) {
    for (let at = 1; at < make_.length; at += Math.ceil(make_.length / 25)) {
      assert.ok(Array.isArray(await scanned('a.bin', make_.subarray(0, at))))
    }
  }
})

test('no finding holds what it found', async () => {
  const secrets = ['4539578763621486', 'DE89370400440532013000', '44051401359', 'hunter2x!']
  const text = make.utf8(
    'card 4539 5787 6362 1486 exp 04/27\nDE89370400440532013000\nPESEL 44051401359\nuser: a\npassword: hunter2x!\n',
  )
  const input = { path: 'a.txt', components: ['a.txt'], lengthBytes: text.length, modifiedMs: 0 }
  const findings = JSON.stringify(await scanFile(input, () => Promise.resolve(memoryBytes(text))))
  for (const secret of secrets) assert.ok(!findings.includes(secret), secret)
})
