// What content torrents cost, on this machine: asking for what is not here, opening what is, and knowing the files of transfers by
// their content. Prints one line each. node lab/content/figures.ts (npm run lab:content)

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashBytes, wireHash, wireHashFromBytes } from '../../src/base/ids.ts'
import { nodePorts } from '../../src/daemon/compose.ts'
import { TransferContents } from '../../src/daemon/content/transfer-contents.ts'
import type { Transfer } from '../../src/daemon/transfers/transfer.ts'
import { Session } from '../../src/engine/session/session.ts'
import { DEFAULT_SESSION_OPTIONS } from '../../src/engine/session/session-options.ts'
import { contentInfohash } from '../../src/metainfo/content-id.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { contentOf, layerOf, OfferedFiles } from '../../test/doubles/content-scene.ts'

const LENGTH_BYTES = 60 * 1_048_576
const UNKNOWN = 2_000
const TRANSFERS = 100
const FILES_EACH = 1_000

const random = new SystemRandom()
const digest = new SystemDigest()
const since = (from: bigint) => Number(process.hrtime.bigint() - from) / 1e6

const folder = await mkdtemp(join(tmpdir(), 'shoal-content-'))
const ports = nodePorts()
try {
  const source = new OfferedFiles()
  const session = await Session.open(ports, {
    ...DEFAULT_SESSION_OPTIONS,
    agent: 'Shoal in the lab',
    listen: { host: '127.0.0.1', port: 0 },
    stateFolder: join(folder, 'state'),
    lan: false,
    content: source,
  })
  const content = session.content
  if (content === undefined) throw new Error('no content')

  const from = process.hrtime.bigint()
  for (let each = 0; each < UNKNOWN; each++)
    await content.open(wireHashFromBytes(random.bytes(20)), `192.0.2.${each % 250}`)
  console.log(
    `${UNKNOWN} infohashes that are not here, at once: ${since(from).toFixed(0)} ms, ${source.asks} of them asked of the source`,
  )

  const bytes = random.bytes(LENGTH_BYTES)
  for (const kept of [false, true]) {
    const path = join(folder, `film-${kept}.bin`)
    await writeFile(path, bytes)
    const stat = await ports.disk.stat(path)
    if (stat === undefined) throw new Error('not written')
    const offered = {
      content: contentOf(bytes),
      path,
      identity: stat,
      ...(kept ? { layer: layerOf(bytes) } : {}),
    }
    const hash = source.offer(offered)
    await session.offersChanged()
    // Each kind anew: what is open is yielded first.
    content.yield(hash)
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const opening = process.hrtime.bigint()
    const torrent = await content.open(hash, `198.51.100.${Number(kept)}`)
    console.log(
      `a file of ${LENGTH_BYTES / 1_048_576} MiB, ${kept ? 'its layer kept' : 'its layer computed'}: ${torrent?.stateName} after ${since(opening).toFixed(1)} ms`,
    )
  }
  await session.close()

  const files = Array.from({ length: TRANSFERS }, (_, id) => transferOf(String(id)))
  const contents = new TransferContents(digest, (id) => files[Number(id)])
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed
  for (const id of files.keys()) contents.touch(String(id))
  let longest = 0
  let last = process.hrtime.bigint()
  const watch = setInterval(() => {
    longest = Math.max(longest, since(last))
    last = process.hrtime.bigint()
  }, 1)
  const reading = process.hrtime.bigint()
  const before = process.cpuUsage()
  await contents.refresh()
  clearInterval(watch)
  const { user, system } = process.cpuUsage(before)
  globalThis.gc?.()
  console.log(
    `${TRANSFERS * FILES_EACH} files of listed transfers: read in ${(since(reading) / 1_000).toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of processor), others waited at most ${longest.toFixed(0)} ms, ${((process.memoryUsage().heapUsed - heap) / 1_048_576).toFixed(0)} MiB`,
  )
  const asked = files[7]?.metainfo?.files[11]
  if (asked?.root === undefined) throw new Error('no file')
  const key = hashBytes(
    wireHash(contentInfohash({ root: asked.root, lengthBytes: asked.lengthBytes }, digest)),
  )
  const looking = process.hrtime.bigint()
  for (let each = 0; each < 10_000; each++) contents.byInfohash(key)
  console.log(`one of them by its hash: ${((since(looking) / 10_000) * 1_000).toFixed(1)} µs`)
} finally {
  await ports.close()
  await rm(folder, { recursive: true, force: true })
}

/** As far as the index looks at one. */
function transferOf(id: string): Transfer {
  const files = Array.from({ length: FILES_EACH }, (_, index) => ({
    index,
    path: [`${index}`],
    lengthBytes: 1_000_000 + index,
    root: random.bytes(32),
  }))
  return {
    id,
    rests: false,
    record: { audience: 'everyone', role: 'share', hashing: null, summary: { finished: true } },
    metainfo: { version: 'v2', private: false, infohashV2: id, files },
    torrent: undefined,
  } as unknown as Transfer
}
