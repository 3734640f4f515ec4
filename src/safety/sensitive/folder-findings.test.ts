import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderFindings } from './folder-findings.ts'

const nowMs = Date.UTC(2024, 3, 1)
const tree = (...paths: string[]) =>
  paths.map((path) => ({ components: path.split('/'), modifiedMs: nowMs - 1_000 }))
const found = (files: ReturnType<typeof tree>, rootName?: string) =>
  folderFindings(files, { nowMs, ...(rootName === undefined ? {} : { rootName }) }).map(
    ({ components, finding }) => `${components.join('/')} ${finding.class} ${finding.data.what}`,
  )

test('folders that are called private, in whatever language, are told', () => {
  for (const name of [
    'Private',
    'Bewerbungen',
    'impôts',
    'медицина',
    '个人',
    '개인',
    'Taxes',
    'Soukromé',
    'स्वास्थ्य निजी',
    'Steuer 2023',
  ]) {
    assert.equal(found(tree(`a/${name}/x.pdf`)).length, 1, name)
  }
  assert.deepEqual(found(tree('Music/Album/1.flac', 'src/private-api/x.ts', 'Photos/2023/a.jpg')), [])
})

test('forms of mail, passwords, backups and browsers are told by what lies beside each other', () => {
  assert.deepEqual(found(tree('box/cur/1', 'box/new/2', 'box/tmp/3')), ['box mail maildir'])
  assert.deepEqual(found(tree('store/.gpg-id', 'store/mail.gpg')), ['store password-store pass'])
  assert.deepEqual(found(tree('p/prefs.js', 'p/key4.db')), ['p browser-data firefox-profile'])
  assert.deepEqual(found(tree('b/Manifest.db', 'b/Info.plist')), ['b backup iphone'])
})

test('the places where everything of a person lies are told when they are what is shared', () => {
  assert.deepEqual(found(tree('x.txt'), 'Documents'), [' private-folder everything'])
  assert.deepEqual(found(tree('Документы/x.txt')), ['Документы private-folder everything'])
})

test('a name that only says a little counts while somebody works there', () => {
  const files = [{ components: ['steuer neu', 'a.txt'], modifiedMs: nowMs - 400 * 86_400_000 }]
  assert.deepEqual(found(files), [])
  assert.equal(found(tree('steuer neu/a.txt')).length, 1)
})
