import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../../lab/sim/disk.ts'
import { infoV1, torrent } from '../../../test/doubles/torrents.ts'
import { SeededRandom } from '../../base/random.ts'
import { readTorrent } from '../../metainfo/read.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { ResumeStore } from './resume-store.ts'

const digest = new SystemDigest()

async function keptOn(nameRules: 'posix' | 'windows'): Promise<readonly string[] | undefined> {
  const disk = new SimDisk({ random: new SeededRandom(1), wallMs: () => 0, nameRules })
  const store = new ResumeStore(disk, digest, '/state')
  await store.open()
  const { metainfo } = readTorrent(torrent(infoV1({ name: 'film:stream.mp4' })), digest)
  await store.keep(metainfo, new Map())
  const kept = await store.read(metainfo.infohashV1 as NonNullable<typeof metainfo.infohashV1>)
  return kept?.metainfo.files[0]?.path
}

test('what was kept gets names that the file system here takes as they are', async () => {
  assert.deepEqual(await keptOn('posix'), ['film:stream.mp4'])
  assert.deepEqual(await keptOn('windows'), ['film_stream.mp4'])
})
