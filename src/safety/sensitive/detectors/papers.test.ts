import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folded } from '../folded-text.ts'
import { nameSays } from './names.ts'
import { paperFindings } from './papers.ts'
import { tableFindings } from './tables.ts'

const classes = (text: string) => paperFindings(folded(text), false).map((finding) => finding.class)
const named = (name: string) => {
  const dot = name.lastIndexOf('.')
  return nameSays(name.slice(0, dot), name.slice(dot + 1)).findings.map((finding) => finding.class)
}

test('a filled paper is told in the languages of the world', () => {
  for (const [text = '', wanted] of [
    ['Payslip\nEmployee: Ann Lee\nGross pay 3,200.00\nNet pay 2,410.55', 'payroll'],
    ['Mzdový list\nJméno: Jan Novák\nHrubá mzda 42 000 Kč\nČistá mzda 33 150 Kč', 'payroll'],
    ['ใบรับรองแพทย์\nชื่อผู้ป่วย: สมชาย ใจดี\nการวินิจฉัย: เบาหวาน\nแพทย์: วิชัย', 'medical'],
    ['كشف حساب\nاسم صاحب الحساب: محمد علي\nرقم الحساب: 1234567\nالرصيد: 15000', 'bank-account'],
    ['确定申告', ''],
    ['確定申告書\n氏名 高橋 直子\n所得金額 4,120,000\n納税額 190,200', 'tax'],
    ['Hợp đồng thuê nhà\nBên cho thuê: Trần Văn A\nBên thuê: Lê Thị B\nTiền thuê: 8.000.000', 'legal'],
    [
      'Δελτίο ταυτότητας\nΕπώνυμο: ΠΑΠΑΣ\nΗμερομηνία γέννησης: 12/03/1980\nΤόπος γέννησης: Αθήνα',
      'identity-paper',
    ],
  ]) {
    assert.equal(classes(text)[0] ?? '', wanted, text)
  }
})

test('a key of SSH is no identity card', () => {
  for (const name of ['id_rsa', 'id_ed25519', 'id_ecdsa_sk', 'id_rsa_work'])
    assert.deepEqual(nameSays(name, '').findings, [], name)
  assert.equal(nameSays('id_card', '').findings[0]?.class, 'identity-paper')
})

test('words bend: a paper is told by its title in any case', () => {
  assert.deepEqual(
    classes(
      'Vážený pane Nováku,\nzasíláme Vám výplatní pásku za březen.\nHrubá mzda: 42 000 Kč\nČistá mzda: 33 150 Kč',
    ),
    ['payroll'],
  )
})

test('articles and novels with the same words are quiet, and so are blank forms', () => {
  assert.deepEqual(
    classes(
      'A payslip shows gross pay, net pay and deductions. In most countries employers must issue one. The law of 1996 says what stands in it, and the reform of 2019 added hours worked. '.repeat(
        8,
      ),
    ),
    [],
  )
  assert.deepEqual(
    classes(
      'The doctor looked at her patient. "The diagnosis is clear," she said. "You need treatment." He thought of his salary. '.repeat(
        30,
      ),
    ),
    [],
  )
  assert.deepEqual(
    classes(
      'Medical history form\nPatient name: ____________\nDate of birth: ____________\nDiagnosis: ____________\nMedications: ____________',
    ),
    [],
  )
})

test('names of papers are told however they are written, names of works are not', () => {
  for (const [name = '', wanted] of [
    ['tax-2024.pdf', 'tax'],
    ['Gehaltsabrechnung_03.pdf', 'payroll'],
    ['BankStatementMarch.pdf', 'bank-account'],
    ['bulletin de paie.pdf', 'payroll'],
    ['납세증명서.pdf', 'tax'],
    ['医疗记录.docx', 'medical'],
    ['EINKOMMENSTEUERERKLAERUNG.PDF', 'tax'],
    ['паспорт_скан.jpg', 'identity-paper'],
    ['passwords.txt', 'password-store'],
  ]) {
    const lower = `${name.slice(0, name.lastIndexOf('.'))}${name.slice(name.lastIndexOf('.')).toLowerCase()}`
    assert.equal(named(lower)[0], wanted, name)
  }
  for (const name of [
    'Passport.mp3',
    'Tax Evasion S01E02.mkv',
    'tax.py',
    'passport-application-guide.pdf',
    'Lohnabrechnung Vorlage.docx',
    'history of taxation.pdf',
    'taxonomy.pdf',
    'doctor who.epub',
  ]) {
    assert.deepEqual(named(name), [], name)
  }
})

test('tables of people and what is theirs are told by their headers', () => {
  const table = (text: string) => tableFindings(text).map((finding) => finding.class)
  assert.deepEqual(table('name,url,username,password\nMail,https://m.invalid,ana,hunter2x'), [
    'password-store',
  ])
  assert.deepEqual(table('Nachname;Vorname;Bruttogehalt\nKlein;Jana;3200\nGross;Uwe;4100'), ['payroll'])
  assert.deepEqual(table('имя,фамилия,телефон\nИван,Иванов,+79161234567\nПетр,Петров,+79261234567'), [
    'contacts',
  ])
  assert.deepEqual(table('time,temperature,pressure\n1,2,3\n4,5,6'), [])
  assert.deepEqual(table('user,password_hash_enabled\nana,true\nben,false'), [])
})
