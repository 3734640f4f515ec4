// Devices on one local network that know nothing of one another: real daemons on computers of their own, found by multicast.
// What is nearby is seen, looked around in, got from by content, and sent to: asked, declined, taken always, and between one's own at once.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Lan } from '../../lab/netns/lan.ts'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { until } from '../../lab/netns/until.ts'
import { Member } from '../../lab/people/member.ts'
import type { SendOffer } from '../../src/api/schemas/people.ts'
import { noise } from '../doubles/content-scene.ts'
import { needs } from '../doubles/require-program.ts'

const footing = await enterNamespace(import.meta.filename)

const FILE = noise(9, 700_000)
const OTHER = noise(10, 90_000)
const LICENCE = { kind: 'own-work', id: null } as const
const PATIENCE = { deadlineMs: 60_000, everyMs: 100 }

class Neighbourhood {
  readonly folder: string
  readonly #lan: Lan
  readonly #t: TestContext

  private constructor(folder: string, lan: Lan, t: TestContext) {
    this.folder = folder
    this.#lan = lan
    this.#t = t
  }

  static async make(t: TestContext): Promise<Neighbourhood> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-nearby-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    return new Neighbourhood(folder, await Lan.make(), t)
  }

  async start(name: string): Promise<Member> {
    const host = await this.#lan.host(name)
    const { address, prefix } = host
    const member = new Member({
      name,
      place: {
        name,
        kind: 'open',
        number: 0,
        inner: address,
        outer: address,
        prefix,
        leave: () => host.leave(),
      },
      folder: this.folder,
      settings: {
        'network.dht': false,
        'network.lan': true,
        'people.visible': 'everyone',
        'network.portMapping': false,
        'server.port': 0,
        'checks.scanner': 'off',
      },
    })
    this.#t.after(async () => {
      await member.end()
      host.leave()
    })
    await member.start()
    return member
  }
}

async function sees(member: Member, device: string) {
  return await until(
    `${member.name} sees who is near`,
    async () => (await member.patiently('nearby', {})).devices.find((near) => near.device === device),
    { ...PATIENCE, describe: () => member.tail },
  )
}

/** What came in, in the state that is waited for. */
async function incoming(member: Member, known: ReadonlySet<string>, state: SendOffer['state']) {
  return await until(
    `an offer is ${state} at ${member.name}`,
    async () => {
      const { offers } = await member.patiently('sendOffers', {})
      return offers.find((offer) => offer.direction === 'in' && !known.has(offer.id) && offer.state === state)
    },
    { ...PATIENCE, describe: () => member.tail },
  )
}

async function became(member: Member, id: string, state: SendOffer['state']): Promise<void> {
  await until(
    `${member.name} knows that it is ${state}`,
    async () =>
      (await member.patiently('sendOffers', {})).offers.some(
        (offer) => offer.id === id && offer.state === state,
      ),
    { ...PATIENCE, describe: () => member.tail },
  )
}

test('devices on one network see one another, look around, get what is offered to everyone, and send with and without asking', {
  timeout: 120_000,
}, async (t) => {
  if (!needs(t, 'ip', 'iproute2')) return
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return
  }
  const network = await Neighbourhood.make(t)
  const [ana, ben, tablet] = await Promise.all(['ana', 'ben', 'tablet'].map((name) => network.start(name)))
  if (ana === undefined || ben === undefined || tablet === undefined) assert.fail()
  const named = async (member: Member, name: string) => await member.patiently('changeMe', { name })
  const [me, him] = [await named(ana, 'Ana'), await named(ben, 'Ben')]
  const [anaDevice, benDevice] = [me.device.id, him.device.id]
  assert.equal((await sees(ana, benDevice)).name, 'Ben')
  const seen = await sees(ben, anaDevice)
  assert.deepEqual([seen.name, seen.contact, seen.own], ['Ana', false, false])

  // What is offered to everyone is looked around in and found.
  const music = join(network.folder, 'Music')
  await mkdir(join(music, 'Live'), { recursive: true })
  await writeFile(join(music, 'Live', 'Goose song.bin'), FILE)
  await writeFile(join(music, 'Cover.bin'), OTHER)
  const { id: folder } = await ana.call('addLibraryFolder', { path: music })
  const review = await ana.call('startReview', { folder, only: 'all', audience: 'everyone' })
  await until(
    'it was looked at',
    async () => (await ana.call('review', { id: review.id })).state === 'done',
    PATIENCE,
  )
  await ana.call('changeFolderAudience', {
    id: folder,
    audience: 'everyone',
    review: review.id,
    licence: LICENCE,
  })
  const found = await until(
    'Ben finds it nearby',
    async () => (await ben.patiently('searchOthers', { in: 'nearby', words: 'goose' })).entries[0],
    PATIENCE,
  )
  assert.deepEqual([found.name, found.lengthBytes, found.here], ['Goose song.bin', FILE.length, false])
  const { files } = await ben.patiently('nearbyFiles', { id: anaDevice, path: '' })
  assert.deepEqual(files.map(({ name }) => name).sort(), ['Cover.bin', 'Goose song.bin'])

  // Got by content, under the names that were offered and made safe; a device that is not near gives nothing.
  const cover = files.find(({ name }) => name === 'Cover.bin') ?? assert.fail()
  const contents = [
    { content: found.content, path: found.name },
    { content: cover.content, path: `../Live/${cover.name}` },
  ]
  await assert.rejects(ben.call('getShared', { from: `device:${benDevice}`, contents }), {
    code: 'DEVICE_GONE',
  })
  const saveFolder = join(network.folder, 'got')
  const { done, failed } = await ben.call('getShared', { from: `device:${anaDevice}`, contents, saveFolder })
  assert.deepEqual([done.length, failed], [2, []])
  const lies = (at: string, bytes: Uint8Array) =>
    until(
      `${at} is what Ana has`,
      async () => (await readFile(join(saveFolder, at)).catch(() => undefined))?.equals(bytes) === true,
      { ...PATIENCE, describe: () => ben.tail },
    )
  await lies('Goose song.bin', FILE)
  await lies('Live/Cover.bin', OTHER)
  const again = await ben.call('getShared', { from: `device:${anaDevice}`, contents, saveFolder })
  assert.deepEqual(again.done, done)

  // Sent: asked and taken; asked and declined.
  const letter = join(network.folder, 'Letter.txt')
  await writeFile(letter, 'from nearby')
  const known = new Set<string>()
  const sends = async (to: string): Promise<string> => {
    const { offers } = await ana.patiently('send', { to: `device:${to}`, paths: [letter] })
    return offers[0]?.id ?? assert.fail()
  }
  // It is said to be done a moment before it has its last name.
  const readsIt = async ({ saved: [at = ''] }: SendOffer) =>
    await until(
      `${at} is what was sent`,
      async () => (await readFile(at, 'utf8').catch(() => '')) === 'from nearby',
      PATIENCE,
    )
  const first = await sends(benDevice)
  const asked = await incoming(ben, known, 'waiting')
  assert.deepEqual([asked.name, asked.items[0]?.name, asked.saved], ['Ana', 'Letter.txt', []])
  await ben.call('acceptOffer', { id: asked.id })
  await readsIt(await incoming(ben, known, 'done'))
  await became(ana, first, 'done')
  known.add(asked.id)
  const second = await sends(benDevice)
  const unwanted = await incoming(ben, known, 'waiting')
  await ben.call('declineOffer', { id: unwanted.id })
  await became(ana, second, 'declined')
  known.add(unwanted.id)

  // Always, up to a size: not asked again.
  await ben.call('addContact', { device: anaDevice })
  await ben.call('changePerson', { id: me.person, alwaysAcceptBytes: 1_000_000 })
  await sends(benDevice)
  await readsIt(await incoming(ben, known, 'done'))

  // One's own devices take from one another at once.
  const asking = await tablet.patiently('deviceLink', {})
  await ana.patiently('linkDevice', { link: asking.link })
  const tabletDevice = (await tablet.patiently('me', {})).device.id
  await until('they know one another', async () => (await sees(ana, tabletDevice)).own, PATIENCE)
  await sends(tabletDevice)
  await readsIt(await incoming(tablet, new Set(), 'done'))
})
