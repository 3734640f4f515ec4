// 2,000 files that nobody minds: code, books, music, photos without a place, tables of measurements, templates, licences, logs,
// public keys; many of them full of the very words and numbers that private ones have.

import { createHash, generateKeyPairSync } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { CorpusFile } from './corpus.ts'
import type { Dice } from './dice.ts'
import * as forms from './formats.ts'
import * as pictures from './pictures.ts'

type Maker = (dice: Dice, i: number) => CorpusFile

const make = { ...forms, ...pictures }
const { utf8 } = make
const file = (name: string, bytes: Uint8Array | string, tuned = true): CorpusFile => ({
  components: name.split('/'),
  bytes: typeof bytes === 'string' ? utf8(bytes) : bytes,
  sensitive: [],
  tuned,
})

const WORDS =
  'the of and river house light under morning walked quiet stone garden letter window winter road before never while other small green paper hand voice night water long turned field music train table bread horse bridge story friend island'.split(
    ' ',
  )

const sentence = (d: Dice): string => {
  const words = Array.from({ length: d.between(7, 18) }, () => d.of(WORDS)).join(' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
const prose = (d: Dice, sentences: number): string =>
  Array.from({ length: Math.ceil(sentences / 5) }, () =>
    Array.from({ length: 5 }, () => sentence(d)).join(' '),
  ).join('\n\n')

const NOVELS = [
  'The doctor folded the prescription and looked at her patient for a long time. "The diagnosis is not what you fear," she said. He thought of his salary, of the tax collector, of the bank that would take the house. ',
  'Der Arzt legte den Befund auf den Tisch. Der Patient schwieg. Draußen ging ein Mann vorbei, der an seine Steuererklärung dachte und an das Gehalt, das nie reichte. ',
  'Le médecin relut l’ordonnance. Le patient songeait à son passeport, à son salaire, à la banque qui refusait le prêt. Il neigeait sur la mairie. ',
  'El médico dejó la receta sobre la mesa. El paciente pensaba en su salario, en el banco, en el pasaporte que había perdido en Lisboa. ',
  'Врач положил рецепт на стол. Пациент молчал и думал о зарплате, о паспорте, о налогах и о том, что банк закроет счет. ',
  '医者は処方箋を机に置いた。患者は給料のこと、税金のこと、銀行のことを考えていた。窓の外では雪が降っていた。',
  '医生把处方放在桌上。病人沉默着，想着工资、护照和银行的贷款。窗外下着雪。',
]

const ARTICLES = [
  'Income tax is a tax imposed on individuals or entities in respect of the income or profits earned by them. Taxation rates may vary by type or characteristics of the taxpayer. In most systems taxable income is total income less deductions. The first permanent income tax was introduced in 1842, and by 1913 some forty states had one. A tax return is the form on which a person reports income. Withholding was added in 1943, when about 60 million people paid it. ',
  'A passport is an official travel document that contains the identity of a person. Modern passports hold a machine readable zone with the passport number, date of birth, and date of expiry. The International Civil Aviation Organization issued its standard in 1980, and more than 150 states follow it. Nationality, place of birth and date of issue stand on the data page. ',
  'Die Gehaltsabrechnung informiert Arbeitnehmer über Bruttolohn, Nettolohn und Abzüge. Seit 2010 regelt eine Verordnung, was darin stehen muss: Lohnsteuer, Krankenversicherung, Rentenversicherung, Steuerklasse. Arbeitgeber müssen sie in Textform erteilen. Viele Betriebe stellen sie seit einigen Jahren elektronisch bereit. ',
  'El historial clínico es el documento que reúne los datos de un paciente: antecedentes, diagnóstico, tratamiento y evolución. La ley de 2002 regula su acceso. Los hospitales lo guardan durante al menos cinco años desde el alta. ',
  '个人所得税是对个人取得的各项应税所得征收的一种税。纳税人应当在次年三月至六月办理汇算清缴。应纳税所得额等于收入总额减去费用和专项附加扣除。这项制度自1980年起施行。',
  'Расчётный листок — документ, который работодатель выдает работнику. В нем указывают начисленную сумму, удержания и сумму к выплате. Форма утверждается локальным актом. Обязанность закреплена в Трудовом кодексе с 2001 года. ',
]

const MAKERS: readonly Maker[] = [
  (d, i) =>
    file(
      `src/${d.of(['auth', 'payroll', 'tax', 'patient', 'card', 'password'])}-${i}.ts`,
      `import { hash } from './hash.ts'\n\nexport function validatePassword(password: string): boolean {\n  const token = getToken()\n  return password.length >= ${d.between(8, 16)} && token !== undefined\n}\n// test card 4111 1111 1111 1111\nexport const SECRET_KEY = process.env.SECRET_KEY ?? ''\n`,
    ),
  (d, i) =>
    file(
      `lib/tax_${i}.py`,
      `"""Income tax calculator."""\n\ndef taxable_income(gross, deductions):\n    return gross - deductions\n\nRATES = [${d.digits(2)}, ${d.digits(2)}]\npassword = os.environ["DB_PASSWORD"]\napi_key = "YOUR_API_KEY"\n`,
    ),
  (d, i) =>
    file(
      `go/main_${i}.go`,
      `package main\n\nvar version = "${createHash('sha1')
        .update(String(d.digits(9)))
        .digest('hex')}"\n\nfunc main() { println("token") }\n`,
    ),
  (d, i) =>
    file(
      `README-${i}.md`,
      `# Tool\n\nSet \`API_KEY\` and run \`tool --password <password>\`.\n\n\`\`\`\n-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n\`\`\`\n\n${prose(d, 8)}`,
    ),
  (_d, i) => file(`.env.example`, `DB_PASSWORD=changeme\nAPI_KEY=your-api-key-here\nPORT=${3_000 + i}\n`),
  (d, i) =>
    file(
      `package-lock-${i}.json`,
      `{"name": "x", "packages": {${Array.from({ length: 8 }, (_, j) => `"node_modules/a${j}": {"version": "1.${d.digits(1)}.0", "integrity": "sha512-${d.from('abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789+/', 86)}=="}`).join(', ')}}}`,
    ),
  (d, i) =>
    file(
      `novel-${i}.txt`,
      `Chapter ${d.between(1, 30)}\n\n${Array.from({ length: 6 }, () => d.of(NOVELS)).join('\n\n')}\n\n${prose(d, 40)}`,
    ),
  (d, i) => file(`article-${i}.${d.of(['txt', 'md'])}`, `${d.of(ARTICLES).repeat(2)}\n\n${prose(d, 15)}`),
  (d, i) => file(`wiki-${i}.html`, make.html('Encyclopedia', `${d.of(ARTICLES).repeat(3)}\n${prose(d, 10)}`)),
  (d, i) => file(`paper-${i}.pdf`, make.pdf(prose(d, 12).replace(/(.{80})/g, '$1\n')), false),
  (d, i) =>
    file(
      `report-${i}.docx`,
      make.docx(`Annual report on ${d.of(['rivers', 'birds', 'bridges'])}\n${prose(d, 30)}`),
    ),
  (d, i) => file(`slides-${i}.pptx`, make.pptx(`Introduction to taxation\n${prose(d, 6)}`)),
  (d, i) =>
    file(
      `measure-${i}.csv`,
      `time,temperature,pressure\n${Array.from({ length: 40 }, (_, j) => `${1_700_000_000 + j * 60},${d.digits(2)}.${d.digits(3)},${d.digits(4)}.${d.digits(2)}`).join('\n')}`,
    ),
  (d, i) =>
    file(
      `sensor-${i}.xlsx`,
      make.xlsx([
        ['id', 'value', 'unit'],
        ...Array.from({ length: 20 }, () => [d.digits(6), d.digits(4), 'mm']),
      ]),
    ),
  (d, i) =>
    file(`isbn-${i}.txt`, Array.from({ length: 30 }, () => `978${d.digits(10)}  ${sentence(d)}`).join('\n')),
  (d, i) =>
    file(
      `server-${i}.log`,
      Array.from(
        { length: 60 },
        (_, j) =>
          `2024-03-12 14:${String(j).padStart(2, '0')}:00 INFO request ${d.digits(16)} user=${d.digits(9)} took ${d.digits(3)}ms`,
      ).join('\n'),
    ),
  (d, i) =>
    file(
      `access-${i}.log`,
      Array.from(
        { length: 40 },
        () =>
          `10.0.0.${d.between(1, 250)} - - [12/Mar/2024:14:00:01 +0000] "GET /login?id=${d.digits(15)} HTTP/1.1" 200 ${d.digits(4)}`,
      ).join('\n'),
    ),
  (d, i) =>
    file(
      `uuids-${i}.json`,
      `{"items": [${Array.from({ length: 20 }, () => `"${d.from('0123456789abcdef', 8)}-${d.from('0123456789abcdef', 4)}-4${d.from('0123456789abcdef', 3)}-a${d.from('0123456789abcdef', 3)}-${d.from('0123456789abcdef', 12)}"`).join(',')}]}`,
    ),
  (_d, i) =>
    file(
      `keys/public-${i}.pem`,
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ),
  (d, i) =>
    file(
      `keys/host-${i}.pub`,
      `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${d.from('abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789', 43)} ana@host\n`,
    ),
  (d, i) =>
    file(
      `certs/site-${i}.crt`,
      `-----BEGIN CERTIFICATE-----\n${Array.from({ length: 12 }, () => d.from('abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789+/', 64)).join('\n')}\n-----END CERTIFICATE-----\n`,
    ),
  (d, i) =>
    file(
      `music/${i} - Doctor ${d.of(['Love', 'Blues', 'Tax'])}.mp3`,
      Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\0', 'latin1'), d.bytes(400)]),
    ),
  (d, i) => file(`music/${i} - Passport.flac`, Buffer.concat([Buffer.from('fLaC'), d.bytes(400)])),
  (_d, i) => file(`video/The Bank Job ${i}.mp4`, make.mp4()),
  (d, i) =>
    file(`video/Medical Drama S01E${i}.mkv`, Buffer.concat([Buffer.from('1a45dfa3', 'hex'), d.bytes(400)])),
  (d, i) =>
    file(
      `subs/The Doctor ${i}.srt`,
      Array.from(
        { length: 20 },
        (_, j) =>
          `${j + 1}\n00:0${j % 10}:01,000 --> 00:0${j % 10}:04,000\nMy password is none of your business.\n`,
      ).join('\n') + d.digits(2),
    ),
  (d, i) =>
    file(`photos/IMG_${1_000 + i}.jpg`, make.jpeg(d.below(2) === 0 ? make.exif() : undefined, d.bytes(200))),
  (d, i) => file(`photos/flower-${i}.png`, make.png(undefined, `noise ${d.digits(6)}`)),
  (_d, i) => file(`photos/garden-${i}.heic`, make.heic(make.exif())),
  (_d, i) => file(`photos/lake-${i}.webp`, make.webp(make.exif())),
  (d, i) =>
    file(
      `books/Taxation in Rome ${i}.epub`,
      make.zip([
        { name: 'mimetype', bytes: utf8('application/epub+zip') },
        { name: 'META-INF/container.xml', bytes: utf8('<x/>') },
        { name: 'OEBPS/c1.xhtml', bytes: make.html('c', d.of(NOVELS).repeat(10)) },
      ]),
    ),
  (d, i) =>
    file(
      `project-${i}.zip`,
      make.zip([
        { name: 'src/a.js', bytes: utf8('export const a = 1') },
        { name: 'README.md', bytes: utf8(prose(d, 6)) },
      ]),
    ),
  (d, i) =>
    file(
      `release-${i}.tar.gz`,
      make.gzip(
        make.tar([
          { name: 'a/main.c', bytes: utf8('int main() { return 0; }') },
          { name: 'a/COPYING', bytes: utf8(prose(d, 5)) },
        ]),
      ),
    ),
  (d, i) =>
    file(
      `recipes/soup-${i}.txt`,
      `Onion soup\n\nServes: 4\nTime: 45 min\n\n${d.between(2, 6)} onions\n250 ml water\n30 g butter\n\n${prose(d, 5)}`,
    ),
  (_d, i) =>
    file(
      `forms/invoice template ${i}.docx`,
      make.docx(
        'Invoice\nName: ____________\nAddress: ____________\nIBAN: ______________\nAmount: ____________\nDate: ____________',
      ),
    ),
  (_d, i) =>
    file(
      `forms/Lohnabrechnung Vorlage ${i}.docx`,
      make.docx(
        'Lohnabrechnung (Vorlage)\nName: [Name]\nPersonalnummer: ________\nBruttolohn: ________\nNettolohn: ________\nAuszahlungsbetrag: ________',
      ),
    ),
  (_d, i) =>
    file(
      `forms/blank-medical-form-${i}.pdf`,
      make.pdf(
        'Medical history form\nPatient name: ____________\nDate of birth: ____________\nAllergies: ____________\nMedications: ____________',
      ),
    ),
  (_d, i) =>
    file(
      `forms/plantilla contrato ${i}.odt`,
      make.odt(
        'CONTRATO DE ARRENDAMIENTO\nArrendador: ____________\nArrendatario: ____________\nRenta mensual: ________\nFianza: ________',
      ),
    ),
  (d, i) =>
    file(
      `LICENSE-${i}`,
      `MIT License\n\nCopyright (c) ${2_000 + d.below(24)} The Authors\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in the Software without restriction.\n\nTHE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.\n`,
    ),
  (_d, i) =>
    file(
      `man/passwd.${(i % 8) + 1}`,
      `.TH PASSWD 1\n.SH NAME\npasswd \\- change user password\n.SH OPTIONS\n.B \\-\\-pass\nThe new password.\n`,
    ),
  (d, i) =>
    file(
      `lorem-${i}.txt`,
      Array.from(
        { length: 30 },
        () =>
          `Lorem ipsum dolor sit amet ${d.digits(d.between(3, 12))} consectetur ${d.digits(4)} ${d.digits(4)}`,
      ).join('\n'),
    ),
  (d, i) =>
    file(
      `contact-${i}.html`,
      make.html(
        'Contact',
        `Our shop is open daily.\nPhone: +49 30 ${d.digits(7)}\nFax: +49 30 ${d.digits(7)}\nMail: info@shop.invalid\n${prose(d, 4)}`,
      ),
    ),
  (d, i) =>
    file(
      `data/cities-${i}.csv`,
      `name,country,population,lat,lon\n${Array.from({ length: 30 }, () => `${d.of(WORDS)},DE,${d.digits(6)},${d.digits(2)}.${d.digits(4)},${d.digits(2)}.${d.digits(4)}`).join('\n')}`,
    ),
  (d, i) =>
    file(
      `data/products-${i}.csv`,
      `sku,name,ean,price\n${Array.from({ length: 30 }, () => `${d.digits(8)},${d.of(WORDS)},${d.digits(13)},${d.digits(2)}.99`).join('\n')}`,
    ),
  (d, i) =>
    file(
      `data/genes-${i}.tsv`,
      `gene\tchrom\tstart\tend\n${Array.from({ length: 30 }, () => `G${d.digits(5)}\tchr${d.between(1, 22)}\t${d.digits(9)}\t${d.digits(9)}`).join('\n')}`,
    ),
  (d, i) =>
    file(
      `data/app-${i}.sqlite`,
      database(
        `CREATE TABLE tiles (zoom INTEGER, x INTEGER, y INTEGER, data BLOB)`,
        `INSERT INTO tiles VALUES (1, ${d.digits(3)}, 2, x'00')`,
      ),
    ),
  (d, i) =>
    file(
      `data/tracks-${i}.sql`,
      `CREATE TABLE tracks (id int, title text);\nINSERT INTO tracks VALUES (1, '${sentence(d)}');\n`,
    ),
  (d, i) =>
    file(
      `config/app-${i}.yml`,
      `server:\n  port: 8080\n  token_ttl: 3600\nlogging:\n  level: info\n  file: ${d.of(WORDS)}.log\ndatabase:\n  password: \${DB_PASSWORD}\n`,
    ),
  (d, i) =>
    file(
      `config/i18n-de-${i}.json`,
      `{"login.password": "Passwort", "login.user": "Benutzername", "tax.title": "Steuererklärung", "form.iban": "IBAN", "n": ${d.digits(3)}}`,
    ),
  (d, i) => file(`bin/tool-${i}.exe`, Buffer.concat([Buffer.from('MZ'), d.bytes(500)])),
  (d, i) => file(`fonts/${i}.ttf`, Buffer.concat([Buffer.from('00010000', 'hex'), d.bytes(400)])),
  (d, i) =>
    file(
      `song-${i}.txt`,
      `Verse 1\n${sentence(d)}\n${sentence(d)}\n\nChorus\nTake me to the bank, take me to the doctor\n${sentence(d)}\n`,
    ),
  (d, i) =>
    file(
      `minutes-${i}.md`,
      `# Garden club\n\n- ${sentence(d)}\n- ${sentence(d)}\n- Next: ${d.date(2_024, 2_025).day} June\n`,
    ),
  (d, i) =>
    file(
      `latin1-${i}.txt`,
      Buffer.from(
        `Grüße aus dem Garten. ${'Schöne Blumen überall, kühle Nächte. '.repeat(d.between(5, 30))}`,
        'latin1',
      ),
    ),
  (d, i) => file(`noise-${i}.bin`, d.bytes(2_000)),
  (d, i) => file(`game-${i}.sav`, Buffer.concat([Buffer.from('SAVE\0\0'), d.bytes(1_000)])),
  (d, i) =>
    file(
      `map-${i}.geojson`,
      `{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [${d.digits(2)}.${d.digits(5)}, ${d.digits(2)}.${d.digits(5)}]}, "properties": {"name": "${d.of(WORDS)}"}}]}`,
    ),
  (d, i) =>
    file(
      `drawing-${i}.svg`,
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${d.digits(3)} 100"><path d="M${d.digits(3)} 4111 ${d.digits(4)} ${d.digits(4)} L1 2"/></svg>`,
    ),
  (d, i) =>
    file(
      `feed-${i}.xml`,
      `<?xml version="1.0"?><rss><channel><title>News</title><item><title>Tax reform passes</title><description>${sentence(d)}</description><pubDate>Tue, 12 Mar 2024 09:14:55 GMT</pubDate></item></channel></rss>`,
    ),
  (d, i) =>
    file(
      `homework-${i}.txt`,
      `Exercise ${i}\n1. ${d.digits(3)} + ${d.digits(3)} = \n2. ${d.digits(4)} : 4 = \n${sentence(d)}`,
    ),
  (d, i) =>
    file(
      `timetable-${i}.csv`,
      `line;from;to;departure\n${Array.from({ length: 20 }, () => `S${d.digits(1)};${d.of(WORDS)};${d.of(WORDS)};1${d.digits(1)}:${d.between(10, 59)}`).join('\n')}`,
    ),
]

function database(schema: string, rows: string): Uint8Array {
  const opened = new DatabaseSync(':memory:')
  opened.exec(schema)
  opened.exec(rows)
  const bytes = opened.serialize()
  opened.close()
  return bytes
}

export function harmlessFiles(dice: Dice, count: number): CorpusFile[] {
  return Array.from({ length: count }, (_, i) => (MAKERS[i % MAKERS.length] as Maker)(dice, i))
}
