import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { type ClientName, type Found, foreignTransfers } from './foreign-folder.ts'
import { readQbittorrent } from './qbittorrent.ts'
import { readTransmission } from './transmission.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-import-'))
after(() => rmSync(folder, { recursive: true }))
const torrent = new Uint8Array([0x64, 0x65])

function qbittorrent(more: Record<string, Encodable> = {}, has: Uint8Array | null = torrent) {
  const resume = encode({
    'qBt-name': 'A film',
    'qBt-savePath': '/media/films/',
    'qBt-category': 'films, old',
    'qBt-tags': ['good', 'seen'],
    'qBt-ratioLimit': 1_500,
    'qBt-contentLayout': 'Original',
    save_path: '/tmp',
    file_priority: [1, 0, 4],
    upload_rate_limit: 2_000_000,
    download_rate_limit: -1,
    paused: 1,
    auto_managed: 0,
    ...more,
  })
  return readQbittorrent({ name: 'abc', torrent: has ?? undefined, resume })
}

function transmission(more: Record<string, Encodable> = {}) {
  const resume = encode({
    name: 'A film',
    destination: '/media/films',
    paused: 0,
    labels: ['good'],
    dnd: [0, 1],
    'speed-limit-up': { 'speed-Bps': 500_000, 'use-speed-limit': 1 },
    'speed-limit-down': { 'speed-Bps': 500_000, 'use-speed-limit': 0 },
    'ratio-limit': { 'ratio-limit': '2.000000', 'ratio-mode': 1 },
    ...more,
  })
  return readTransmission({ name: 'A film.0123456789abcdef', torrent, resume })
}

test('what qBittorrent keeps comes along in our words', () => {
  assert.deepEqual(qbittorrent(), {
    name: 'A film',
    torrent,
    saveFolder: '/media/films',
    paused: true,
    category: 'films  old',
    tags: ['good', 'seen'],
    files: [0, 2],
    upLimit: 2_000_000,
    downLimit: undefined,
    ratio: 1.5,
  })
  assert.equal(qbittorrent({ auto_managed: 1 }).paused, false, 'it waits for its turn')
  assert.equal(qbittorrent({ 'qBt-ratioLimit': -2_000 }).ratio, undefined)
  assert.equal(qbittorrent({ 'qBt-ratioLimit': -1_000 }).ratio, null)
  assert.equal(qbittorrent({ 'qBt-savePath': '' }).saveFolder, '/tmp')
  assert.equal(qbittorrent({ file_priority: [1, 1] }).files, undefined)
  assert.equal(qbittorrent({ upload_rate_limit: 10 }).upLimit, 1_000)
})

test('what Transmission keeps comes along in our words', () => {
  assert.deepEqual(transmission(), {
    name: 'A film',
    torrent,
    saveFolder: '/media/films',
    paused: false,
    category: null,
    tags: ['good'],
    files: [0],
    upLimit: 500_000,
    downLimit: undefined,
    ratio: 2,
  })
  assert.equal(transmission({ 'ratio-limit': { 'ratio-mode': 2 } }).ratio, null)
  assert.equal(transmission({ 'ratio-limit': { 'ratio-mode': 0 } }).ratio, undefined)
})

test('what ours could not find again stays where it is, with the reason', () => {
  assert.throws(() => qbittorrent({}, null), { code: 'IMPORT_NO_TORRENT' })
  assert.throws(() => qbittorrent({ mapped_files: ['', 'other name.mp4'] }), { code: 'IMPORT_RENAMED' })
  assert.throws(() => qbittorrent({ 'qBt-contentLayout': 'NoSubfolder' }), { code: 'IMPORT_RENAMED' })
  assert.throws(() => qbittorrent({ 'qBt-savePath': 'C:\\films', save_path: '' }), {
    code: 'IMPORT_NO_FOLDER',
  })
  assert.throws(() => transmission({ files: ['a'] }), { code: 'IMPORT_RENAMED' })
  const broken = { name: 'x', torrent, resume: new Uint8Array([0x69]) }
  assert.throws(() => readTransmission(broken), { code: 'IMPORT_UNREADABLE' })
  assert.throws(() => readQbittorrent(broken), { code: 'IMPORT_UNREADABLE' })
})

test('the folder is found wherever of its places a person points to; one broken file stops no other', async () => {
  const all = async (client: ClientName, at: string): Promise<Found[]> =>
    await Array.fromAsync(foreignTransfers(client, at))
  const backup = join(folder, 'qBittorrent', 'BT_backup')
  mkdirSync(backup, { recursive: true })
  writeFileSync(join(backup, 'a.torrent'), torrent)
  writeFileSync(join(backup, 'a.fastresume'), encode({ 'qBt-savePath': '/media' }))
  writeFileSync(join(backup, 'b.fastresume'), 'torn')
  for (const at of [folder, join(folder, 'qBittorrent'), backup]) {
    const [one, two] = await all('qbittorrent', at)
    assert.ok(one !== undefined && 'transfer' in one && one.transfer.saveFolder === '/media', at)
    assert.ok(two !== undefined && 'refused' in two && two.refused.code === 'IMPORT_UNREADABLE')
  }
  await assert.rejects(all('transmission', folder), { code: 'IMPORT_NOTHING_THERE' })
})
