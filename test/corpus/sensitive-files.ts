// 200 files that nobody should see by accident: papers in many languages and forms, keys, stores, mails, numbers, photos.

import { createHash, generateKeyPairSync } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { wordlist as japanese } from '@scure/bip39/wordlists/japanese.js'
import { wordlist as simplifiedChinese } from '@scure/bip39/wordlists/simplified-chinese.js'
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js'
import type { CorpusFile } from './corpus.ts'
import type { Dice } from './dice.ts'
import * as forms from './formats.ts'
import { PAPERS } from './papers.ts'
import * as pictures from './pictures.ts'

const DAY = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

type Maker = (dice: Dice) => CorpusFile

const make = { ...forms, ...pictures }
const { utf8 } = make
const file = (
  name: string,
  bytes: Uint8Array | string,
  classes: readonly string[],
  tuned = true,
): CorpusFile => ({
  components: name.split('/'),
  bytes: typeof bytes === 'string' ? utf8(bytes) : bytes,
  sensitive: classes,
  tuned,
})

const FORMS: readonly (readonly [string, (text: string) => Uint8Array])[] = [
  ['txt', utf8],
  ['pdf', make.pdf],
  ['docx', make.docx],
  ['odt', make.odt],
  ['rtf', make.rtf],
  ['html', (text) => make.html('Document', text)],
  ['txt', make.utf16],
  ['doc', make.oldOffice],
  ['pptx', make.pptx],
]

const pem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsa = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 1_024 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString()
const base64 = (dice: Dice, count: number): string => dice.from(`${DAY}+/`, count)

const KEYS: readonly Maker[] = [
  () => file('server.pem', rsa(), ['private-key']),
  (d) =>
    file(
      'id_ed25519',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64(d, 70)}\n${base64(d, 70)}\n${base64(d, 70)}\n-----END OPENSSH PRIVATE KEY-----\n`,
      ['private-key'],
    ),
  () => file('notes/old laptop.txt', `the key for the server, do not lose it\n\n${pem()}\n`, ['private-key']),
  (d) =>
    file(
      'backup.ppk',
      `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 2\n${base64(d, 64)}\nPrivate-Lines: 1\n${base64(d, 48)}\n`,
      ['private-key'],
    ),
  (d) =>
    file('tunnel.conf', `[Interface]\nPrivateKey = ${base64(d, 43)}=\nAddress = 10.2.0.2/32\n`, [
      'private-key',
    ]),
  (d) =>
    file(
      'keys.txt',
      `# created: 2024-03-01\n# public key: age1xyz\nAGE-SECRET-KEY-1${d.from('ABCDEFGHJKLMNPQRSTUVWXYZ023456789', 58)}\n`,
      ['private-key'],
    ),
  (d) =>
    file(
      'cert.p12',
      Buffer.concat([
        Buffer.from('308209a40201033082096a06092a864886f70d010701a082095b', 'hex'),
        d.bytes(900),
      ]),
      ['private-key'],
    ),
  (d) =>
    file('release.jks', Buffer.concat([Buffer.from('feedfeed0000000200000001', 'hex'), d.bytes(600)]), [
      'private-key',
    ]),
  (d) =>
    file(
      'secret.asc',
      `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${base64(d, 64)}\n${base64(d, 64)}\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n`,
      ['private-key'],
    ),
  (d) =>
    file('.env', `DB_HOST=db\nDB_PASSWORD=${d.from(DAY, 16)}\nSTRIPE=sk_live_${d.from(DAY, 24)}\n`, [
      'secret',
    ]),
  (d) =>
    file(
      'deploy.sh',
      `#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIA${d.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}\nexport AWS_SECRET_ACCESS_KEY=${base64(d, 40)}\naws s3 sync . s3://b\n`,
      ['secret'],
    ),
  (d) =>
    file(
      'service.json',
      `{"type": "service_account", "project_id": "p", "private_key_id": "${d.from('0123456789abcdef', 40)}", "private_key": "${pem().replaceAll('\n', '\\n')}"}`,
      ['secret', 'private-key'],
    ),
  (d) =>
    file(
      'config.yaml',
      `apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    client-key-data: ${base64(d, 120)}\n`,
      ['secret'],
    ),
  (d) =>
    file('settings.py', `DATABASE_URL = "postgres://shop:${d.from(DAY, 14)}@db.shop.internal:5432/shop"\n`, [
      'secret',
    ]),
  (d) => file('.netrc', `machine api.host.invalid login ana password ${d.from(DAY, 12)}\n`, ['secret']),
  (d) => file('.npmrc', `//registry.invalid/:_authToken=npm_${d.from(DAY, 36)}\n`, ['secret']),
  (d) => file('htpasswd', `ana:$apr1$${d.from(DAY, 8)}$${d.from(DAY, 22)}\n`, ['secret']),
  (d) =>
    file(
      'bot.js',
      `const client = new Client()\nclient.login("${d.of(['M', 'N'])}${d.from(DAY, 23)}.${d.from(DAY, 6)}.${d.from(DAY, 27)}")\n`,
      ['secret'],
    ),
  (d) =>
    file(
      'terraform.tfstate',
      `{"version": 4, "resources": [{"instances": [{"attributes": {"password": "${d.from(DAY, 18)}"}}]}]}`,
      ['secret'],
    ),
]

const STORES: readonly Maker[] = [
  (d) =>
    file('my.kdbx', Buffer.concat([Buffer.from('03d9a29a67fb4bb501000400', 'hex'), d.bytes(800)]), [
      'password-store',
    ]),
  (d) =>
    file(
      'export.csv',
      `name,url,username,password\nMail,https://mail.invalid,ana,${d.from(DAY, 10)}\nShop,https://shop.invalid,ana2,${d.from(DAY, 12)}\n`,
      ['password-store'],
    ),
  (d) =>
    file(
      'bitwarden.json',
      `{"encrypted": false, "folders": [], "items": [{"type": 1, "name": "Mail", "login": {"username": "ana", "password": "${d.from(DAY, 12)}"}}]}`,
      ['password-store'],
    ),
  (d) =>
    file(
      'zugang.txt',
      `Router\nBenutzer: admin\nPasswort: ${d.from(DAY, 9)}\n\nOnline-Shop\nBenutzer: jana\nPasswort: ${d.from(DAY, 11)}\n`,
      ['password-store', 'secret'],
    ),
  (d) =>
    file(
      'доступы.txt',
      `почта\nлогин: anna\nпароль: ${d.from(DAY, 10)}\nсайт\nлогин: anna2\nпароль: ${d.from(DAY, 10)}\n`,
      ['password-store'],
      false,
    ),
  (d) =>
    file(
      'メモ.txt',
      `銀行サイト\nログインID: sato\nパスワード: ${d.from(DAY, 10)}\n`,
      ['password-store', 'secret'],
      false,
    ),
  (d) =>
    file(
      'notas.txt',
      `correo ana@correo.invalid\ncontraseña: ${d.from(DAY, 9)}\nbanco usuario 4451 clave: ${d.digits(6)}\n`,
      ['password-store', 'secret'],
      false,
    ),
  () =>
    file(
      'wallet.dat',
      Buffer.concat([
        Buffer.alloc(12),
        Buffer.from('62310500', 'hex'),
        Buffer.alloc(100),
        Buffer.from('main\0key\0'),
        Buffer.alloc(500),
      ]),
      ['wallet'],
    ),
  () =>
    file(
      'paper.txt',
      'my coins\n\nlegal winner thank year wave sausage worth useful legal winner thank yellow\n',
      ['wallet'],
    ),
  (d) => file('frase.txt', `mi cartera\n${phrase(d, spanish, 12)}\n`, ['wallet'], false),
  (d) => file('seed-ja.txt', phrase(d, japanese, 24), ['wallet'], false),
  (d) => file('词.txt', phrase(d, simplifiedChinese, 12), ['wallet'], false),
  (d) =>
    file(
      'UTC--2024-03-01T10-00-00.000000000Z--ab',
      `{"address":"${d.from('0123456789abcdef', 40)}","crypto":{"cipher":"aes-128-ctr","ciphertext":"${d.from('0123456789abcdef', 64)}","kdf":"scrypt","kdfparams":{"n":262144}},"version":3}`,
      ['wallet'],
    ),
  () => file('btc.txt', 'cold storage: KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn', ['wallet']),
]

const PERSONAL: readonly Maker[] = [
  () => file('letter.eml', make.eml('Hello', 'See you on Friday. The results are attached.'), ['mail']),
  () =>
    file(
      'archive',
      'From ana@mail.invalid Tue Mar 12 09:14:55 2024\nFrom: Ana <ana@mail.invalid>\nTo: Ben <ben@mail.invalid>\nSubject: us\nDate: Tue, 12 Mar 2024 09:14:55 +0100\n\nI miss you.\n',
      ['mail'],
    ),
  (d) => file('outlook.pst', Buffer.concat([Buffer.from('!BDN'), d.bytes(600)]), ['mail']),
  () => file('Anruf.msg', make.oldOffice('Lieber Ben, anbei', '__nameid_version1.0'), ['mail']),
  () =>
    file(
      '_chat.txt',
      '[12.03.24, 14:05:11] Ana: bist du da?\n[12.03.24, 14:06:01] Ben: ja\n[12.03.24, 14:06:40] Ana: ruf mich an\n[12.03.24, 14:09:12] Ben: gleich\n[12.03.24, 14:12:12] Ana: ok\n',
      ['messages'],
    ),
  () =>
    file(
      'chat-ko.txt',
      '[민수] [오후 2:05] 어디야?\n[지영] [오후 2:06] 집이야\n[민수] [오후 2:07] 전화할게\n[지영] [오후 2:08] 응\n[민수] [오후 2:09] 고마워\n',
      ['messages'],
      false,
    ),
  () =>
    file(
      'result.json',
      '{"name": "Ana", "type": "personal_chat", "messages": [{"id": 1, "type": "message", "date": "2024-03-12T14:05:11", "from": "Ana", "from_id": "user1", "text": "hi"}]}',
      ['messages'],
    ),
  (d) =>
    file(
      'people.vcf',
      `BEGIN:VCARD\nVERSION:3.0\nFN:Ana Bell\nTEL;TYPE=CELL:+49 171 ${d.digits(7)}\nEND:VCARD\n`,
      ['contacts'],
    ),
  (d) =>
    file(
      'kunden.csv',
      `Vorname;Nachname;Telefon;E-Mail\nJana;Klein;0171 ${d.digits(7)};jana@post.invalid\nUwe;Gross;0172 ${d.digits(7)};uwe@post.invalid\nIna;Lang;0173 ${d.digits(7)};ina@post.invalid\n`,
      ['contacts'],
    ),
  () =>
    file(
      'cookies.txt',
      '# Netscape HTTP Cookie File\n.shop.invalid\tTRUE\t/\tTRUE\t1999999999\tsession\tk3j4h5k3j4h5k3j4\n',
      ['browser-data', 'secret'],
    ),
  () =>
    file('trace.har', '{"log": {"version": "1.2", "creator": {"name": "Browser"}, "entries": []}}', [
      'browser-data',
    ]),
  () =>
    file(
      'places.sqlite',
      database(
        'CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)',
        "INSERT INTO moz_places VALUES (1, 'https://a.invalid')",
      ),
      ['browser-data'],
    ),
  () =>
    file(
      'Login Data',
      database(
        'CREATE TABLE logins (origin_url TEXT, username_value TEXT, password_value BLOB)',
        "INSERT INTO logins VALUES ('https://a.invalid', 'ana', 'x')",
      ),
      ['password-store'],
    ),
  () =>
    file(
      'chat.db',
      database(
        'CREATE TABLE message (guid TEXT, text TEXT); CREATE TABLE handle (id TEXT)',
        "INSERT INTO message VALUES ('1', 'hi')",
      ),
      ['messages'],
    ),
  () =>
    file(
      'dump.sql',
      "-- MySQL dump 10.13\nCREATE TABLE `users` (`id` int, `email` varchar(80), `password` varchar(80));\nINSERT INTO `users` VALUES (1,'ana@post.invalid','$2y$10$abcdefghijklmnopqrstuv'),(2,'ben@post.invalid','$2y$10$abc');\n",
      ['backup'],
    ),
  (d) =>
    file('phone.ab', Buffer.concat([Buffer.from('ANDROID BACKUP\n5\n1\nnone\n'), d.bytes(300)]), ['backup']),
  (d) =>
    file('IMG_2041.jpg', make.jpeg(make.exif({ north: 48 + d.below(9) / 10, east: 11.5 }), d.bytes(40)), [
      'photo-place',
    ]),
  (d) =>
    file('P1000.heic', make.heic(make.exif({ north: 40 + d.below(9) / 10, east: 3.2 })), ['photo-place']),
  (d) => file('shot.png', make.png(make.exif({ north: 35 + d.below(9) / 10, east: 3.2 })), ['photo-place']),
  () => file('clip.mp4', make.mp4('+48.8577+002.2950/'), ['photo-place']),
  (d) =>
    file(
      'pass scan.zip',
      make.zip([{ name: 'reisepass_scan.jpg', bytes: make.jpeg(undefined, d.bytes(20)) }]),
      ['identity-paper'],
    ),
  () => file('geheim.zip', make.zip([{ name: 'a.txt', bytes: utf8('hello'), locked: true }]), ['unreadable']),
  (d) =>
    file(
      'project/.git/config',
      `[remote "origin"]\n\turl = https://ana:ghp_${d.from(DAY, 36)}@host.invalid/a.git\n`,
      ['hidden-file', 'secret'],
    ),
  () => file('.hidden-notes', 'things', ['hidden-file']),
]

const NUMBERS: readonly Maker[] = [
  (d) =>
    file('order.txt', `Please charge my card ${d.card().replace(/(\d{4})(?=\d)/g, '$1 ')} exp 04/27\n`, [
      'card-number',
    ]),
  (d) =>
    file('cards.csv', `holder,card number,expiry\nAna Bell,${d.card()},04/27\nBen Cole,${d.card()},11/26\n`, [
      'card-number',
      'bank-account',
    ]),
  (d) =>
    file(
      'carte.docx',
      make.docx(`Carte bancaire de Paul\nNuméro : ${d.card()}\nExpire : 09/27`),
      ['card-number'],
      false,
    ),
  (d) =>
    file('überweisung.txt', `Bitte überweise an ${d.iban('DE', 22).replace(/(.{4})(?=.)/g, '$1 ')}, danke`, [
      'bank-account',
    ]),
  (d) =>
    file(
      'conta.odt',
      make.odt(`Transferir para o IBAN ${d.iban('PT', 25)} até sexta`),
      ['bank-account'],
      false,
    ),
  (d) =>
    file(
      'sheet.xlsx',
      make.xlsx([
        ['Name', 'IBAN'],
        ['Ana', d.iban('AT', 20)],
        ['Ben', d.iban('BE', 16)],
      ]),
      ['bank-account'],
    ),
  () => file('ids.txt', 'PESEL: 44051401359\n', ['national-id']),
  () => file('mio.txt', 'codice fiscale RSSMRA85T10A562S', ['national-id'], false),
  () => file('person.txt', 'SSN: 536-22-8726, DOB 04/12/1980', ['national-id']),
  () => file('id-cn.txt', '身份证号：11010519491231002X', ['national-id'], false),
  () => file('sv.txt', 'Personnummer: 811228-9874', ['national-id'], false),
  () => file('br.txt', 'CPF 390.533.447-05', ['national-id'], false),
  () =>
    file(
      'mrz.txt',
      'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n',
      ['identity-paper'],
    ),
  (d) =>
    file(
      'staff.csv',
      `Employee name,Annual salary,Start\nAna Bell,${plain(d)},2020-01-01\nBen Cole,${plain(d)},2021-01-01\n`,
      ['payroll'],
    ),
  (d) =>
    file(
      'patients.csv',
      `patient_name;birth_date;diagnosis\nAna Bell;1980-0${d.between(1, 9)}-12;asthma\nBen Cole;1970-02-03;diabetes\n`,
      ['medical'],
    ),
]

const plain = (dice: Dice): string => String(dice.between(30_000, 90_000))

/** Nothing in them but a picture, or nothing at all: their names say it. */
const NAMED: readonly (readonly [string, string])[] = [
  ['tax-2024.pdf', 'tax'],
  ['Gehaltsabrechnung_03.pdf', 'payroll'],
  ['bulletin de paie mars.pdf', 'payroll'],
  ['납세증명서.pdf', 'tax'],
  ['医疗记录.docx', 'medical'],
  ['passport.jpg', 'identity-paper'],
  ['Personalausweis Rückseite.png', 'identity-paper'],
  ['id card front.jpg', 'identity-paper'],
  ['身份证正面.jpg', 'identity-paper'],
  ['kontoauszug_2024_02.pdf', 'bank-account'],
  ['BankStatementMarch.pdf', 'bank-account'],
  ['паспорт скан.jpg', 'identity-paper'],
  ['Arbeitsvertrag unterschrieben.pdf', 'legal'],
  ['curriculum_vitae_ana.docx', 'private-words'],
  ['passwords.xlsx', 'password-store'],
  ['kimlik fotokopisi.jpg', 'identity-paper'],
  ['診断書.jpg', 'medical'],
  ['שכר תלוש.pdf', 'payroll'],
  ['كشف حساب.pdf', 'bank-account'],
  ['hộ chiếu.jpg', 'identity-paper'],
  ['lönespecifikation-mars.pdf', 'payroll'],
  ['wyniki badań krwi.pdf', 'medical'],
]

/** A phrase of the standard, out of a list that the scan has too. */
function phrase(dice: Dice, known: readonly string[], words: number): string {
  const entropy = dice.bytes((words * 32) / 24)
  const bits = (bytes: Uint8Array): string =>
    [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const all = bits(entropy) + bits(createHash('sha256').update(entropy).digest()).slice(0, words / 3)
  return Array.from(
    { length: words },
    (_, i) => known[Number.parseInt(all.slice(i * 11, i * 11 + 11), 2)],
  ).join(' ')
}

function database(schema: string, rows: string): Uint8Array {
  const opened = new DatabaseSync(':memory:')
  opened.exec(schema)
  opened.exec(rows)
  const bytes = opened.serialize()
  opened.close()
  return bytes
}

export function sensitiveFiles(dice: Dice, count: number): CorpusFile[] {
  const files: CorpusFile[] = []
  for (const makers of [KEYS, STORES, PERSONAL, NUMBERS]) for (const maker of makers) files.push(maker(dice))
  for (const [name, kind] of NAMED) {
    const picture = /\.(?:jpg|png)$/.test(name)
    files.push(
      file(
        name,
        picture ? make.jpeg(undefined, dice.bytes(60)) : name.endsWith('x') ? make.docx(' ') : make.pdf(' '),
        [kind],
        false,
      ),
    )
  }
  for (let i = 0; files.length < count; i++) {
    const paper = PAPERS[i % PAPERS.length] as (typeof PAPERS)[number]
    const [ending, form] = FORMS[
      (i + Math.floor(i / PAPERS.length) * 4) % FORMS.length
    ] as (typeof FORMS)[number]
    files.push(file(`${paper.name}-${i}.${ending}`, form(paper.text(dice)), paper.classes, paper.tuned))
  }
  return files.slice(0, count)
}
