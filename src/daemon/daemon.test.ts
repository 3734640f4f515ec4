import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import type { TransferRow } from '../api/schemas/transfer.ts'
import { type Daemon, openDaemon } from './daemon.ts'

const QUIET = {
  'network.bind': '127.0.0.1',
  'network.dhtRouters': [],
  'network.lan': false,
  'network.portMapping': false,
}

/** A folder that lives as long as the test, and daemons in it that end with it. */
async function ground(t: TestContext) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shoal-daemon-'))
  const running = new Set<Daemon>()
  t.after(async () => {
    await Promise.all([...running].map((daemon) => daemon.close()))
    await rm(folder, { recursive: true })
  })
  return {
    folder,
    async start(name: string, settings: Readonly<Record<string, unknown>> = {}): Promise<Daemon> {
      const saved = path.join(folder, name, 'saved')
      await mkdir(saved, { recursive: true })
      const daemon = await openDaemon({
        stateFolder: path.join(folder, name, 'state'),
        settings: { ...QUIET, 'saving.folder': saved, ...settings },
        environment: {},
      })
      running.add(daemon)
      return daemon
    },
    async end(daemon: Daemon): Promise<void> {
      running.delete(daemon)
      await daemon.close()
    },
    async file(name: string, lengthBytes: number): Promise<string> {
      const at = path.join(folder, 'own', name)
      await mkdir(path.dirname(at), { recursive: true })
      await writeFile(at, pattern(lengthBytes))
      return at
    },
  }
}

function pattern(lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes)
  for (let at = 0; at < lengthBytes; at++) bytes[at] = (at * 7 + (at >> 8)) & 0xff
  return bytes
}

/** The row once it is as wanted. */
function seen(
  daemon: Daemon,
  id: string,
  what: string,
  wanted: (row: TransferRow) => boolean = ({ state }) => state === what,
): Promise<TransferRow> {
  return until(
    what,
    () => {
      const row = daemon.feed.row(id)
      return row !== undefined && wanted(row) && row
    },
    { describe: () => JSON.stringify(daemon.feed.row(id)) },
  )
}

async function shared(daemon: Daemon, file: string): Promise<{ id: string; link: string }> {
  const hashing = await daemon.handlers.addShare({ path: file, audience: 'link', format: 'hybrid' })
  assert.equal(hashing.transfer.state, 'hashing')
  assert.equal(hashing.link, null)
  const { transfer, link } = await until('hashed', async () => {
    const facts = await daemon.handlers.share({ id: hashing.transfer.id })
    return facts.link !== null && facts
  })
  await seen(daemon, transfer.id, 'giving')
  return { id: transfer.id, link: link as string }
}

test('what one daemon shares another gets by the link, and goes on giving after a restart', async (t) => {
  const place = await ground(t)
  const file = await place.file('a film.bin', 3_000_000)
  const giver = await place.start('giver')
  const { link } = await shared(giver, file)
  const getter = await place.start('getter')
  const { added, transfer } = await getter.handlers.addTransfer({ source: { link } })
  assert.equal(added, true)
  const got = await seen(getter, transfer.id, 'giving')
  assert.deepEqual(new Uint8Array(await readFile(got.path)), pattern(3_000_000))
  assert.equal(got.takenBytes, 3_000_000)
  await place.end(getter)
  const again = await place.start('getter')
  const row = await seen(again, transfer.id, 'giving')
  assert.equal(row.takenBytes, 3_000_000)
  assert.equal(row.finishedAt, got.finishedAt)
})
