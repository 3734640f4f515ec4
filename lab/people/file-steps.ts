// Files in the circle of the lab: one that is offered in a room, and a folder that is shared with all members.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputOf } from '../../src/api/routes.ts'
import { SeededRandom } from '../../src/base/random.ts'
import type { Member } from './member.ts'
import { settled } from './scene.ts'
import { ARRIVES_WITHIN_MS, type Talk } from './talk.ts'

const FILE_BYTES = 3_000_000

/** From one behind a router to others behind theirs. */
export async function giveFile(talk: Talk, seed: number): Promise<string> {
  const { members, keeper } = talk.scene
  const giver = members.at(-1) as Member
  const takers = members.slice(1, 4).filter((member) => member !== giver)
  const bytes = new SeededRandom(seed).bytes(FILE_BYTES)
  const folder = join(giver.folder, 'own')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'concert.bin'), bytes)
  const [, id] = talk.room
  const path = join(folder, 'concert.bin')
  const review = await looked(giver, { path, audience: 'link' })
  const message = await giver.patiently('offerFiles', { id, paths: [path], review })
  const begun = performance.now()
  const times: string[] = []
  await Promise.all(
    takers.map(async (taker) => {
      const saveFolder = join(taker.folder, 'got')
      await settled(
        `${taker.name} has the offer`,
        async () => {
          const { messages } = await taker.call('messages', { id, limit: 50 })
          return messages.some((each) => each.id === message.id) ? [] : ['not yet']
        },
        { deadlineMs: ARRIVES_WITHIN_MS },
      )
      await taker.patiently('getMessageFile', { id, message: message.id, saveFolder })
      await settled(
        `${taker.name} (${taker.place.kind}) gets the file of ${giver.name} (${giver.place.kind})`,
        async () => {
          const { messages } = await taker.call('messages', { id, around: message.id, limit: 10 })
          const card = messages.find((each) => each.id === message.id)?.file
          return card?.state === 'got'
            ? []
            : [
                `${card?.state} ${card?.doneBytes} of ${card?.lengthBytes}, ${card?.sources} sources ${card?.problem?.code ?? ''}`,
              ]
        },
        { deadlineMs: ARRIVES_WITHIN_MS },
      )
      await sameBytes(saveFolder, bytes)
      times.push(`${taker.name} ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
    }),
  )
  if (keeper.up) await nothingOf(keeper, bytes)
  return `3 MB from ${giver.name} (${giver.place.kind}): ${times.join(', ')}`
}

/** Found by everybody without asking anybody, and got by one. */
export async function shareFolder(talk: Talk, seed: number): Promise<string> {
  const { members } = talk.scene
  const taker = members.at(-1) as Member
  const sharer = members.toReversed().find((member) => member !== taker) ?? talk.scene.member('ana')
  const folder = join(sharer.folder, 'Recordings')
  await mkdir(folder, { recursive: true })
  const bytes = new SeededRandom(seed + 1).bytes(400_000)
  await writeFile(join(folder, 'zebra crossing live.flac'), bytes)
  await writeFile(join(folder, 'notes.txt'), 'what was played\n')
  const added = await sharer.patiently('addLibraryFolder', { path: folder })
  const review = await looked(sharer, { folder: added.id, only: 'all', audience: 'link' })
  await sharer.patiently('changeFolderAudience', {
    id: added.id,
    audience: `circle:${talk.circle}`,
    review,
  })
  const find = async (member: Member) => {
    const found = await member.call('searchOthers', { in: 'circles', words: 'zebra' })
    return found.entries.find(({ holders }) => holders.some(({ person }) => person === sharer.person))
  }
  const took = await settled(
    'everybody finds what is shared',
    async () => {
      const wrong: string[] = []
      for (const member of members)
        if (member !== sharer && (await find(member)) === undefined) wrong.push(member.name)
      return wrong
    },
    { deadlineMs: ARRIVES_WITHIN_MS },
  )
  const entry = await find(taker)
  const saveFolder = join(taker.folder, 'found')
  const outcome = await taker.patiently('getShared', {
    from: `circle:${talk.circle}`,
    contents: [{ content: entry?.content ?? '', path: 'zebra.flac' }],
    saveFolder,
  })
  if (outcome.failed.length > 0) throw new Error(JSON.stringify(outcome.failed))
  await settled(
    'it is got',
    () =>
      sameBytes(saveFolder, bytes).then(
        () => [],
        (error: Error) => [error.message],
      ),
    {
      deadlineMs: ARRIVES_WITHIN_MS,
    },
  )
  return `found by ${members.length - 1} after ${(took / 1_000).toFixed(1)} s; got by ${taker.name} from ${sharer.name}`
}

/** The look that every share gets. What could not be read in time, as on a busy machine, is shared anyway. @returns its id */
async function looked(member: Member, wish: InputOf<'startReview'>): Promise<string> {
  const { id } = await member.patiently('startReview', wish)
  await settled(
    `${member.name} has looked through it`,
    async () => {
      const { state } = await member.call('review', { id, after: 0 })
      return state === 'done' ? [] : [state]
    },
    { deadlineMs: ARRIVES_WITHIN_MS },
  )
  const { byClass } = await member.call('review', { id, after: 0 })
  const answers = byClass.map((found) => ({ class: found.class, answer: 'share' as const }))
  if (answers.length > 0) await member.call('answerReview', { id, answers })
  return id
}

async function sameBytes(folder: string, bytes: Uint8Array): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries)
    if (entry.isFile() && Buffer.compare(await readFile(join(entry.parentPath, entry.name)), bytes) === 0)
      return
  throw new Error(`none of ${entries.map(({ name }) => name).join(', ') || 'no files'} has the right bytes`)
}

/** Keepers hold messages, never files. */
async function nothingOf({ folder, name }: Member, bytes: Uint8Array): Promise<void> {
  const part = Buffer.from(bytes.subarray(0, 64))
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(part))
      throw new Error(`${name} holds bytes of the file: ${entry.name}`)
}
