// Who this device is while the process runs: read from its file, or made the first time. Promise: one device key belongs to one
// database. Where the database is a new one, what this device wrote before is not known here any more, so writing on under
// the old key would be a fork; it becomes a new device, of the same person where the words are here.

import { hostname } from 'node:os'
import type { DatabaseSync } from 'node:sqlite'
import { equalBytes } from '../../base/bytes.ts'
import type { Random } from '../../base/ports.ts'
import type { CommunityCrypto, SealingKeys } from '../../community/crypto.ts'
import { type DeviceCard, readCard, signCard } from '../../community/identity/device-card.ts'
import { ENTROPY_BYTES, personKey } from '../../community/identity/person-key.ts'
import { type DeviceId, keyText, type PersonId } from '../../community/ids.ts'
import type { Wall } from '../../community/service.ts'
import type { IdentityFile, KeptIdentity } from './identity-file.ts'
import { PeopleError } from './people-error.ts'
import { MyFacts } from './store/my-facts.ts'

export interface OwnIdentity {
  readonly person: PersonId
  readonly device: DeviceId
  readonly deviceSeed: Uint8Array
  /** X25519. */
  readonly sealing: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }
  /** Encoded, as others get it. */
  readonly card: Uint8Array
  /** Ed25519 seed of the person; only where the words are. */
  readonly personSeed: Uint8Array | undefined
  readonly entropy: Uint8Array | undefined
  readonly wordsWritten: boolean
}

export interface IdentityTools {
  readonly file: IdentityFile
  readonly database: DatabaseSync
  readonly crypto: CommunityCrypto
  readonly sealing: SealingKeys
  readonly random: Random
  readonly wall: Wall
}

const SEED_BYTES = 32
const MOST_NAME_LETTERS = 64
const UNNAMED = 'Computer'

/** @throws PeopleError IDENTITY_UNUSABLE, the system's error */
export async function openIdentity(tools: IdentityTools): Promise<OwnIdentity> {
  const { file, database, crypto } = tools
  const facts = new MyFacts(database)
  const kept = await file.read()
  const known = facts.get('device')
  if (kept === undefined) {
    if (known !== undefined)
      throw new PeopleError('IDENTITY_UNUSABLE', { path: file.path, why: 'it is gone' })
    return await begin(tools, tools.random.bytes(ENTROPY_BYTES), false)
  }
  const own = identityOf(kept, crypto, file)
  if (known === own.device) return own
  if (known !== undefined)
    throw new PeopleError('IDENTITY_UNUSABLE', {
      path: file.path,
      why: 'it is of another device than the database',
    })
  await file.setAside(stampOf(tools.wall))
  return await begin(tools, kept.entropy ?? tools.random.bytes(ENTROPY_BYTES), kept.wordsWritten)
}

/** A new device of the person of these words, in place of the one there was: that is kept aside. */
export async function becomeAgain(tools: IdentityTools, entropy: Uint8Array): Promise<OwnIdentity> {
  await tools.file.setAside(stampOf(tools.wall))
  const own = await begin(tools, entropy, true)
  new MyFacts(tools.database).set('restoring', 'yes')
  return own
}

/** Another card for the same device: of another person that took it in, or with another name. */
export async function takeCard(
  tools: IdentityTools,
  own: OwnIdentity,
  card: Uint8Array,
): Promise<OwnIdentity> {
  const { person, device } = readCard(card, tools.crypto)
  if (device !== own.device) throw new TypeError('a card of another device')
  const same = person === own.person
  const kept: KeptIdentity = {
    deviceSeed: own.deviceSeed,
    sealing: own.sealing,
    card,
    entropy: same ? own.entropy : undefined,
    wordsWritten: same && own.wordsWritten,
  }
  if (!same) await tools.file.setAside(stampOf(tools.wall))
  await tools.file.write(kept)
  return identityOf(kept, tools.crypto, tools.file)
}

export async function markWritten({ file, crypto }: IdentityTools, own: OwnIdentity): Promise<OwnIdentity> {
  const { deviceSeed, sealing, card, entropy } = own
  const kept: KeptIdentity = { deviceSeed, sealing, card, entropy, wordsWritten: true }
  await file.write(kept)
  return identityOf(kept, crypto, file)
}

async function begin(tools: IdentityTools, entropy: Uint8Array, wordsWritten: boolean): Promise<OwnIdentity> {
  const { file, database, crypto, sealing, random, wall } = tools
  const deviceSeed = random.bytes(SEED_BYTES)
  const { person, seed } = personKey(entropy, crypto)
  const keys = await sealing.generate()
  const card: DeviceCard = {
    person,
    device: keyText<DeviceId>(crypto.publicKey(deviceSeed)),
    sealingKey: keys.publicKey,
    name: usualName(),
    issued: wall.seconds(),
  }
  const kept: KeptIdentity = {
    deviceSeed,
    sealing: keys,
    card: signCard(card, seed, deviceSeed, crypto),
    entropy,
    wordsWritten,
  }
  await file.write(kept)
  // After the file: one without a row here becomes another device, one with a row and no file could not.
  new MyFacts(database).set('device', card.device)
  return identityOf(kept, crypto, file)
}

/** @throws PeopleError IDENTITY_UNUSABLE */
function identityOf(kept: KeptIdentity, crypto: CommunityCrypto, file: IdentityFile): OwnIdentity {
  const { deviceSeed, sealing, entropy, wordsWritten, card } = kept
  let read: DeviceCard
  try {
    read = readCard(card, crypto)
  } catch (error) {
    throw new PeopleError('IDENTITY_UNUSABLE', { path: file.path }, error)
  }
  const device = keyText<DeviceId>(crypto.publicKey(deviceSeed))
  const key = entropy === undefined ? undefined : personKey(entropy, crypto)
  const fits = read.device === device && equalBytes(read.sealingKey, sealing.publicKey)
  if (!fits || (key !== undefined && key.person !== read.person))
    throw new PeopleError('IDENTITY_UNUSABLE', { path: file.path })
  return {
    person: read.person,
    device,
    deviceSeed,
    sealing,
    card,
    personSeed: key?.seed,
    entropy,
    wordsWritten,
  }
}

/** As this computer is called, to begin with. */
function usualName(): string {
  const name =
    hostname()
      .split('.')[0]
      ?.replaceAll(/[\p{C}\s]+/gu, ' ')
      .trim() ?? ''
  return name === '' ? UNNAMED : [...name].slice(0, MOST_NAME_LETTERS).join('')
}

function stampOf(wall: Wall): string {
  return String(wall.seconds())
}
