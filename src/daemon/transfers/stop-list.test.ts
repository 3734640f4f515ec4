import assert from 'node:assert/strict'
import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { Ground, OWN_WORK, pattern, seen, shared } from '../../../test/doubles/real-daemon.ts'

test('stop all holds at once and after the next start, and what is shared afterwards stays shared', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const one = await shared(daemon, await ground.file('a.bin', 100_000))
  const two = await shared(daemon, await ground.file('b.bin', 60_000), {
    audience: 'everyone',
    licence: OWN_WORK,
  })
  const { stopped } = await daemon.handlers.stopShares({ all: true })
  assert.deepEqual(stopped.map(({ id }) => id).toSorted(), [one.id, two.id].toSorted())
  for (const { id } of [one, two]) assert.equal(daemon.transfers.get(id).torrent?.stateName, 'paused')
  await daemon.handlers.resumeTransfers({ ids: [two.id] })
  await seen(daemon, two.id, 'giving')
  await ground.end(daemon)
  const again = await ground.start('one')
  await seen(again, two.id, 'giving')
  assert.equal(again.feed.row(one.id)?.state, 'done')
})

test('killed after the answer and before any record says it, nothing of it is offered at the next start', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  const state = ground.stateFolder('one')
  const before = path.join(ground.folder, 'before')
  await cp(path.join(state, 'transfers'), before, { recursive: true })
  const large = await daemon.handlers.addShare({
    path: await ground.file('large.bin', 40_000_000),
    audience: 'link',
    format: 'hybrid',
  })
  await cp(path.join(state, 'transfers'), before, { recursive: true })
  // The disk as it is the moment that the call is answered: the list is there, the records are not.
  const written = Promise.withResolvers<void>()
  const transfer = daemon.transfers.get(id)
  const save = transfer.save.bind(transfer)
  transfer.save = async () => {
    await written.promise
    await save()
  }
  try {
    await daemon.handlers.stopShares({ all: true })
    await copyFile(path.join(state, 'stopping.json'), path.join(ground.folder, 'stopping.json'))
  } finally {
    written.resolve()
  }
  assert.equal(daemon.feed.row(large.transfer.id), undefined)
  const killed = ground.stateFolder('killed')
  await cp(state, killed, { recursive: true })
  await rm(path.join(killed, 'transfers'), { recursive: true })
  await cp(before, path.join(killed, 'transfers'), { recursive: true })
  await rm(path.join(killed, 'daemon.lock'), { force: true })
  await copyFile(path.join(ground.folder, 'stopping.json'), path.join(killed, 'stopping.json'))
  // Locks end with a process that is killed.
  for (const lock of await readdir(path.join(killed, 'torrents')))
    if (lock.endsWith('.lock')) await rm(path.join(killed, 'torrents', lock))
  const again = await ground.start('killed')
  assert.deepEqual(
    [...again.feed.rows()].map((row) => [row.id, row.state]),
    [[id, 'done']],
  )
  assert.equal(again.transfers.get(id).torrent?.stateName ?? 'paused', 'paused')
  const records = () => readFile(path.join(killed, 'transfers', `${id}.json`), 'utf8')
  await until('its record says it', async () => JSON.parse(await records()).body.stopped === true)
  await until('the list is empty', async () => {
    const list = JSON.parse(await readFile(path.join(killed, 'stopping.json'), 'utf8'))
    return list.body.transfers.length === 0
  })
})

test('a list that was damaged is set aside and told, and the daemon starts', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  await ground.end(daemon)
  await writeFile(path.join(ground.stateFolder('one'), 'stopping.json'), pattern(100))
  await ground.start('one')
  assert.ok(ground.logged.some(({ event }) => event === 'state-file-corrupt'))
})
