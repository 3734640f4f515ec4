import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cardFindings } from './cards.ts'
import { ibanFindings } from './iban.ts'
import { mrzFindings } from './machine-readable-zone.ts'
import { nationalIdFindings } from './national-ids.ts'

test('a card number is told in groups or beside its word, and masked', () => {
  const [finding] = cardFindings('Visa 4539 5787 6362 1486 exp 04/27')
  assert.deepEqual(finding?.data, { what: 'grouped', count: 1, masked: '••••••••••••1486' })
  assert.equal(cardFindings('numéro de carte : 4539578763621486').length, 1)
  assert.equal(cardFindings('card 4539578763621487').length, 0, 'a wrong check digit')
})

test('long numbers of logs, columns of numbers and numbers of manuals are no cards', () => {
  assert.equal(cardFindings('request 4539578763621486 took 3 ms').length, 0)
  assert.equal(cardFindings('4539 5787 6362 1486 2231 9982 1234').length, 0)
  assert.equal(cardFindings('Use the test card 4111 1111 1111 1111 in the sandbox').length, 0)
  assert.equal(cardFindings('My card: 4111 1111 1111 1111, exp 12/27, cvv 123').length, 1)
  assert.equal(cardFindings('1.4539578763621486').length, 0)
})

test('an IBAN needs its country, its length and its check digits', () => {
  assert.deepEqual(ibanFindings('bitte an DE89 3704 0044 0532 0130 00 überweisen')[0]?.data.country, 'DE')
  assert.equal(ibanFindings('IBAN GB82WEST12345698765432').length, 1)
  assert.equal(ibanFindings('IBAN DE88 3704 0044 0532 0130 00').length, 0)
  assert.equal(ibanFindings('For example DE89370400440532013000 (see ISO 13616)').length, 0)
})

test('national numbers are told by their check digits and their words', () => {
  for (const [text = '', country] of [
    ['PESEL: 44051401359', 'PL'],
    ['身份证号：11010519491231002X', 'CN'],
    ['codice fiscale RSSMRA85T10A562S', 'IT'],
    ['CPF 390.533.447-05', 'BR'],
    ['Personnummer 811228-9874', 'SE'],
    ['DNI: 54362315K', 'ES'],
    ['BSN 111222333', 'NL'],
    ['СНИЛС 112-233-445 95', 'RU'],
    ['SSN 536-90-4399', 'US'],
    ['henkilötunnus 131052-308T', 'FI'],
    ['주민등록번호 971013-1019902', 'KR'],
  ]) {
    const [finding] = nationalIdFindings(text)
    assert.equal(finding?.data.country, country, text)
    assert.match(String(finding?.data.masked), /^•+/)
  }
})

test('digits that pass by chance, without their word, are none', () => {
  assert.deepEqual(nationalIdFindings('order 44051401359, invoice 111222333, tel 8112289874'), [])
  assert.deepEqual(
    nationalIdFindings('The check digit of a PESEL, for example 44051401359, is computed so'),
    [],
  )
})

test('the foot of a passport is told by its check digits', () => {
  const lines = 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10'
  assert.equal(mrzFindings(lines)[0]?.class, 'identity-paper')
  assert.deepEqual(mrzFindings(lines.replace('L898902C36', 'L898902C37')), [])
  assert.equal(
    mrzFindings(
      'I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<',
    )[0]?.class,
    'identity-paper',
  )
})
