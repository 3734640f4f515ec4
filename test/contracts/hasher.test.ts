// Worker threads and the simulated hasher keep the same contract; what only threads can do wrong follows.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SimDisk } from '../../lab/sim/disk.ts'
import { SimHasher } from '../../lab/sim/hasher.ts'
import { World } from '../../lab/sim/world.ts'
import { NodeHasher } from '../../src/platform/hasher.ts'
import { type HasherGround, hasherContract } from './hasher-contract.ts'

const V1 = { sha1: true, merkle: undefined }

hasherContract('worker threads', (body) => withThreads(2, body))
hasherContract('one worker thread', (body) => withThreads(1, body))

async function withThreads(
  parallelism: number,
  body: (ground: HasherGround) => Promise<void>,
): Promise<void> {
  const hasher = new NodeHasher({ parallelism })
  const folder = await mkdtemp(join(tmpdir(), 'shoal-hasher-'))
  let last = ''
  try {
    await body({
      hasher,
      file: async (name, content) => {
        const path = join(folder, name)
        if (content === 'directory') await mkdir(path)
        else if (content === 'link') await symlink(last, path)
        else {
          await rm(path, { force: true })
          await writeFile(path, content)
          last = path
        }
        return path
      },
    })
  } finally {
    await hasher.close()
    await rm(folder, { recursive: true })
  }
}

test('when files() answers, its files are closed', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, async () => {
  await withThreads(2, async ({ hasher, file }) => {
    const paths = await Promise.all(
      Array.from({ length: 50 }, (_, i) => file(`f${i}`, new Uint8Array(500_000))),
    )
    await hasher.files(
      paths.map((path) => ({ spans: [{ path, offset: 0, lengthBytes: 500_000 }], want: V1 })),
    )
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    )
    assert.deepEqual(
      open.filter((target) => target.includes('shoal-hasher-')),
      [],
    )
  })
})

test('a thread that dies takes its own jobs with it and is replaced', async () => {
  const program = `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', (requests) => {
      for (const { kind, job, bytes } of requests) {
        if (kind === 'digest' && bytes[0] === 1) throw new Error('as told')
        if (kind === 'digest') parentPort.postMessage([{ job, kind: 'result', result: { sha1: new Uint8Array(20) } }])
      }
    })`)}`
  const hasher = new NodeHasher({ parallelism: 1, program: new URL(program) })
  try {
    for (let round = 0; round < 3; round++) {
      await hasher.digest(new Uint8Array(100_000), V1)
      const stream = hasher.stream(V1)
      await assert.rejects(hasher.digest(new Uint8Array(100_000).fill(1), V1), { code: 'WORKER_LOST' })
      await assert.rejects(stream.finish(), { code: 'WORKER_LOST' })
    }
  } finally {
    await hasher.close()
  }
})

test('a hasher at work keeps the process alive, an idle one that nobody closed does not', () => {
  const program = `
    import { NodeHasher } from ${JSON.stringify(new URL('../../src/platform/hasher.ts', import.meta.url).href)}
    const hasher = new NodeHasher({ parallelism: 1 })
    const { sha1 } = await hasher.digest(new Uint8Array(5_000_000), { sha1: true, merkle: undefined })
    console.log(sha1.length)`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(run.stdout, '20\n', run.stderr)
  assert.equal(run.status, 0)
})

test('closing rejects what is pending and everything after', async () => {
  const hasher = new NodeHasher({ parallelism: 1 })
  const pending = hasher.digest(new Uint8Array(50_000_000), V1)
  const rejected = assert.rejects(pending, { code: 'CLOSED' })
  await hasher.close()
  await rejected
  await assert.rejects(hasher.digest(new Uint8Array(10), V1), { code: 'CLOSED' })
  await assert.rejects(hasher.files([]), { code: 'CLOSED' })
  assert.throws(() => hasher.stream(V1), { code: 'CLOSED' })
})

hasherContract('simulated', async (body) => {
  const world = new World(1)
  const disk = new SimDisk({ random: world.random('disk'), wallMs: () => world.nowMs })
  let last = ''
  const ground: HasherGround = {
    hasher: new SimHasher(world, disk),
    file: async (name, content) => {
      const path = disk.join('/', name)
      if (content === 'directory') await disk.makeDirectory(path)
      else if (content === 'link') disk.plant(path, 'link', last)
      else {
        disk.poke(path, content)
        last = path
      }
      return path
    },
  }
  await world.run('the contract', () => body(ground), 60_000)
})
