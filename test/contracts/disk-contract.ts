// What every Disk must do, on Node or simulated. `place` gives a fresh folder, and ways to plant what the port cannot.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Disk, type DiskCode, DiskError } from '../../src/base/ports.ts'

export interface DiskPlace {
  readonly disk: Disk
  /** An existing, empty folder, as an absolute path. */
  readonly root: string
  plantLink(path: string, target: string): void
  plantFifo(path: string): void
  done(): void
}

const rejectsWith = (code: DiskCode) => (error: unknown) => {
  assert.ok(error instanceof DiskError, String(error))
  assert.equal(error.code, code)
  return true
}

export function diskContract(name: string, place: () => Promise<DiskPlace>): void {
  const scene = (title: string, play: (place: DiskPlace) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const at = await place()
      try {
        await play(at)
      } finally {
        at.done()
      }
    })
  }

  scene('what is written is read, at any place, with holes of zeros', async ({ disk, root }) => {
    const file = await disk.open(disk.join(root, 'a'), 'create')
    await file.write(Uint8Array.of(1, 2, 3), 10)
    await file.writev([Uint8Array.of(4), new Uint8Array(0), Uint8Array.of(5, 6)], 13)
    const bytes = new Uint8Array(20).fill(9)
    assert.equal(await file.read(bytes, 8), 8, 'fewer only at the end')
    assert.deepEqual([...bytes.subarray(0, 9)], [0, 0, 1, 2, 3, 4, 5, 6, 9])
    assert.equal(await file.read(bytes, 100), 0)
    await file.close()
  })

  scene('scattered reads and writes of shared memory keep their order', async ({ disk, root }) => {
    const shared = new Uint8Array(new SharedArrayBuffer(200_000))
    for (let at = 0; at < shared.length; at++) shared[at] = at * 7
    const file = await disk.open(disk.join(root, 'a'), 'new')
    const parts = Array.from({ length: 1500 }, (_, index) => shared.subarray(index * 100, (index + 1) * 100))
    await file.writev(parts, 5)
    const into = [new Uint8Array(new SharedArrayBuffer(70_001)), new Uint8Array(79_999), new Uint8Array(10)]
    assert.equal(await file.readv(into, 5), 150_000)
    assert.ok(Buffer.from(into[0] as Uint8Array).equals(Buffer.from(shared.subarray(0, 70_001))))
    assert.ok(Buffer.from(into[1] as Uint8Array).equals(Buffer.from(shared.subarray(70_001, 150_000))))
    await file.close()
  })

  scene('stat tells kind, length, identity and a time that moves with changes', async ({ disk, root }) => {
    const path = disk.join(root, 'a')
    assert.equal(await disk.stat(path), undefined)
    assert.equal(await disk.stat(disk.join(path, 'below', 'nothing')), undefined)
    assert.equal((await disk.stat(root))?.kind, 'directory')
    const file = await disk.open(path, 'new')
    const before = await file.stat()
    assert.equal(before.kind, 'file')
    assert.equal(before.lengthBytes, 0)
    await file.write(new Uint8Array(5000).fill(1), 0)
    await file.sync()
    const after = await file.stat()
    assert.equal(after.lengthBytes, 5000)
    assert.ok(after.modifiedMs >= before.modifiedMs)
    assert.deepEqual(await disk.stat(path), after)
    const other = await disk.open(disk.join(root, 'b'), 'new')
    assert.notEqual((await other.stat()).identity, after.identity)
    assert.equal((await other.stat()).device, after.device)
    await Promise.all([file.close(), other.close()])
  })

  scene(
    'modes: read and write need the file, create makes or keeps it, new makes it only',
    async ({ disk, root }) => {
      const path = disk.join(root, 'a')
      await assert.rejects(disk.open(path, 'read'), rejectsWith('ENOENT'))
      await assert.rejects(disk.open(path, 'write'), rejectsWith('ENOENT'))
      await assert.rejects(disk.open(disk.join(root, 'no', 'a'), 'create'), rejectsWith('ENOENT'))
      const made = await disk.open(path, 'create')
      await made.write(Uint8Array.of(1, 2), 0)
      await made.close()
      await assert.rejects(disk.open(path, 'new'), rejectsWith('EEXIST'))
      const again = await disk.open(path, 'create')
      assert.equal((await again.stat()).lengthBytes, 2, 'never truncated')
      await again.close()
      const reading = await disk.open(path, 'read')
      await assert.rejects(reading.write(Uint8Array.of(1), 0), DiskError)
      await reading.close()
      await assert.rejects(disk.open(root, 'read'), rejectsWith('EISDIR'))
      await assert.rejects(disk.open(root, 'write'), rejectsWith('EISDIR'))
    },
  )

  scene('truncate cuts and extends, allocate makes a file long', async ({ disk, root }) => {
    const file = await disk.open(disk.join(root, 'a'), 'new')
    await file.write(Uint8Array.of(1, 2, 3, 4), 0)
    await file.truncate(2)
    await file.truncate(4)
    const bytes = new Uint8Array(4)
    await file.read(bytes, 0)
    assert.deepEqual([...bytes], [1, 2, 0, 0])
    await file.close()
    const full = await disk.open(disk.join(root, 'b'), 'new')
    await full.allocate(300_000)
    const stat = await full.stat()
    assert.equal(stat.lengthBytes, 300_000)
    assert.ok(stat.allocatedBytes >= 300_000, `${stat.allocatedBytes}`)
    await full.close()
  })

  scene('rename never replaces, replace does', async ({ disk, root }) => {
    const [a, b, c] = [disk.join(root, 'a'), disk.join(root, 'b'), disk.join(root, 'c')]
    await make(disk, a, 1)
    await make(disk, b, 2)
    await assert.rejects(disk.rename(a, b), rejectsWith('EEXIST'))
    assert.deepEqual(await content(disk, b), [2])
    const { identity } = (await disk.stat(a)) ?? {}
    await disk.rename(a, c)
    assert.equal((await disk.stat(c))?.identity, identity)
    assert.equal(await disk.stat(a), undefined)
    await disk.replace(c, b)
    assert.deepEqual(await content(disk, b), [1])
    await assert.rejects(disk.rename(a, c), rejectsWith('ENOENT'))
    await assert.rejects(disk.rename(b, disk.join(root, 'no', 'x')), rejectsWith('ENOENT'))
  })

  scene('folders are made with their parents, moved, and removed only when empty', async ({ disk, root }) => {
    const deep = disk.join(root, 'x', 'y', 'z')
    await disk.makeDirectory(deep)
    await disk.makeDirectory(deep)
    await make(disk, disk.join(deep, 'f'), 1)
    await assert.rejects(disk.makeDirectory(disk.join(deep, 'f')), rejectsWith('EEXIST'))
    assert.deepEqual(await disk.list(deep), ['f'])
    assert.equal(await disk.removeDirectory(deep), false)
    await disk.rename(disk.join(root, 'x'), disk.join(root, 'w'))
    const moved = disk.join(root, 'w', 'y', 'z')
    assert.deepEqual(await content(disk, disk.join(moved, 'f')), [1])
    await disk.syncDirectory(moved)
    await disk.remove(disk.join(moved, 'f'))
    assert.equal(await disk.removeDirectory(moved), true)
    await assert.rejects(disk.list(moved), rejectsWith('ENOENT'))
    await assert.rejects(disk.remove(moved), rejectsWith('ENOENT'))
  })

  scene('an open file outlives its name', async ({ disk, root }) => {
    const path = disk.join(root, 'a')
    const file = await disk.open(path, 'new')
    await disk.remove(path)
    await file.write(Uint8Array.of(7), 0)
    const bytes = new Uint8Array(1)
    await file.read(bytes, 0)
    assert.equal(bytes[0], 7)
    await file.close()
  })

  scene('inside: a link on the way, or as the file, leads nowhere', async ({ disk, root, plantLink }) => {
    const [inside, outside] = [disk.join(root, 'in'), disk.join(root, 'out')]
    await disk.makeDirectory(inside)
    await disk.makeDirectory(outside)
    await make(disk, disk.join(outside, 'secret'), 1)
    plantLink(disk.join(inside, 'folder'), outside)
    plantLink(disk.join(inside, 'file'), disk.join(outside, 'secret'))
    for (const mode of ['read', 'write', 'create', 'new'] as const) {
      await assert.rejects(
        disk.open(disk.join(inside, 'folder', 'secret'), mode, inside),
        rejectsWith('ELOOP'),
      )
      await assert.rejects(disk.open(disk.join(inside, 'folder', 'fresh'), mode, inside), DiskError)
      const code = mode === 'new' ? 'EEXIST' : 'ELOOP'
      await assert.rejects(disk.open(disk.join(inside, 'file'), mode, inside), rejectsWith(code))
      await assert.rejects(disk.open(disk.join(outside, 'secret'), mode, inside), rejectsWith('ELOOP'))
    }
    await assert.rejects(disk.makeDirectory(disk.join(inside, 'folder', 'new'), inside), rejectsWith('ELOOP'))
    assert.deepEqual(await disk.list(outside), ['secret'], 'nothing was made elsewhere')
    assert.equal((await disk.stat(disk.join(inside, 'folder')))?.kind, 'link')
    assert.equal((await disk.stat(disk.join(inside, 'folder'), 'follow'))?.kind, 'directory')
    const good = await disk.open(disk.join(inside, 'plain'), 'new', inside)
    await good.close()
  })

  scene('inside: the folder itself may be reached by a link', async ({ disk, root, plantLink }) => {
    await disk.makeDirectory(disk.join(root, 'real', 'sub'))
    plantLink(disk.join(root, 'link'), disk.join(root, 'real'))
    const inside = disk.join(root, 'link')
    const file = await disk.open(disk.join(inside, 'sub', 'f'), 'new', inside)
    await file.write(Uint8Array.of(3), 0)
    await file.close()
    assert.deepEqual(await content(disk, disk.join(root, 'real', 'sub', 'f')), [3])
  })

  scene('a FIFO is refused at once instead of waited for', async ({ disk, root, plantFifo }) => {
    const path = disk.join(root, 'pipe')
    plantFifo(path)
    assert.equal((await disk.stat(path))?.kind, 'other')
    for (const mode of ['read', 'write', 'create'] as const) {
      await assert.rejects(disk.open(path, mode, root), rejectsWith('ELOOP'))
    }
  })

  scene('copy copies, tells how far it is, and never replaces', async ({ disk, root }) => {
    const [a, b] = [disk.join(root, 'a'), disk.join(root, 'b')]
    const file = await disk.open(a, 'new')
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at * 3)
    await file.write(bytes, 0)
    await file.close()
    let last = 0
    await disk.copy(a, b, (done) => {
      last = done
    })
    assert.equal(last, 100_000)
    assert.equal(Buffer.compare(Uint8Array.from(await content(disk, b)), bytes), 0)
    await assert.rejects(disk.copy(a, b), rejectsWith('EEXIST'))
    await assert.rejects(disk.copy(disk.join(root, 'none'), disk.join(root, 'c')), rejectsWith('ENOENT'))
    assert.equal(await disk.stat(disk.join(root, 'c')), undefined)
  })

  scene(
    'a reflink is a file of its own with the same bytes, or nothing at all, and never replaces',
    async ({ disk, root }) => {
      const [a, b] = [disk.join(root, 'a'), disk.join(root, 'b')]
      const file = await disk.open(a, 'new')
      const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at * 5)
      await file.write(bytes, 0)
      await file.close()
      const shared = await disk.reflink(a, b)
      if (!shared) assert.equal(await disk.stat(b), undefined)
      else {
        assert.equal(Buffer.compare(Uint8Array.from(await content(disk, b)), bytes), 0)
        assert.notEqual((await disk.stat(b))?.identity, (await disk.stat(a))?.identity)
        const written = await disk.open(b, 'write')
        await written.write(new Uint8Array(100), 0)
        await written.close()
        assert.equal(
          Buffer.compare(Uint8Array.from(await content(disk, a)), bytes),
          0,
          'the other keeps its own',
        )
        await assert.rejects(disk.reflink(a, b), rejectsWith('EEXIST'))
      }
      await assert.rejects(disk.reflink(disk.join(root, 'none'), disk.join(root, 'c')), rejectsWith('ENOENT'))
      assert.equal(await disk.stat(disk.join(root, 'c')), undefined)
    },
  )

  scene('space tells free and total bytes', async ({ disk, root }) => {
    const { freeBytes, totalBytes } = await disk.space(root)
    assert.ok(freeBytes > 0 && totalBytes >= freeBytes)
    await assert.rejects(disk.space(disk.join(root, 'none')), rejectsWith('ENOENT'))
  })

  scene('join makes absolute, plain paths', async ({ disk, root }) => {
    assert.equal(disk.join(root, 'a', 'b'), `${disk.join(root, 'a')}${disk.join('/', 'x').slice(0, -1)}b`)
    assert.equal(disk.join(root, 'a', '..'), root)
  })
}

async function make(disk: Disk, path: string, byte: number): Promise<void> {
  const file = await disk.open(path, 'new')
  await file.write(Uint8Array.of(byte), 0)
  await file.close()
}

async function content(disk: Disk, path: string): Promise<number[]> {
  const file = await disk.open(path, 'read')
  const bytes = new Uint8Array((await file.stat()).lengthBytes)
  await file.read(bytes, 0)
  await file.close()
  return [...bytes]
}
