// What a person answered before a share holds for that share, whatever happens between the answer and the first byte given.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { MarkedThings } from '../../../test/doubles/private-things.ts'
import { Ground, seen } from '../../../test/doubles/real-daemon.ts'

test('what was left out by its path stays left out when the daemon is started anew before it was hashed', async (t) => {
  const ground = await Ground.make(t)
  const start = () => ground.start('one', {}, { privateThings: new MarkedThings() })
  const folder = path.join(ground.folder, 'own', 'trip')
  await mkdir(path.join(folder, 'diary [1]'), { recursive: true })
  await writeFile(path.join(folder, 'plain.txt'), 'plain '.repeat(10_000))
  await writeFile(path.join(folder, 'diary [1]', 'day.txt'), 'nothing a detector knows')
  const daemon = await start()
  const { id: review } = await daemon.handlers.startReview({ path: folder, audience: 'link' })
  await until(
    'looked at',
    async () => (await daemon.handlers.review({ id: review, after: 0 })).state === 'done',
  )
  await daemon.handlers.answerReview({ id: review, answers: [{ path: ['diary [1]'], answer: 'leave-out' }] })
  const wish = { path: folder, audience: 'link', format: 'hybrid', review } as const
  const { transfer } = await daemon.handlers.addShare(wish)
  await ground.end(daemon)
  const again = await start()
  const share = await until('it is offered', async () => {
    const facts = await again.handlers.share({ id: transfer.id })
    return facts.link !== null && facts
  })
  await seen(again, share.transfer.id, 'giving')
  const files = again.transfers.get(share.transfer.id).metainfo?.files ?? []
  assert.deepEqual(
    files.filter(({ pad }) => !pad).map((file) => file.path),
    [['trip', 'plain.txt']],
  )
})
