// What every implementation of the Hasher port promises, against hashes computed here the plainest way.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { concatBytes, toHex } from '../../src/base/bytes.ts'
import type { FileSpan, Hasher, HashResult, HashWant } from '../../src/base/ports.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'

const BLOCK = 16_384

export interface HasherGround {
  readonly hasher: Hasher
  /** Makes a file and returns its path; a directory, or a symbolic link to the last file, if told so. */
  file(name: string, content: Uint8Array | 'directory' | 'link'): Promise<string>
}

export function hasherContract(
  name: string,
  within: (body: (ground: HasherGround) => Promise<void>) => Promise<void>,
): void {
  const promise = (sentence: string, body: (ground: HasherGround) => Promise<void>): void => {
    test(sentence, () => within(body))
  }

  describe(`Hasher contract: ${name}`, () => {
    promise(
      'a piece has its SHA-1, its leaves and its root, from shared and from other memory',
      async ({ hasher }) => {
        for (const lengthBytes of [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 300_000, 1_048_576]) {
          const plain = randomBytes(lengthBytes, lengthBytes)
          const shared = new Uint8Array(new SharedArrayBuffer(lengthBytes + 10)).subarray(7, 7 + lengthBytes)
          shared.set(plain)
          const leaves = widthFor(lengthBytes)
          for (const want of [
            V1,
            v2(leaves, lengthBytes),
            hybrid(leaves, lengthBytes),
            v2(leaves * 4, lengthBytes),
          ]) {
            for (const bytes of [plain, shared])
              assertSame(await hasher.digest(bytes, want), expected(plain, want))
          }
          assert.deepEqual(plain, randomBytes(lengthBytes, lengthBytes), 'the input is left as it was')
        }
      },
    )

    promise('padding after the end of the file counts for SHA-1 only', async ({ hasher }) => {
      const bytes = new Uint8Array(8 * BLOCK)
      bytes.set(randomBytes(3, 2 * BLOCK + 100))
      const want = hybrid(8, 2 * BLOCK + 100)
      const result = await hasher.digest(bytes, want)
      assertSame(result, expected(bytes, want))
      assert.equal(result.leaves?.length, 3 * 32)
    })

    promise('the subtree of no bytes is the root of absent leaves', async ({ hasher }) => {
      const result = await hasher.digest(new Uint8Array(BLOCK), v2(4, 0))
      assert.equal(result.leaves?.length, 0)
      const pair = createHash('sha256').update(new Uint8Array(64)).digest()
      const root = createHash('sha256').update(pair).update(pair).digest()
      assert.equal(toHex(result.root as Uint8Array), root.toString('hex'))
    })

    promise('a known vector: one million bytes of "a"', async ({ hasher }) => {
      const result = await hasher.digest(new Uint8Array(1_000_000).fill(0x61), V1)
      assert.equal(toHex(result.sha1 as Uint8Array), '34aa973cd4c4daa4f61eeb2bdbad27316534016f') // FIPS 180-2
    })

    promise('many jobs at once are all answered, each with its own hash', async ({ hasher }) => {
      const pieces = Array.from({ length: 60 }, (_, i) => randomBytes(i, 1000 + i * 7000))
      const results = await Promise.all(pieces.map((piece) => hasher.digest(piece, V1)))
      for (const [i, result] of results.entries()) assertSame(result, expected(pieces[i] as Uint8Array, V1))
    })

    promise(
      'a stream gives what one digest would, however it is cut into whole blocks',
      async ({ hasher }) => {
        for (let seed = 0; seed < 10; seed++) {
          const random = new SeededRandom(seed)
          const bytes = randomBytes(seed, 1 + randomInt(random, 60 * BLOCK))
          const want = hybrid(64, bytes.length)
          const stream = hasher.stream(want)
          const updates: Promise<void>[] = []
          for (let at = 0; at < bytes.length; ) {
            const length = BLOCK * (1 + randomInt(random, 9))
            updates.push(stream.update(bytes.subarray(at, at + length)))
            at += length
          }
          assertSame(await stream.finish(), expected(bytes, want), `seed ${seed}`)
          await Promise.all(updates)
        }
      },
    )

    promise(
      'streams side by side do not mix, and an aborted one takes nothing with it',
      async ({ hasher }) => {
        const bytes = [randomBytes(1, 5 * BLOCK), randomBytes(2, 5 * BLOCK), randomBytes(3, 5 * BLOCK)]
        const streams = bytes.map(() => hasher.stream(V1))
        for (let at = 0; at < 5 * BLOCK; at += BLOCK) {
          for (const [i, stream] of streams.entries())
            void stream.update((bytes[i] as Uint8Array).slice(at, at + BLOCK))
        }
        streams[1]?.abort()
        streams[1]?.abort()
        assertSame((await streams[0]?.finish()) as HashResult, expected(bytes[0] as Uint8Array, V1))
        assertSame((await streams[2]?.finish()) as HashResult, expected(bytes[2] as Uint8Array, V1))
        streams[0]?.abort()
      },
    )

    promise('pieces are hashed from files, across their borders and over pads', async ({ hasher, file }) => {
      const parts = [randomBytes(1, 100_000), randomBytes(2, 3), randomBytes(3, 2_500_000)]
      const paths = await Promise.all(parts.map((part, i) => file(`part ${i}`, part)))
      const spans: FileSpan[] = parts.map((part, i) => ({
        path: paths[i],
        offset: 0,
        lengthBytes: part.length,
      }))
      spans.splice(1, 0, { path: undefined, offset: 0, lengthBytes: 70_000 })
      const whole = concatBytes([parts[0], new Uint8Array(70_000), parts[1], parts[2]] as Uint8Array[])
      const cut = (from: number, to: number): FileSpan[] => stretch(spans, from, to)
      const ranges = [
        [0, whole.length],
        [0, 1],
        [99_999, 170_010],
        [50_000, 1_500_000],
        [1_500_000, whole.length],
      ] as const
      const items = ranges.map(([from, to]) => ({
        spans: cut(from, to),
        want: hybrid(widthFor(to - from), to - from),
      }))
      const results = await hasher.files(items)
      assert.equal(results.length, items.length)
      for (const [i, [from, to]] of ranges.entries()) {
        assertSame(
          results[i] as HashResult,
          expected(whole.subarray(from, to), (items[i] as (typeof items)[0]).want),
          `${i}`,
        )
      }
    })

    promise('files that are missing, short or no files fail their pieces only', async ({ hasher, file }) => {
      const good = randomBytes(9, 50_000)
      const path = await file('good', good)
      const link = await file('link', 'link')
      const directory = await file('directory', 'directory')
      const piece = (at: string, lengthBytes = 50_000) => ({
        spans: [{ path: at, offset: 0, lengthBytes }],
        want: V1,
      })
      const mixed = {
        spans: [piece(path).spans[0] as FileSpan, piece(`${path}-none`).spans[0] as FileSpan],
        want: V1,
      }
      const results = await hasher.files([
        piece(path),
        piece(`${path}-none`),
        piece(path, 50_001),
        piece(directory),
        piece(link),
        mixed,
        piece(path, 49_999),
      ])
      assertSame(results[0] as HashResult, expected(good, V1))
      assert.deepEqual(results.slice(1, 6), [
        { failed: 'ENOENT' },
        { failed: 'SHORT' },
        { failed: 'EISDIR' },
        { failed: 'ELOOP' },
        { failed: 'ENOENT' },
      ])
      assertSame(results[6] as HashResult, expected(good.subarray(0, 49_999), V1))
      assert.deepEqual(await hasher.files([]), [])
    })

    promise('a file replaced between two calls is seen as it is now', async ({ hasher, file }) => {
      for (const seed of [1, 2]) {
        const content = randomBytes(seed, 20_000)
        const path = await file('changing', content)
        const [result] = await hasher.files([{ spans: [{ path, offset: 0, lengthBytes: 20_000 }], want: V1 }])
        assertSame(result as HashResult, expected(content, V1))
      }
    })

    promise('wrong use is refused with a code', async ({ hasher }) => {
      const bytes = new Uint8Array(100_000)
      await assert.rejects(hasher.digest(bytes, v2(4, 100_000)), { code: 'TOO_FEW_LEAVES' })
      await assert.rejects(hasher.digest(bytes, v2(7, 100_000)), { code: 'LEAVES_NOT_POWER_OF_TWO' })
      await assert.rejects(hasher.digest(bytes, v2(8, 100_001)), { code: 'INPUT_SHORT' })
      const stream = hasher.stream(V1)
      void stream.update(new Uint8Array(100)).catch(() => {})
      await assert.rejects(stream.update(new Uint8Array(BLOCK)), { code: 'UPDATE_NOT_WHOLE_BLOCKS' })
      stream.abort()
      await assert.rejects(stream.finish(), { code: 'ABORTED' })
      assertSame(await hasher.digest(bytes, V1), expected(bytes, V1), 'and others are served')
    })
  })
}

const V1: HashWant = { sha1: true, merkle: undefined }

function v2(leaves: number, lengthBytes: number): HashWant {
  return { sha1: false, merkle: { leaves, lengthBytes } }
}

function hybrid(leaves: number, lengthBytes: number): HashWant {
  return { sha1: true, merkle: { leaves, lengthBytes } }
}

function widthFor(lengthBytes: number): number {
  let leaves = 1
  while (leaves * BLOCK < lengthBytes) leaves *= 2
  return leaves
}

function expected(bytes: Uint8Array, want: HashWant): HashResult {
  const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest())
  const sha1 = want.sha1 ? { sha1: new Uint8Array(createHash('sha1').update(bytes).digest()) } : {}
  if (want.merkle === undefined) return sha1
  const leaves: Uint8Array[] = []
  for (let at = 0; at < want.merkle.lengthBytes; at += BLOCK) {
    leaves.push(sha256(bytes.subarray(at, Math.min(at + BLOCK, want.merkle.lengthBytes))))
  }
  let level = [...leaves]
  while (level.length < want.merkle.leaves) level.push(new Uint8Array(32))
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => {
      return sha256(concatBytes([level[2 * i], level[2 * i + 1]] as Uint8Array[]))
    })
  }
  return { ...sha1, root: level[0] as Uint8Array, leaves: concatBytes(leaves) }
}

function assertSame(actual: HashResult, wanted: HashResult, message = 'its hashes'): void {
  const text = ({ sha1, root, leaves }: HashResult) =>
    [sha1, root, leaves].map((bytes) => bytes && toHex(bytes))
  assert.deepEqual(text(actual), text(wanted), message)
}

function randomBytes(seed: number, lengthBytes: number): Uint8Array {
  const random = new SeededRandom(seed)
  const words = new Uint32Array(Math.ceil(lengthBytes / 4))
  for (let i = 0; i < words.length; i++) words[i] = random.uint32()
  return new Uint8Array(words.buffer, 0, lengthBytes)
}

/** Bytes from … to of the concatenated spans. */
function stretch(spans: readonly FileSpan[], from: number, to: number): FileSpan[] {
  const cut: FileSpan[] = []
  let start = 0
  for (const span of spans) {
    const first = Math.max(from, start)
    const last = Math.min(to, start + span.lengthBytes)
    if (first < last) cut.push({ ...span, offset: span.offset + first - start, lengthBytes: last - first })
    start += span.lengthBytes
  }
  return cut
}
